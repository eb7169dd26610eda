import type { EventType, TaskEvent } from '../../../schemas/event.ts';
import type { EventFeed, EventPlace } from '../../events/event-log.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { readableLines, readableTypes } from './readable-lines.ts';

/** Where output is read from: after which event, and of what is there only the last so many events. */
interface Begin {
  after: EventPlace;
  tail?: number;
}

/** Which output is read: from where, up to now or until the task has ended, and what gives up reading. */
interface Stretch extends Begin {
  follow: boolean;
  signal: AbortSignal;
}

const untilFound = new AbortController().signal;

const startOf = async (
  { log }: Needs<'log'>,
  taskId: string,
  { after, tail, signal = untilFound }: Begin & { signal?: AbortSignal },
): Promise<EventPlace> => (tail === undefined ? after : log.tail(taskId, { after, count: tail, signal }));

const eventsOf = async (parts: Needs<'log'>, taskId: string, types: readonly EventType[], stretch: Stretch): Promise<EventFeed> => {
  const { follow, signal } = stretch;
  const options = { after: await startOf(parts, taskId, stretch), types, signal };
  return follow ? parts.log.follow(taskId, options) : parts.log.read(taskId, options);
};

/** One page of a task's output events. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE */
export const readOutput = async (
  parts: Needs<'store' | 'log'>,
  caller: Caller,
  taskId: string,
  { limit, ...begin }: Begin & { limit: number },
): Promise<{ items: TaskEvent[]; nextCursor: string | null }> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const after = await startOf(parts, task.id, begin);
  const { items, nextCursor } = await parts.log.page(task.id, { after, limit, types: ['output'] });
  return { items, nextCursor };
};

/** All output events up to now, or until the task has ended, one by one. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE */
export const streamOutput = async (parts: Needs<'store' | 'log'>, caller: Caller, taskId: string, stretch: Stretch): Promise<EventFeed> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return eventsOf(parts, task.id, ['output'], stretch);
};

/** What the agent said and did, as lines that a person reads, each with its newline. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE */
export const readableOutput = async (
  parts: Needs<'store' | 'log' | 'drivers'>,
  caller: Caller,
  taskId: string,
  stretch: Stretch,
): Promise<AsyncIterable<string>> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const driver = parts.drivers.find(task.agent);
  const whyFailed = async (): Promise<string | null> => (await parts.store.getTask(task.id))?.errorMessage ?? null;
  return readableLines(driver, await eventsOf(parts, task.id, readableTypes, stretch), whyFailed);
};
