import type { Task } from '../../../schemas/task.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { parseWorktree, removeTaskCards, removeWorktree, trashOf, type Worktree } from '../../git/worktree/index.ts';
import { untilDone } from '../../runs/until-done.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { prepareDiscard } from './discard-worktree.ts';
import { emptyTrashSoon } from './finish-deletions.ts';

const requireEnded = (tasks: readonly Task[]): void => {
  for (const task of tasks)
    if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `Task ${task.id} ("${task.name}") is ${task.status}`);
};

/** The task is gone by now, so that nobody can ask for this again: what fails is tried on in the background. */
const putAway = async (parts: Needs<'runs' | 'directories' | 'report'>, worktree: Worktree): Promise<void> => {
  const { runs, directories, report } = parts;
  const remove = (): Promise<void> => removeWorktree(worktree, { keptDir: directories.kept, trash: trashOf(directories.worktrees) });
  try {
    await remove();
  } catch (error) {
    report(`removing the worktree ${worktree.path}`, error);
    void untilDone(parts, `removing the worktree ${worktree.path}`, remove, runs.detached);
  }
};

/** @returns false where somebody else has deleted the task meanwhile, as one of those below another or by itself: its worktree goes with that */
const prepareUnlessGone = async (
  parts: Parameters<typeof prepareDiscard>[0] & Needs<'store'>,
  task: Task,
  worktree: Worktree,
): Promise<boolean> => {
  try {
    await prepareDiscard(parts, task, worktree);
    return true;
  } catch (error) {
    if ((await parts.store.getTask(task.id)) !== null) throw error;
    return false;
  }
};

/**
 * Deletes a task with all below it: rows, logs and, unless it is to be kept, the worktrees, each after a snapshot. The
 * rows go first, in one transaction: what a crash leaves after that, the next start finds by the cards and finishes.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TASK_ACTIVE, COMPLETION_RUNNING, and why a snapshot could not be kept
 */
export const deleteTask = async (
  parts: Needs<'store' | 'log' | 'ledger' | 'runs' | 'completions' | 'directories' | 'webhooks' | 'ports'> &
    Needs<'homeId' | 'inheritedEnv' | 'projectCommandTimeoutMs' | 'reached' | 'report'>,
  caller: Caller,
  taskId: string,
  { keepWorktree }: { keepWorktree: boolean },
): Promise<void> => {
  const { store, log, ledger, runs, completions, directories, webhooks, reached } = parts;
  const task = await requireTask(parts, caller, taskId, 'command');
  const all = [task, ...(await store.listDescendants(task.id))];
  requireEnded(all);
  // Whatever is still ending of a last run is ended now, so that nothing writes where we delete.
  for (const each of all) await runs.abandon(each.id);
  if (all.some((each) => completions.isRunning(each.id))) throw new MakimaError('COMPLETION_RUNNING');
  const worktrees: Worktree[] = [];
  for (const each of all.toReversed()) {
    const row = await store.getWorktree(each.id);
    if (!row) continue;
    const worktree = parseWorktree(row.record);
    // of one that is put away there is nothing to be left where it is: what was kept of it stays kept
    if (keepWorktree && row.awaySince === null) {
      await removeTaskCards(directories, each.id);
    } else if (await prepareUnlessGone(parts, each, worktree)) worktrees.push(worktree);
  }
  const ids = all.map((each) => each.id);
  // How they ended may be yet to be told, and their logs go.
  await webhooks.keep(ids);
  await store.deleteTasks(ids);
  reached('rows deleted');
  for (const each of all) {
    log.remove(each.id);
    ledger.forget(each.id);
  }
  for (const worktree of worktrees) {
    await putAway(parts, worktree);
    reached('worktree aside');
  }
  emptyTrashSoon(parts);
};
