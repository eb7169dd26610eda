import type { Task, TaskStatus } from '../../../schemas/task.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { withWait } from './with-wait.ts';

/** A task with everything below it. */
export type TaskTree = Task & { subtasks: TaskTree[] };

/** The task and what is below it as one nested value. */
const nest = (root: Task, descendants: readonly Task[]): TaskTree => {
  const byParent = Map.groupBy(descendants, (task) => task.parentTaskId);
  const grow = (task: Task): TaskTree => ({ ...task, subtasks: (byParent.get(task.id) ?? []).map(grow) });
  return grow(root);
};

/** One task. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const getTask = async (parts: Needs<'store' | 'runs'>, caller: Caller, taskId: string): Promise<Task> =>
  withWait(parts, await requireTask(parts, caller, taskId, 'read'));

/**
 * A page of the tasks that the caller may see, the newest first.
 * @param query.parentTaskId - `none`: those at the top of a tree
 * @param query.updatedSince - in ISO 8601, UTC with milliseconds
 * @param query.cursor - of the page before, null for the first
 * @throws MakimaError INVALID_CURSOR
 */
export const listTasks = async (
  parts: Needs<'store' | 'runs'>,
  caller: Caller,
  query: {
    statuses: readonly TaskStatus[] | null;
    parentTaskId: string | null;
    updatedSince: string | null;
    limit: number;
    cursor: string | null;
  },
): Promise<{ items: Task[]; nextCursor: string | null }> => {
  const withinTreeOf = caller.kind === 'tool-key' ? caller.taskId : null;
  const { items, nextCursor } = await parts.store.listTasks({ ...query, withinTreeOf });
  return { items: items.map((task) => withWait(parts, task)), nextCursor };
};

/** The tasks right below one. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const listSubtasks = async (parts: Needs<'store' | 'runs'>, caller: Caller, taskId: string): Promise<Task[]> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return (await parts.store.listChildren(task.id)).map((each) => withWait(parts, each));
};

/** A task with everything below it. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const getTree = async (parts: Needs<'store' | 'runs'>, caller: Caller, taskId: string): Promise<TaskTree> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const descendants = await parts.store.listDescendants(task.id);
  return nest(
    withWait(parts, task),
    descendants.map((each) => withWait(parts, each)),
  );
};
