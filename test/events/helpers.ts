import type { EventPayload, TaskEvent } from '../../schemas/event.ts';
import { openEventLog, type EventLog, type EventLogOptions, type LogPosition, type StoredEvent } from '../../src/events/event-log.ts';

/** A task id that is told by its number. */
export const taskId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const line = (content: string): EventPayload => ({ type: 'output', stream: 'stdout', content });
export const end: EventPayload = { type: 'end', status: 'done' };
export const status = (from: 'done' | 'queued' | 'running', to: 'queued' | 'running' | 'done'): EventPayload => ({
  type: 'status',
  from,
  to,
});

export const open = (directory: string, options: Partial<EventLogOptions> = {}): EventLog =>
  openEventLog({ directory, now: () => new Date('2026-01-02T03:04:05.678Z'), ...options });

/** Appends events. @returns them as they were asked for, with their ids */
export const append = (log: EventLog, id: string, payloads: EventPayload[], position?: Partial<LogPosition>): TaskEvent[] => {
  const head = log.append(id, payloads, position);
  if (head === null) return [];
  return payloads.map((payload, n) => Object.assign({ id: head.firstId + n, taskId: id, type: payload.type, at: head.at }, payload));
};

export const all = { after: 0, types: null, signal: new AbortController().signal };

export const collect = async (events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> => {
  const found: StoredEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
};

export const idsOf = (events: readonly StoredEvent[]): number[] => events.map(({ event }) => event.id);

/** The content of output events, `<type>` of the others. */
export const contents = (events: readonly StoredEvent[]): string[] =>
  events.map(({ event }) => (event.type === 'output' ? event.content : `<${event.type}>`));

/** A seeded source of numbers (mulberry32), so that a failure can be had again. */
export const numbers = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
};
