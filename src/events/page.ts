import type { TaskEvent } from '../../schemas/event.ts';
import { readLog } from './follow.ts';
import type { LogFile } from './log-file.ts';

/** A page ends after so many characters of JSON, whatever its limit says: a thousand lines of 2 MiB are no answer. */
const maxPageLength = 8 * 1024 * 1024;
const untilRead = new AbortController().signal;

export interface Page {
  items: TaskEvent[];
  /** The `after` of the next page, null where there is nothing further now. */
  nextCursor: string | null;
}

/**
 * Reads one page.
 * @param options - `after` as in a stream; `limit` is the most events of a page, which also ends after 8 MiB, with one event at least
 */
export const readPage = async (log: LogFile, options: { after: number; types: readonly string[] | null; limit: number }): Promise<Page> => {
  const items: TaskEvent[] = [];
  let length = 0;
  let lastId = options.after;
  for await (const chunk of readLog(log, { ...options, signal: untilRead }))
    for (const { id, event, json } of chunk) {
      if (items.length >= options.limit || length >= maxPageLength) return { items, nextCursor: String(lastId) };
      // Is in no log.
      if (event.type === 'snapshot') continue;
      items.push(event);
      length += json.length;
      lastId = id;
    }
  return { items, nextCursor: null };
};
