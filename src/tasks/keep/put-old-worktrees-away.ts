import type { Task } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { putWorktreeAway, type PuttingAway } from './put-worktree-away.ts';

const day = 24 * 3600_000;
/** A worktree in which anything was changed so short a time ago is in somebody's hands, in milliseconds. */
const quietTime = 3600_000;
/** Of one round: each is a look at all its files, and some processes of git's. */
const mostAtOnce = 100;

/** Why one is left as it is until the next round. */
const reasonsToLeave: readonly string[] = [
  'TASK_NOT_FOUND',
  'WORKTREE_NOT_FOUND',
  'TASK_ACTIVE',
  'COMPLETION_RUNNING',
  'MERGE_IN_PROGRESS',
  'WORKTREE_IN_USE',
  'REPOSITORY_BUSY',
];

const hasEndedBefore = (before: number, { status, completedAt, createdAt }: Task): boolean =>
  isTerminal(status) && Date.parse(completedAt ?? createdAt) < before;

/**
 * Puts away the worktrees of tasks that ended so long ago, and all above them too: who leads a tree may still merge what is below.
 * @returns how many, and what they took, in bytes
 */
export const putOldWorktreesAway = async (
  parts: PuttingAway,
  days: number,
  signal: AbortSignal,
): Promise<{ count: number; bytes: number }> => {
  const { store, now, report } = parts;
  const freed = { count: 0, bytes: 0 };
  if (days === 0) return freed;
  const before = now().getTime() - days * day;
  for (const taskId of await store.dueWorktrees(new Date(before).toISOString())) {
    if (freed.count === mostAtOnce) break;
    signal.throwIfAborted();
    const task = await store.getTask(taskId);
    if (task === null || !(await store.ancestors(taskId)).every((above) => hasEndedBefore(before, above))) continue;
    try {
      freed.bytes += await putWorktreeAway(parts, task, { quietSince: now().getTime() - quietTime, signal });
      freed.count += 1;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MakimaError && reasonsToLeave.includes(error.code)))
        report(`putting away the worktree of task ${taskId}`, error);
    }
  }
  return freed;
};
