import type { Task, TaskStatus } from '../../../schemas/task.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/** A task with everything below it. */
export type TaskTree = Task & { subtasks: TaskTree[] };

/** The task and what is below it as one nested value. */
const nest = (root: Task, descendants: readonly Task[]): TaskTree => {
  const byParent = Map.groupBy(descendants, (task) => task.parentTaskId);
  const grow = (task: Task): TaskTree => ({ ...task, subtasks: (byParent.get(task.id) ?? []).map(grow) });
  return grow(root);
};

/** One task. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const getTask = (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<Task> => requireTask(parts, caller, taskId, 'read');

/**
 * A page of the tasks that the caller may see, the newest first.
 * @param query.parentTaskId - `none`: those at the top of a tree
 * @param query.updatedSince - in ISO 8601, UTC with milliseconds
 * @param query.cursor - of the page before, null for the first
 * @throws MakimaError INVALID_CURSOR
 */
export const listTasks = (
  { store }: Needs<'store'>,
  caller: Caller,
  query: {
    statuses: readonly TaskStatus[] | null;
    parentTaskId: string | null;
    updatedSince: string | null;
    limit: number;
    cursor: string | null;
  },
): Promise<{ items: Task[]; nextCursor: string | null }> =>
  store.listTasks({ ...query, withinTreeOf: caller.kind === 'tool-key' ? caller.taskId : null });

/** The tasks right below one. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const listSubtasks = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<Task[]> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return parts.store.listChildren(task.id);
};

/** A task with everything below it. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const getTree = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<TaskTree> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return nest(task, await parts.store.listDescendants(task.id));
};
