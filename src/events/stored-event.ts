import type { StreamEvent, TaskEvent } from '../../schemas/event.ts';
import { MakimaError } from '../errors.ts';
import { placeOf } from './ids/event-place.ts';
import type { RecordHead } from './records/record-head.ts';

/** An event as it stands in the log: `json` is the exact text of `event`; its id and type are known without reading that. `place` is what a reader goes on after. */
export interface StoredEvent extends RecordHead {
  readonly event: StreamEvent;
  readonly json: string;
  readonly place: string;
}

const isTaskEvent = (value: unknown): value is TaskEvent =>
  typeof value === 'object' && value !== null && 'id' in value && 'taskId' in value && 'type' in value && 'at' in value;

/** An event read from a log. It is parsed when it is looked into: a stream only passes the text on. */
export class LoggedEvent implements StoredEvent {
  readonly id: number;
  readonly type: string;
  readonly json: string;
  readonly #counting: () => string;
  #event: TaskEvent | null = null;

  /** @param json - the bytes of the event's JSON */
  constructor({ id, type }: RecordHead, json: Buffer, counting: () => string) {
    this.id = id;
    this.type = type;
    this.json = json.toString('utf8');
    this.#counting = counting;
  }

  get place(): string {
    return placeOf(this.id, this.#counting());
  }

  get event(): TaskEvent {
    if (this.#event === null) {
      const value: unknown = JSON.parse(this.json);
      if (!isTaskEvent(value)) throw new MakimaError('INTERNAL', 'A record of an event log holds no event');
      this.#event = value;
    }
    return this.#event;
  }
}
