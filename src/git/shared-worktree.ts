import path from 'node:path';
import { dotGitTarget } from './add-worktree.ts';
import { git, whileLocked } from './git-command.ts';
import { removeTree } from './remove-tree.ts';
import { withRepositoryLock } from './repository-lock.ts';
import type { Worktree } from './worktree.ts';

/**
 * Deletes a worktree of makima 0.1, whose repository is that of other tasks too: its directory first and its administrative
 * directory last, so that what is left after a crash is still known as ours, and found. Can be repeated.
 * @param removeFiles - how the directory goes
 */
export const removeSharedWorktree = (worktree: Worktree, removeFiles: (directory: string) => Promise<void>): Promise<void> =>
  withRepositoryLock(worktree.gitDir, async () => {
    await removeFiles(worktree.path);
    await whileLocked(() => git(['update-ref', '-d', `refs/heads/${worktree.branch}`], { gitDir: worktree.gitDir }));
    await removeTree(worktree.adminDir);
  });

/**
 * Undoes a half-made worktree of makima 0.1: its directory and its place in the shared repository, both only where they are
 * each other's. Its branch stays; nobody works in that repository any more. Can be repeated.
 */
export const clearShared = async ({ gitDir, path: directory }: { gitDir: string; path: string }): Promise<void> => {
  const adminDir = await dotGitTarget(directory);
  if (adminDir === null || path.dirname(adminDir) !== path.join(gitDir, 'worktrees')) return;
  await removeTree(directory);
  await removeTree(adminDir);
};
