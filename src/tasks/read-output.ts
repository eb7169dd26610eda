import type { EventType } from '../../schemas/event.ts';
import { requireTask } from './access.ts';
import type { Actions, StoredEvent } from './actions.ts';
import type { TaskContext } from './context.ts';
import { readableLines, readableTypes } from './readable-lines.ts';

const eventsOf = (
  { log }: TaskContext,
  taskId: string,
  types: readonly EventType[],
  { after, follow, signal }: { after: number; follow: boolean; signal: AbortSignal },
): AsyncIterable<StoredEvent> => (follow ? log.follow(taskId, { after, types, signal }) : log.read(taskId, { after, types, signal }));

/** A task's output: a page, all of it, or as a person reads it. */
export const readOutput = (context: TaskContext): Pick<Actions, 'readOutput' | 'streamOutput' | 'readableOutput'> => ({
  async readOutput(caller, taskId, { after, limit }) {
    const task = await requireTask(context, caller, taskId, 'read');
    const { items, nextCursor } = await context.log.page(task.id, { after, limit, types: ['output'] });
    return { items, nextCursor };
  },
  async streamOutput(caller, taskId, options) {
    const task = await requireTask(context, caller, taskId, 'read');
    return eventsOf(context, task.id, ['output'], options);
  },
  async readableOutput(caller, taskId, options) {
    const task = await requireTask(context, caller, taskId, 'read');
    const driver = context.drivers.all.find(({ name }) => name === task.agent);
    const whyFailed = async (): Promise<string | null> => (await context.store.getTask(task.id))?.errorMessage ?? null;
    return readableLines(driver, eventsOf(context, task.id, readableTypes, options), whyFailed);
  },
});
