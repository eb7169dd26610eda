import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import type { Task } from '../../schemas/task.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';
import { discardWorktree } from './discard-worktree.ts';

/** Whatever is still ending of the task's last run is ended now, so that nothing writes where we delete. */
const settle = async (context: TaskContext, task: Task): Promise<void> => {
  if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `Task ${task.id} ("${task.name}") is ${task.status}`);
  await context.runs.abandon(task.id);
};

/** Deletes a task with all below it: rows, logs and, unless it is to be kept, the worktrees. */
export const deleteTask =
  (context: TaskContext): Actions['deleteTask'] =>
  async (caller, taskId, { keepWorktree }) => {
    const task = await requireTask(context, caller, taskId, 'command');
    const all = [task, ...(await context.store.listDescendants(task.id))];
    for (const each of all) if (isActive(each.status)) throw new MakimaError('TASK_ACTIVE', `Task ${each.id} ("${each.name}") is ${each.status}`);
    for (const each of all) await settle(context, each);
    // Worktrees before rows: what a crash or a failure leaves is still known by its task, and deleting it again goes on.
    if (!keepWorktree) for (const each of all.toReversed()) await discardWorktree(context, each);
    await context.store.deleteTasks(all.map((each) => each.id));
    for (const each of all) {
      context.log.remove(each.id);
      context.ledger.forget(each.id);
    }
  };
