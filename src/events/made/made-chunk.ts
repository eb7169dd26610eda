import type { StreamEvent } from '../../../schemas/event.ts';
import { placeOf } from '../ids/event-place.ts';
import type { EventChunk, Framing } from '../record-block.ts';
import type { StoredEvent } from '../stored-event.ts';

/** An event that is in no log. */
export interface MadeEvent {
  event: StreamEvent;
  /** The exact text of the event. */
  json: string;
}

const framed = ({ beforeId, isNamed = false, beforeJson, afterJson }: Framing, { id, type, json, place }: StoredEvent): string =>
  `${beforeId === null ? '' : `${beforeId}${isNamed ? place : id}`}${beforeJson(type)}${json}${afterJson}`;

/** Events as readers of logs get them, one chunk of them. @param counting - the name that ids are told with */
export const madeChunk = (made: readonly MadeEvent[], counting: string): EventChunk => {
  const events = made.map(({ event, json }): StoredEvent => ({
    id: event.id,
    type: event.type,
    event,
    json,
    place: placeOf(event.id, counting),
  }));
  return {
    framed: (framing) => Buffer.from(events.map((event) => framed(framing, event)).join('')),
    hold: () => () => undefined,
    [Symbol.iterator]: () => events.values(),
  };
};
