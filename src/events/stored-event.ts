import type { TaskEvent } from '../../schemas/event.ts';
import { MakimaError } from '../errors.ts';
import type { RecordHead } from './record-head.ts';

/** An event as it stands in the log: `json` is the exact text of `event`; its id and type are known without reading that. */
export interface StoredEvent extends RecordHead {
  readonly event: TaskEvent;
  readonly json: string;
}

const isTaskEvent = (value: unknown): value is TaskEvent =>
  typeof value === 'object' && value !== null && 'id' in value && 'taskId' in value && 'type' in value && 'at' in value;

/** An event read from a log. It is parsed when it is looked into: a stream only passes the text on. */
export class LoggedEvent implements StoredEvent {
  readonly id: number;
  readonly type: string;
  readonly json: string;
  #event: TaskEvent | null = null;

  /** @param json - the bytes of the event's JSON */
  constructor({ id, type }: RecordHead, json: Buffer) {
    this.id = id;
    this.type = type;
    this.json = json.toString('utf8');
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
