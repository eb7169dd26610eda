import type { TaskEvent, EventType } from '../../../schemas/event.ts';
import type { AgentDriver } from '../../agents/driver.ts';
import type { StoredEvent } from '../../events/event-log.ts';

/** A line that goes on over more events than this is not one that a person reads. */
const maxReadableLine = 8 * 1024 * 1024;

/** What is read of a log to show it to a person. */
export const readableTypes: readonly EventType[] = ['output', 'status', 'completion', 'end'];

const readableLine = (driver: AgentDriver | null, event: TaskEvent & { type: 'output' }, line: string): string | null => {
  switch (event.stream) {
    case 'system':
      return `[makima] ${event.level === undefined ? '' : `${event.level}: `}${line}`;
    case 'stderr':
      return `[stderr] ${line}`;
    case 'stdin':
      return `> ${line}`;
    case 'stdout':
      return driver ? driver.readable(line) : line;
  }
};

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
 * A task's events as a person reads them: what was said and done, a line each, and how each run of it ended.
 * @param whyFailed - asked where the events begin too late to say why the task failed
 */
export const readableLines = async function* (
  driver: AgentDriver | null,
  events: AsyncIterable<StoredEvent>,
  whyFailed: () => Promise<string | null>,
): AsyncGenerator<string> {
  const begun = new Map<string, string>();
  let standing: Standing = { reason: null, completionFailed: false };
  for await (const { event } of events) {
    if (event.type === 'status') standing = { reason: event.reason ?? null, completionFailed: false };
    if (event.type === 'completion') standing = { ...standing, completionFailed: event.completion.status === 'failed' };
    if (event.type === 'end') {
      const words = await lastWords(event.status, standing, whyFailed);
      yield words
        .split('\n')
        .map((line) => `[makima] ${line}\n`)
        .join('');
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
    const readable = readableLine(driver, event, line);
    if (readable !== null) yield `${readable}\n`;
  }
};
