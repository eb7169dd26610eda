import type { RemovedWorktree } from '../../../schemas/worktree.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { requireOwner, requireTask, type Caller } from '../access.ts';
import { putWorktreeAway, type PuttingAway } from '../keep/put-worktree-away.ts';
import { emptyTrashSoon } from '../life/finish-deletions.ts';
import { requireSettledRun } from '../life/settled-run.ts';

/**
 * Puts the worktree of a task that has ended away: its files go, and what git does not ignore of them is kept.
 * @throws MakimaError FORBIDDEN, TASK_NOT_FOUND, WORKTREE_NOT_FOUND, TASK_ACTIVE, COMPLETION_RUNNING, MERGE_IN_PROGRESS, WORKTREE_IN_USE, and
 *   why a snapshot could not be kept
 */
export const removeWorktree = async (parts: PuttingAway, caller: Caller, taskId: string): Promise<RemovedWorktree> => {
  requireOwner(caller);
  const task = await requireTask(parts, caller, taskId, 'own');
  if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
  await requireSettledRun(parts, task.id);
  const bytes = await putWorktreeAway(parts, task);
  emptyTrashSoon(parts);
  return { path: task.overlayPath ?? '', bytes };
};
