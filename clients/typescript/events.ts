import { answered } from './answered.ts';
import { textOf } from './chunks.ts';
import type { Event, SnapshotEnd } from './contract.d.ts';
import { MakimaError, reasonOf } from './error.ts';
import { iterate } from './iterate.ts';
import { pause, pauseMs, reasonFor } from './pause.ts';
import { SseParser, type Frame } from './sse.ts';
import type { Transport } from './transport.ts';

export type EventType = Event['type'];
/** What a stream tells: an event of a task, or that a snapshot is complete. */
export type TaskEvent = Event | SnapshotEnd;

export interface EventsOptions {
  /** Of this task alone, from its first event on and up to its end; left out: of every task that the caller may see, and without an end. */
  taskId?: string;
  /** What comes after this is sent: the `cursor` of an iterator before, or the id of an event. */
  after?: string | number;
  /** These alone. `activity`, what an agent does whoever made it, comes only where it is asked for. */
  types?: readonly EventType[];
  /** Of `task` events: `summary` is without the plans. */
  view?: 'full' | 'summary';
  /**
   * First a `task` event of each task as it now is, then one `snapshot`, which says how many they were, then what happens from there on, with a
   * `task` event after each change of a task. After a break all of that comes again: what it has no task event of was deleted. Of all tasks alone.
   */
  snapshot?: boolean;
  signal?: AbortSignal;
}

/** Events one by one, whatever becomes of the connection and of the daemon, each of them once. */
export interface Events extends AsyncIterableIterator<TaskEvent> {
  /** Where the last event stood that was handed out, to be given as `after` another day; null before the first. */
  readonly cursor: string | null;
}

/** A daemon says something every 15 seconds: one that says nothing for so long is not there any more. */
const silenceMs = 45_000;

const queryOf = ({ taskId, types, view, snapshot }: EventsOptions, cursor: string | null): string => {
  const query = new URLSearchParams();
  if (cursor !== null) query.set('after', cursor);
  // The end of a task is asked for in any case: without it nobody could tell it from that of a connection.
  if (types !== undefined) query.set('types', [...new Set([...types, ...(taskId === undefined ? [] : ['end'])])].join(','));
  if (view !== undefined) query.set('view', view);
  if (snapshot === true) query.set('snapshot', 'true');
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Events that were deleted before they were read: a gap that nobody can fill. */
const gapOf = (data: string): MakimaError => {
  const said: unknown = JSON.parse(data);
  const { code, message, type, ...details }: Record<string, unknown> = isRecord(said) ? { ...said } : {};
  return new MakimaError(
    typeof code === 'string' ? code : 'EVENTS_GONE',
    typeof message === 'string' ? message : 'Events were deleted before they were read. Read again from the first one that is left.',
    { status: 410, details },
  );
};

const isEvent = (value: unknown): value is TaskEvent => isRecord(value) && typeof value['type'] === 'string';

const eventOf = ({ data, event }: Frame): TaskEvent => {
  const value: unknown = JSON.parse(data);
  if (!isEvent(value)) throw new MakimaError('UNEXPECTED_ANSWER', `An event ${event} is none of makima's: ${data.slice(0, 200)}`);
  return value;
};

interface Following {
  transport: Transport;
  options: EventsOptions;
  signal: AbortSignal;
  /** Told where each event stands, before it is handed out. */
  at: (cursor: string) => void;
}

/** What is read of the events, and where: one connection after the other. */
async function* follow({ transport, options, signal, at }: Following): AsyncGenerator<TaskEvent, void, undefined> {
  const { taskId, types, after } = options;
  const wanted = types === undefined ? null : new Set<string>([...types, ...(options.snapshot === true ? ['task', 'snapshot'] : [])]);
  const path = taskId === undefined ? '/api/v1/mesh/events' : `/api/v1/mesh/tasks/${encodeURIComponent(taskId)}/events`;
  let cursor = after === undefined ? null : String(after);
  let isEnd = false;
  for (let failures = 0; ; failures += 1) {
    const headers = { accept: 'text/event-stream' };
    const response = await answered(
      await transport.send({ method: 'GET', path: path + queryOf(options, cursor), headers, signal }),
      'text/event-stream',
    );
    const parser = new SseParser();
    let isWhole = false;
    let isNew = false;
    try {
      for await (const text of textOf(response, silenceMs)) {
        for (const frame of parser.push(text)) {
          if (frame.event === 'gap') throw gapOf(frame.data);
          const event = eventOf(frame);
          cursor = frame.id;
          failures = 0;
          // A task's state is told at first, however often: it is no event of its log.
          if (event.type !== 'task') {
            isNew = true;
            isEnd = event.type === 'end';
          }
          at(cursor);
          if (wanted === null || wanted.has(event.type)) yield event;
        }
        // Where a stream begins is known before its first event, if the daemon says it.
        if (parser.id !== '') cursor = parser.id;
      }
      isWhole = true;
    } catch (error) {
      if (signal.aborted) throw reasonFor(signal);
      if (error instanceof MakimaError) throw error;
      if (error instanceof SyntaxError)
        throw new MakimaError('UNEXPECTED_ANSWER', `An event is no JSON: ${reasonOf(error)}`, { cause: error });
    }
    // A task that was started again goes on after an end: it was the last where the daemon, asked once more, has nothing after it.
    if (taskId !== undefined && isEnd && isWhole) {
      if (!isNew) return;
      continue;
    }
    await pause(pauseMs(failures), signal);
  }
}

/** @throws in `next()`: MakimaError as the contract has it; EVENTS_GONE, where events were deleted; UNREACHABLE; the signal's reason */
export const eventsOf = (transport: Transport, options: EventsOptions, closing: AbortSignal): Events => {
  let cursor: string | null = null;
  const at = (to: string): void => {
    cursor = to;
  };
  const iterator = iterate((signal) => follow({ transport, options, signal, at }), { signal: options.signal, closing });
  return {
    next: () => iterator.next(),
    return: () => iterator.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
    get cursor() {
      return cursor;
    },
  };
};
