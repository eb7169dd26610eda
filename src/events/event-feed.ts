import type { EventChunk } from './records/record-block.ts';
import type { StoredEvent } from './stored-event.ts';

/** What a reader of logs is given: event by event for who looks into them, in chunks for who passes them on. Read once, in one of the two ways. */
export interface EventFeed extends AsyncIterable<StoredEvent> {
  readonly chunks: AsyncIterable<EventChunk>;
  /** The place from which it begins, where its reader could not know that: one that is cut off before the first event goes on there. */
  readonly begin?: string;
}

/** @param isOver - no event is wanted any more, in the middle of a chunk neither */
export const feedOf = (chunks: AsyncIterable<EventChunk>, isOver: () => boolean): EventFeed => ({
  chunks,
  async *[Symbol.asyncIterator]() {
    for await (const chunk of chunks) {
      for (const event of chunk) {
        if (isOver()) return;
        yield event;
      }
    }
  },
});
