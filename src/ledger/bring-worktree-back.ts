import type { Task } from '../../schemas/task.ts';
import { repositoryOf, type Places } from '../git/repository/index.ts';
import { parseWorktree, restoreWorktree, withPresenceLock, type Worktree } from '../git/worktree/index.ts';
import type { TaskStore, WorktreeRecord } from '../store/task-store.ts';
import type { Ledger } from './ledger.ts';

/**
 * The files of a worktree that is on record to be put away, out of what was kept of it. The record is left to the caller: until it is
 * changed, they are brought back anew the next time. Call it within `withPresenceLock`.
 * @throws MakimaError WORKTREE_NOT_FOUND (nothing was kept of it), TARGET_EXISTS (something else stands there), and what git refuses
 */
export const bringFilesBack = (
  { directories }: { directories: Places },
  { taskId, record }: WorktreeRecord,
  signal?: AbortSignal,
): Promise<{ worktree: Worktree; warnings: string[] }> => {
  const worktree = parseWorktree(record);
  return restoreWorktree(worktree, taskId, { keptDir: directories.kept, gitDir: worktree.gitDir, isAway: true }, signal);
};

/**
 * Brings back the worktree of a task that was put away.
 * @returns the task and what the user should know; null where it is not away
 * @throws MakimaError as bringFilesBack
 */
export const bringWorktreeBack = (
  parts: { store: TaskStore; ledger: Pick<Ledger, 'update'>; directories: Places; now: () => Date },
  taskId: string,
  signal?: AbortSignal,
): Promise<{ task: Task; worktree: Worktree; warnings: string[] } | null> =>
  withPresenceLock(repositoryOf(parts.directories, taskId), async () => {
    const row = await parts.store.getWorktree(taskId);
    if (row?.awaySince == null) return null;
    const { worktree, warnings } = await bringFilesBack(parts, row, signal);
    await parts.store.saveWorktree({ ...row, record: worktree, createdAt: parts.now().toISOString() });
    return { task: await parts.ledger.update(taskId, { overlayPath: worktree.path }), worktree, warnings };
  });
