import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { EventPayload } from '../../../schemas/event.ts';
import { taskStatuses, type TaskStatus } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { headBytes, readHead, type RecordHead } from './record-head.ts';

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

/** What the end of a log says, to repair what a crash left undone. */
export interface LastEvent {
  id: number;
  type: string;
  /** The task's end is in the log, and no new start after it. */
  ended: boolean;
  /** Where the last status event went to; null where there is none. */
  status: TaskStatus | null;
}

export const newline = 0x0a;
export const tab = 0x09;
/** Marks every record of a batch but the last. A kill can cut one write(2) in two: a batch whose last record is missing never happened. */
export const batchGoesOn = '+';
const trimmedPattern = /^\{"trimmedThrough":(\d{1,16})\}\t\n/;

/** The state of a log after one more event. */
export const stateAfter = (state: LogState, payload: EventPayload | { type: 'output' }): LogState => {
  // By far the most, and they say nothing of the whole.
  if (payload.type === 'output') return state;
  if (payload.type === 'end') return { ...state, ended: true };
  const { ended, ...others } = state;
  // An action that is run again, or for the first time, after the end: the log is complete when that has ended.
  if (payload.type === 'completion' && payload.completion.status === 'running') return others;
  if (payload.type !== 'status') return state;
  return { ...others, status: payload.to, ...(ended === true && isTerminal(payload.to) ? { ended } : {}) };
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
