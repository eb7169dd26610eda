import { isTerminal } from '../../domain/status-machine.ts';
import { messageOf } from '../../errors.ts';
import { packRepository, sharesRepository, withPresenceLock } from '../../git/worktree/index.ts';
import { worktreeOf } from '../../ledger/worktree-of.ts';
import type { Needs } from '../parts.ts';

/** As many objects with files of their own are worth a pack: below it, git finds them as fast, and they take a few MB. */
const worthPacking = 1000;

/**
 * Packs the repositories of tasks that have ended and left many loose objects.
 * @param loose - how many each has, by the task's id
 * @returns the tasks whose repositories were packed
 */
export const packRepositories = async (
  parts: Needs<'store' | 'runs' | 'completions' | 'report'>,
  loose: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<string[]> => {
  const { store, runs, completions, report } = parts;
  const packed: string[] = [];
  for (const [taskId, count] of loose) {
    if (count < worthPacking) continue;
    const worktree = await worktreeOf(parts, taskId);
    if (worktree === null || sharesRepository(worktree)) continue;
    try {
      const isPacked = await withPresenceLock(worktree.gitDir, async () => {
        const task = await store.getTask(taskId);
        if (task === null || !isTerminal(task.status) || completions.isRunning(taskId) || !(await runs.settled(taskId, 0))) return false;
        return packRepository(worktree, signal);
      });
      if (isPacked) packed.push(taskId);
    } catch (error) {
      signal.throwIfAborted();
      report(`packing the repository of task ${taskId}`, messageOf(error));
    }
  }
  return packed;
};
