import type { StreamEvent } from '../../../schemas/event.ts';
import { placeOf } from '../ids/event-place.ts';
import type { EventChunk, Framing } from '../records/record-block.ts';
import type { StoredEvent } from '../stored-event.ts';

/** An event that is in no log. */
export interface MadeEvent {
  event: StreamEvent;
  /** The exact text of the event. */
  json: string;
  /** Where it is made of one event of a log with others: which of them it is, from 1. */
  part?: number;
}

/** @param counting - the name that ids are told with */
export const madeEvent = ({ event, json, part }: MadeEvent, counting: string): StoredEvent => ({
  id: event.id,
  type: event.type,
  event,
  json,
  place: placeOf(event.id, counting, part),
});

const framed = ({ beforeId, isNamed = false, beforeJson, afterJson }: Framing, { id, type, json, place }: StoredEvent): string =>
  `${beforeId === null ? '' : `${beforeId}${isNamed ? place : id}`}${beforeJson(type)}${json}${afterJson}`;

/** Events, of which some were made, as readers of logs get them. */
export const chunkOf = (events: readonly StoredEvent[]): EventChunk => ({
  framed: (framing) => Buffer.from(events.map((event) => framed(framing, event)).join('')),
  hold: () => () => undefined,
  [Symbol.iterator]: () => events.values(),
});
