import { unfinishedSequence } from './plain-text.ts';

/** So much of what may yet turn out to be no text at all is kept until more comes, in characters. */
const maxHeld = 4096;

/**
 * Texts that come in pieces, words and half words, made lines of: what is there of a text is shown as it comes, and its line is ended by its
 * own newline, or by whatever is no piece of it. Empty lines around a text are left out, as they are of one that comes whole.
 */
export class JoinedText {
  readonly #clean: (text: string) => string;
  /** A line was begun and is not ended. */
  #isOpen = false;
  /** Nothing of the text was shown yet. */
  #isNew = true;
  /** The end of what came, which shows only with what follows it: white space, half a character, the beginning of a terminal's sequence. */
  #held = '';
  #indent = '';

  /** @param clean - makes of a text what a terminal may be shown; is given no sequence of one in parts */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  /**
   * A piece of a text.
   * @param from.goesOn - it is one of the text that was begun; else it begins one
   * @param from.indent - what stands before each of its lines
   * @returns what there is to show of it now; nothing where that is yet to be seen
   */
  piece(text: string, { goesOn, indent }: { goesOn: boolean; indent: string }): string {
    const before = goesOn ? '' : this.end();
    this.#indent = indent;
    return before + this.#show(this.#held + text, false);
  }

  /** Lines that are no piece of the text. @param lines - without the last newline @returns them, behind the end of the text */
  whole(lines: string): string {
    return `${this.end()}${lines}\n`;
  }

  /** Nothing follows the text. @returns what was left of it to show */
  end(): string {
    const rest = this.#show(this.#held.trimEnd(), true);
    const newline = this.#isOpen ? '\n' : '';
    this.#isOpen = false;
    this.#isNew = true;
    this.#held = '';
    return rest + newline;
  }

  #show(text: string, isWhole: boolean): string {
    const uncertain = isWhole ? text.length : text.search(unfinishedSequence);
    const certain = uncertain === -1 || text.length - uncertain > maxHeld ? text.length : uncertain;
    const cleaned = this.#clean(text.slice(0, certain));
    const said = this.#isNew ? cleaned.replace(/^\s*\n/, '') : cleaned;
    const words = said.trimEnd();
    let shown = words;
    if (words !== '' || this.#isOpen) {
      const newline = said.indexOf('\n', words.length);
      if (newline !== -1) shown = said.slice(0, newline + 1);
    }
    const space = said.slice(shown.length);
    // What is held is at the end of a text: of more white space than a person reads nothing is missed.
    this.#held = space.slice(-maxHeld) + text.slice(certain);
    if (shown === '') return '';
    const lines = shown.replace(/\n(?=.)/gs, `\n${this.#indent}`);
    const begun = this.#isOpen || shown.startsWith('\n') ? lines : this.#indent + lines;
    this.#isOpen = !shown.endsWith('\n');
    this.#isNew = false;
    return begun;
  }
}
