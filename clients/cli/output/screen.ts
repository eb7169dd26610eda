import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Where the program speaks. */
export interface Screen {
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Of standard output, in columns; null where it is no terminal. */
  readonly width: number | null;
  /** How many lines of the terminal there are; null where it is none. */
  readonly height: number | null;
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean;
  /** Onto standard output as it is; resolves when that may be given more. */
  print: (text: string | Uint8Array) => Promise<void>;
  /** A value as one line of JSON. */
  printJson: (value: unknown) => Promise<void>;
  /** A line onto standard error: what is said about the work, and is no result of it. */
  note: (text: string) => void;
  /** A line on standard error that goes when anything else is said; on a terminal alone. null takes it away. */
  progress: (text: string | null) => void;
  /** Colours a text for standard output, where that is a terminal and NO_COLOR is not set. */
  paint: (colour: Colour, text: string) => string;
  /** The same for standard error. */
  paintNote: (colour: Colour, text: string) => string;
  /** A question on standard error that is answered by y or yes. */
  ask: (question: string) => Promise<boolean>;
}

/** JSON escapes the first half of the control characters alone; of the others terminals take some for the beginning of a command, too. */
const jsonLine = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\u009f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

const clearLine = '\r\u001b[2K';

/** The process's own streams. A reader that has gone away, as behind `| head`, ends it quietly. */
export const createScreen = ({ stdout, stderr, stdin } = process): Screen => {
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  let shown = '';
  const clear = (): void => {
    if (shown === '') return;
    shown = '';
    stderr.write(clearLine);
  };
  const print = async (text: string | Uint8Array): Promise<void> => {
    clear();
    if (!stdout.write(text)) await once(stdout, 'drain');
  };
  // Terminals that nobody looks at, of a CI or an editor, say 0: nothing has to fit then.
  const sizeOf = (size: number): number | null => (stdout.isTTY && size > 0 ? size : null);
  return {
    isTerminal: stdout.isTTY,
    get width() {
      return sizeOf(stdout.columns);
    },
    get height() {
      return sizeOf(stdout.rows);
    },
    canAsk: stdin.isTTY && stderr.isTTY,
    print,
    printJson: (value) => print(`${jsonLine(value)}\n`),
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (!stderr.isTTY || text === shown) return;
      clear();
      if (text === null) return;
      shown = text.slice(0, (stderr.columns > 0 ? stderr.columns : 80) - 1);
      stderr.write(shown);
    },
    paint: (colour, text) => styleText(colour, text, { stream: stdout }),
    paintNote: (colour, text) => styleText(colour, text, { stream: stderr }),
    ask: async (question) => {
      clear();
      const asking = createInterface({ input: stdin, output: stderr });
      try {
        return /^\s*y(es)?\s*$/i.test(await asking.question(`${question} [y/N] `));
      } finally {
        asking.close();
      }
    },
  };
};
