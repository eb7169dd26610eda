import type { Task } from '../../schemas/task.ts';
import type { Actions, TaskTree } from './actions.ts';
import { requireTask } from './access.ts';
import type { TaskContext } from './context.ts';

/** The task and what is below it as one nested value. */
const nest = (root: Task, descendants: readonly Task[]): TaskTree => {
  const byParent = Map.groupBy(descendants, (task) => task.parentTaskId);
  const grow = (task: Task): TaskTree => ({ ...task, subtasks: (byParent.get(task.id) ?? []).map(grow) });
  return grow(root);
};

/** Reading tasks: one, a page of all, the children, the whole tree. */
export const readTasks = (context: TaskContext): Pick<Actions, 'getTask' | 'listTasks' | 'listSubtasks' | 'getTree'> => ({
  getTask: (caller, taskId) => requireTask(context, caller, taskId, 'read'),
  listTasks: (caller, query) => context.store.listTasks({ ...query, withinTreeOf: caller.kind === 'tool-key' ? caller.taskId : null }),
  async listSubtasks(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'read');
    return context.store.listChildren(task.id);
  },
  async getTree(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'read');
    return nest(task, await context.store.listDescendants(task.id));
  },
});
