import type { Task } from '../../schemas/task.ts';
import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { removeTaskCards, removeWorktree, trashOf, type Worktree } from '../git/worktree/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import { untilDone } from '../runs/until-done.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';
import { prepareDiscard } from './discard-worktree.ts';
import { emptyTrashSoon } from './finish-deletions.ts';

const requireEnded = (tasks: readonly Task[]): void => {
  for (const task of tasks)
    if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `Task ${task.id} ("${task.name}") is ${task.status}`);
};

/** The task is gone by now, so that nobody can ask for this again: what fails is tried on in the background. */
const putAway = async (context: TaskContext, worktree: Worktree): Promise<void> => {
  const remove = (): Promise<void> =>
    removeWorktree(worktree, { keptDir: context.directories.kept, trash: trashOf(context.directories.worktrees) });
  try {
    await remove();
  } catch (error) {
    context.report(`removing the worktree ${worktree.path}`, error);
    void untilDone(context, `removing the worktree ${worktree.path}`, remove, context.runs.detached);
  }
};

/**
 * Deletes a task with all below it: rows, logs and, unless it is to be kept, the worktrees, each after a snapshot. The
 * rows go first, in one transaction: what a crash leaves after that, the next start finds by the cards and finishes.
 */
export const deleteTask =
  (context: TaskContext): Actions['deleteTask'] =>
  async (caller, taskId, { keepWorktree }) => {
    const task = await requireTask(context, caller, taskId, 'command');
    const all = [task, ...(await context.store.listDescendants(task.id))];
    requireEnded(all);
    // Whatever is still ending of a last run is ended now, so that nothing writes where we delete.
    for (const each of all) await context.runs.abandon(each.id);
    if (all.some((each) => context.completions.isRunning(each.id))) throw new MakimaError('COMPLETION_RUNNING');
    const worktrees: Worktree[] = [];
    for (const each of all.toReversed()) {
      const worktree = await worktreeOf(context, each.id);
      if (!worktree) continue;
      if (keepWorktree) {
        await removeTaskCards(context.directories, each.id);
      } else {
        await prepareDiscard(context, each, worktree);
        worktrees.push(worktree);
      }
    }
    await context.store.deleteTasks(all.map((each) => each.id));
    context.reached('rows deleted');
    for (const each of all) {
      context.log.remove(each.id);
      context.ledger.forget(each.id);
    }
    for (const worktree of worktrees) {
      await putAway(context, worktree);
      context.reached('worktree aside');
    }
    emptyTrashSoon(context);
  };
