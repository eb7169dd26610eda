import type { TaskEvent, EventType } from '../../../schemas/event.ts';
import { JoinedText } from '../../../words/joined-text.ts';
import { plainText } from '../../../words/plain-text.ts';
import { activityWords } from '../../agents/activity-words.ts';
import type { AgentDriver } from '../../agents/driver.ts';
import type { StoredEvent } from '../../events/event-log.ts';
import { TextFlow } from './text-flow.ts';

/** A line that goes on over more events than this is not one that a person reads. */
const maxReadableLine = 8 * 1024 * 1024;

/** What is read of a log to show it to a person. */
export const readableTypes: readonly EventType[] = ['output', 'status', 'completion', 'end'];

/** What its agent and makima say of a task, as a person reads it, one line of output after the other. */
class Reading {
  readonly #driver: AgentDriver | null;
  readonly #flow: TextFlow | null;
  readonly #text = new JoinedText(plainText);

  constructor(driver: AgentDriver | null) {
    this.#driver = driver;
    this.#flow = driver === null ? null : new TextFlow(driver);
  }

  /** @returns what there is to show of it, which may end in the middle of a line where the agent's text comes in pieces */
  take({ stream, level, replayed }: TaskEvent & { type: 'output' }, line: string): string {
    switch (stream) {
      case 'system':
        this.#flow?.interrupt();
        return this.#text.whole(`[makima] ${level === undefined ? '' : `${level}: `}${line}`);
      case 'stderr':
        return this.#text.whole(`[stderr] ${line}`);
      case 'stdin':
        this.#flow?.interrupt();
        return this.#text.whole(`> ${line}`);
      case 'stdout':
        // What an earlier run has shown.
        return replayed === true ? '' : this.#said(line);
    }
  }

  #said(line: string): string {
    const done = this.#flow?.take(line) ?? [];
    if (done.length > 0 && done.every(({ isAgain }) => isAgain)) return '';
    if (!done.some(({ isPiece }) => isPiece)) {
      const readable = this.#driver === null ? line : this.#driver.readable(line);
      return readable === null ? '' : this.#text.whole(readable);
    }
    return done
      .map(({ activity, isPiece, goesOn }) => {
        if (isPiece && (activity.kind === 'text' || activity.kind === 'plan'))
          return this.#text.piece(activity.text ?? '', { goesOn, indent: activity.parentCallId === null ? '' : '  ' });
        const words = activityWords(activity);
        return words === null ? this.#text.end() : this.#text.whole(words);
      })
      .join('');
  }

  /** What is not yet shown of a text. */
  end(): string {
    return this.#text.end();
  }
}

/** How a run came to its status, as far as its events have told. */
interface Standing {
  /** Why, where that was said. */
  reason: string | null;
  completionFailed: boolean;
}

/** The last words on a run: that it failed, with why and what to do, or how it ended. */
const lastWords = async (
  status: string,
  { reason, completionFailed }: Standing,
  whyFailed: () => Promise<string | null>,
): Promise<string> => {
  if (status === 'done') return completionFailed ? 'done, but its completion action failed' : 'done';
  if (status !== 'failed') return `${status}: ${reason ?? 'it was stopped'}`;
  return `failed: ${(reason ?? (await whyFailed()))?.trimEnd() ?? 'why is not known'}`;
};

/**
 * A task's events as a person reads them: what was said and done, a line each, and how each run of it ended. Of a text that comes in pieces
 * each is there when it comes, and the line ends with what follows.
 * @param whyFailed - asked where the events begin too late to say why the task failed
 */
export const readableLines = async function* (
  driver: AgentDriver | null,
  events: AsyncIterable<StoredEvent>,
  whyFailed: () => Promise<string | null>,
): AsyncGenerator<string> {
  const begun = new Map<string, string>();
  const reading = new Reading(driver);
  let standing: Standing = { reason: null, completionFailed: false };
  for await (const { event } of events) {
    if (event.type === 'status') standing = { reason: event.reason ?? null, completionFailed: false };
    if (event.type === 'completion') standing = { ...standing, completionFailed: event.completion.status === 'failed' };
    if (event.type === 'end') {
      const words = await lastWords(event.status, standing, whyFailed);
      yield `${reading.end()}${words
        .split('\n')
        .map((line) => `[makima] ${line}\n`)
        .join('')}`;
    }
    if (event.type !== 'output') continue;
    const line = (begun.get(event.stream) ?? '') + event.content;
    if (event.partial === true && line.length < maxReadableLine) {
      begun.set(event.stream, line);
      continue;
    }
    begun.delete(event.stream);
    // Programs find why a run failed among its output; a person finds it at the end, and need not read it twice.
    if (event.stream === 'system' && event.level === 'error' && standing.reason?.split('\n').includes(line) === true) continue;
    const shown = reading.take(event, line);
    if (shown !== '') yield shown;
  }
  const rest = reading.end();
  if (rest !== '') yield rest;
};
