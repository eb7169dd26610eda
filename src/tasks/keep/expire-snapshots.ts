import { messageOf } from '../../errors.ts';
import { expireSnapshots, parseWorktree, sharesRepository, withPresenceLock } from '../../git/worktree/index.ts';
import type { Needs } from '../parts.ts';

const day = 24 * 3600_000;
/** Of one round: each is some processes of git's. */
const mostAtOnce = 50;

/**
 * Deletes the passing snapshots of worktrees that were put away so many days ago, once each. What was kept of a worktree stays.
 * @returns the tasks whose repositories have less in them
 */
export const expireOldSnapshots = async (
  { store, now, report }: Needs<'store' | 'now' | 'report'>,
  days: number,
  signal: AbortSignal,
): Promise<string[]> => {
  if (days === 0) return [];
  const before = new Date(now().getTime() - days * day);
  const expired: string[] = [];
  for (const { taskId } of await store.unexpiredWorktrees(before.toISOString(), mostAtOnce)) {
    signal.throwIfAborted();
    try {
      const row = await store.getWorktree(taskId);
      if (row === null || row.awaySince === null) continue;
      const worktree = parseWorktree(row.record);
      await withPresenceLock(worktree.gitDir, async () => {
        if ((await store.getWorktree(taskId))?.awaySince !== row.awaySince) return;
        if (!sharesRepository(worktree) && (await expireSnapshots(worktree, taskId, before, signal))) expired.push(taskId);
      });
    } catch (error) {
      signal.throwIfAborted();
      report(`deleting old snapshots of task ${taskId}`, messageOf(error));
    }
    // also where it is left as it is, or fails: it would the next time
    await store.snapshotsExpired(taskId);
  }
  return expired;
};
