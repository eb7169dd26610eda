import type { EventChunk, EventFeed, StoredEvent } from '../../src/tasks/actions.ts';

const alone = (event: StoredEvent): EventChunk => ({
  framed: ({ beforeId, beforeJson, afterJson }) =>
    Buffer.from(`${beforeId === null ? '' : `${beforeId}${event.id}`}${beforeJson(event.type)}${event.json}${afterJson}`),
  hold: () => () => undefined,
  [Symbol.iterator]: () => [event].values(),
});

async function* each(events: AsyncIterable<StoredEvent>): AsyncGenerator<EventChunk> {
  for await (const event of events) yield alone(event);
}

/** What a log gives its readers: as it is, or each event a chunk of its own. */
export const feed = (events: AsyncIterable<StoredEvent> | EventFeed): EventFeed =>
  'chunks' in events ? events : { chunks: each(events), [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
