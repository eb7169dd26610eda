import { resultLines, tellingOf } from '../../../words/activity.ts';
import { JoinedText } from '../../../words/joined-text.ts';
import type { TaskEvent } from '../../typescript/index.ts';
import { ownLines } from './own-lines.ts';
import { cutTo, plain, withinLine } from './plain.ts';
import type { Screen } from './screen.ts';

type Of<T extends TaskEvent['type']> = Extract<TaskEvent, { type: T }>;
type Activity = Of<'activity'>;
type Paint = Screen['paint'];

const maxColumns = 200;

const short = (text: string): string => cutTo(withinLine(text).trim(), maxColumns);

const toolLine = ({ name, input }: NonNullable<Activity['tool']>, paint: Paint): string => {
  const what = tellingOf(input);
  return `${paint('cyan', `● ${short(name)}`)}${what === null ? '' : `: ${short(what)}`}`;
};

const paintedResult = (text: string, isError: boolean, paint: Paint): string | null => {
  const lines = resultLines(text, isError, short);
  return lines.length === 0 ? null : lines.map((line) => paint(isError ? 'red' : 'dim', line)).join('\n');
};

const activityLines = ({ kind, text, tool, isError }: Activity, paint: Paint): string | null => {
  if (tool !== null && kind !== 'tool-result') return toolLine(tool, paint);
  const words = plain(text ?? '').trimEnd();
  switch (kind) {
    case 'tool-result':
      return paintedResult(words, isError, paint);
    case 'error':
      return paint('red', `✗ ${words || 'failed'}`);
    case 'thinking':
      return null;
    default:
      return words.trim() === '' ? null : words;
  }
};

const systemColours = { info: 'dim', warning: 'yellow', error: 'red' } as const;

const outputLine = ({ stream, content, level }: Of<'output'>, paint: Paint): string => {
  const text = plain(content);
  switch (stream) {
    case 'system':
      return paint(systemColours[level ?? 'info'], `[makima] ${text}`);
    case 'stderr':
      return paint('yellow', `[stderr] ${text}`);
    case 'stdin':
      return paint('bold', `> ${text}`);
    case 'stdout':
      return text;
  }
};

/** Turns the events of a task into what a person reads, one after the other: what its agent said and did, what makima said. */
export class EventLines {
  readonly #paint: Paint;
  readonly #text = new JoinedText(plain);
  readonly #isOwn = ownLines();
  /** The line of which activities were told: its own event follows them. */
  #told: number | null = null;
  #reasons: string[] = [];

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** @returns what there is to show of the event, nothing where it says nothing to a person; a text that comes in pieces ends in the middle of a line */
  show(event: TaskEvent): string {
    if (event.type === 'activity') return this.#activity(event);
    if (event.type === 'output') {
      const line = this.#output(event);
      return line === null ? '' : this.#text.whole(line);
    }
    if (event.type === 'status') this.#reasons = (event.reason ?? '').split('\n').map((line) => line.trim());
    return this.end();
  }

  /** What is left of a text, and the end of its line. */
  end(): string {
    return this.#text.end();
  }

  #activity(event: Activity): string {
    this.#told = event.id;
    // What a subagent does stands further in than what the agent itself does.
    const indent = event.parentCallId === null ? '' : '  ';
    if (event.isContinued !== undefined && event.kind !== 'thinking')
      return this.#text.piece(event.text ?? '', { goesOn: event.isContinued, indent });
    const lines = activityLines(event, this.#paint);
    return lines === null ? this.end() : this.#text.whole(lines.replace(/^/gm, indent));
  }

  #output(event: Of<'output'>): string | null {
    if (this.#isOwn(event) || (event.stream === 'stdout' && (event.id === this.#told || event.partial === true))) return null;
    // Why a run failed is told at its end.
    if (event.stream === 'system' && event.level === 'error' && this.#reasons.includes(event.content.trim())) return null;
    return outputLine(event, this.#paint);
  }
}
