import type { EventPlace, StoredEvent } from '../../events/event-log.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { readableLines, readableTypes } from './readable-lines.ts';

/** A part of what an agent said and did, for a reader who takes only so much at once. */
export interface ReadablePage {
  text: string;
  /** How many characters at the begin, or of a line that is longer than a page, were left out. */
  leftOut: number;
  /** What `after` is for what comes next, now or later. */
  cursor: string;
  /** Whether there is more already. */
  hasMore: boolean;
}

/** Which page: forwards from an event as much as fits, or of the last so many events the end as far as that fits. */
export interface PageWanted {
  after: EventPlace;
  tail?: number;
  /** About how many characters fit: what one event tells is not divided, unless it is longer than a page. */
  maxCharacters: number;
}

const never = new AbortController().signal;

/**
 * One page of a task's readable output, up to now. It is made of whole events, so that the next begins where it ended, and none of it comes
 * twice.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE
 */
export const readableOutputPage = async (
  parts: Needs<'store' | 'log' | 'drivers'>,
  caller: Caller,
  taskId: string,
  { after, tail, maxCharacters }: PageWanted,
): Promise<ReadablePage> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const driver = parts.drivers.find(task.agent);
  const start = tail === undefined ? after : await parts.log.tail(task.id, { after, count: tail, signal: never });
  const page: ReadablePage = { text: '', leftOut: 0, cursor: String(start), hasMore: false };
  const isFull = (): boolean => tail === undefined && page.text.length + page.leftOut >= maxCharacters;
  async function* fitting(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent> {
    // The streams of which a line has begun and goes on in a later event.
    const begun = new Set<string>();
    for await (const stored of events) {
      if (isFull() && begun.size === 0) {
        page.hasMore = true;
        return;
      }
      const { event } = stored;
      if (event.type === 'output' && event.partial === true) begun.add(event.stream);
      else if (event.type === 'output') begun.delete(event.stream);
      page.cursor = stored.place;
      yield stored;
    }
  }
  const whyFailed = async (): Promise<string | null> => (await parts.store.getTask(task.id))?.errorMessage ?? null;
  const events = parts.log.read(task.id, { after: start, types: readableTypes, signal: never });
  for await (const line of readableLines(driver, fitting(events), whyFailed)) {
    page.text += line;
    const over = page.text.length - maxCharacters;
    if (over <= 0 || (tail === undefined && line.length < maxCharacters)) continue;
    // Of the end the end is kept, of a line that is longer than a page its begin.
    page.leftOut += over;
    page.text = (tail === undefined ? page.text.slice(0, maxCharacters) : page.text.slice(over)).toWellFormed();
  }
  return page;
};
