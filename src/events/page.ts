import type { TaskEvent } from '../../schemas/event.ts';
import { LogCursor } from './log-cursor.ts';
import type { LogFile } from './log-file.ts';

/** A page ends after so many characters of JSON, whatever its limit says: a thousand lines of 2 MiB are no answer. */
const maxPageLength = 8 * 1024 * 1024;

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
  const wanted = options.types === null ? null : new Set<string>(options.types);
  const until = log.last?.id ?? 0;
  const cursor = new LogCursor(log, options.after);
  const items: TaskEvent[] = [];
  let length = 0;
  let lastId = options.after;
  try {
    for (;;) {
      const head = cursor.buffered() ?? (await cursor.peek());
      if (head === null || head.id > until) return { items, nextCursor: null };
      if (wanted?.has(head.type) === false) {
        cursor.skip();
        continue;
      }
      if (items.length >= options.limit || length >= maxPageLength) return { items, nextCursor: String(lastId) };
      const item = cursor.take();
      items.push(item.event);
      length += item.json.length;
      lastId = head.id;
    }
  } finally {
    cursor.park();
  }
};
