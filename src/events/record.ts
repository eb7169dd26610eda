import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { EventPayload, TaskEvent } from '../../schemas/event.ts';
import { taskStatuses } from '../../schemas/task.ts';
import { isTerminal } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';

const LogPosition = Type.Object({ run: Type.String(), out: Type.Integer(), err: Type.Integer(), outbox: Type.Integer() });
/** How far the sources of a log are in it: the run whose files are read, the offsets in them in bytes, the sequence number of the outbox. */
export type LogPosition = Static<typeof LogPosition>;

const LogState = Type.Object({
  /** The last end of the task stands: nothing but a new start comes after it. */
  ended: Type.Optional(Type.Literal(true)),
  /** Where the last status event went to. */
  status: Type.Optional(Type.Union(taskStatuses.map((status) => Type.Literal(status)))),
  position: Type.Optional(LogPosition),
});
/** What the last record of a log says about the whole of it, so that opening a log is reading its end. */
export type LogState = Static<typeof LogState>;

export interface RecordHead {
  readonly id: number;
  readonly type: string;
}

/** An event as it stands in the log: `json` is the exact text of `event`; its id and type are known without reading that. */
export interface StoredEvent extends RecordHead {
  readonly event: TaskEvent;
  readonly json: string;
}

export const newline = 0x0a;
const tab = 0x09;
/** Marks every record of a batch but the last. A kill can cut one write(2) in two: a batch whose last record is missing never happened. */
const batchGoesOn = '+';
/** An id has at most 16 digits and a task id at most 64 characters, so this holds every head. */
export const headBytes = 160;
const headPattern = /^\{"id":(\d{1,16}),"taskId":"[\w-]{1,64}","type":"([a-z-]+)"/;
const trimmedPattern = /^\{"trimmedThrough":(\d{1,16})\}\t\n/;

/** The state of a log after one more event. */
export const stateAfter = (state: LogState, payload: EventPayload): LogState => {
  if (payload.type === 'end') return { ...state, ended: true };
  const { ended, ...others } = state;
  // An action that is run again, or for the first time, after the end: the log is complete when that has ended.
  if (payload.type === 'completion' && payload.completion.status === 'running') return others;
  if (payload.type !== 'status') return state;
  return { ...others, status: payload.to, ...(ended === true && isTerminal(payload.to) ? { ended } : {}) };
};

/**
 * One batch of records as bytes: a line each of the event's JSON, a tab and what is ours alone. JSON holds no raw tab or newline.
 * @param jsons - the events as JSON text, in order
 * @param state - the log's state after the last of them
 */
export const encodeBatch = (jsons: readonly string[], state: LogState): Buffer => {
  const trailer = JSON.stringify(state);
  const last = jsons.length - 1;
  return Buffer.from(jsons.map((json, index) => `${json}\t${index < last ? batchGoesOn : trailer === '{}' ? '' : trailer}\n`).join(''));
};

/** The id and type of the record at `start`, without parsing it; null where the bytes are no record. */
export const readHead = (bytes: Buffer, start: number, end: number): RecordHead | null => {
  const match = headPattern.exec(bytes.toString('latin1', start, Math.min(end, start + headBytes)));
  return match?.[1] === undefined || match[2] === undefined ? null : { id: Number(match[1]), type: match[2] };
};

/** The first line of a log whose head was deleted: the id of the last event that is gone. */
export const encodeTrimmed = (through: number): Buffer => Buffer.from(`{"trimmedThrough":${through}}\t\n`);

/** Reads that line, where there is one, from the first bytes of a file. */
export const readTrimmed = (bytes: Buffer): { through: number; length: number } | null => {
  const match = trimmedPattern.exec(bytes.toString('latin1', 0, headBytes));
  return match?.[1] === undefined ? null : { through: Number(match[1]), length: match[0].length };
};

/**
 * Checks a whole record.
 * @param line - without its newline
 * @returns the head and, on the last record of a batch, the state of the log; `state` is null inside a batch; null where it is no record
 */
export const decodeRecord = (line: Buffer): (RecordHead & { state: LogState | null }) | null => {
  const head = readHead(line, 0, line.length);
  const split = line.lastIndexOf(tab);
  if (head === null || split === -1) return null;
  const trailer = line.toString('utf8', split + 1, line.length);
  try {
    JSON.parse(line.toString('utf8', 0, split));
    if (trailer === batchGoesOn) return { ...head, state: null };
    const state: unknown = trailer === '' ? {} : JSON.parse(trailer);
    return Value.Check(LogState, state) ? { ...head, state } : null;
  } catch (error) {
    // Half a record is what a crash leaves: the caller cuts it off.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

const isTaskEvent = (value: unknown): value is TaskEvent =>
  typeof value === 'object' && value !== null && 'id' in value && 'taskId' in value && 'type' in value && 'at' in value;

/** An event read from a log. It is parsed when it is looked into: a stream only passes the text on. */
export class LoggedEvent implements StoredEvent {
  readonly id: number;
  readonly type: string;
  readonly json: string;
  #event: TaskEvent | null = null;

  /** @param bytes - holds the record from `start` to `end`, its newline not included */
  constructor({ id, type }: RecordHead, bytes: Buffer, start: number, end: number) {
    this.id = id;
    this.type = type;
    this.json = bytes.toString('utf8', start, Math.max(start, bytes.lastIndexOf(tab, end - 1)));
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
