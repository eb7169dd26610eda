import type { EventType, TaskEvent } from '../../../schemas/event.ts';
import type { EventFeed, EventPlace } from '../../events/event-log.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { readableLines, readableTypes } from './readable-lines.ts';

/** Which output is read: after which event, up to now or until the task has ended, and what gives up reading. */
interface Stretch {
  after: EventPlace;
  follow: boolean;
  signal: AbortSignal;
}

const eventsOf = ({ log }: Needs<'log'>, taskId: string, types: readonly EventType[], { after, follow, signal }: Stretch): EventFeed =>
  follow ? log.follow(taskId, { after, types, signal }) : log.read(taskId, { after, types, signal });

/** One page of a task's output events. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE */
export const readOutput = async (
  parts: Needs<'store' | 'log'>,
  caller: Caller,
  taskId: string,
  { after, limit }: { after: EventPlace; limit: number },
): Promise<{ items: TaskEvent[]; nextCursor: string | null }> => {
  const task = await requireTask(parts, caller, taskId, 'read');
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
  const driver = parts.drivers.all.find(({ name }) => name === task.agent);
  const whyFailed = async (): Promise<string | null> => (await parts.store.getTask(task.id))?.errorMessage ?? null;
  return readableLines(driver, eventsOf(parts, task.id, readableTypes, stretch), whyFailed);
};
