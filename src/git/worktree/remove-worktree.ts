import { removeTree } from '../../files/remove-tree.ts';
import { keepRepository } from './keep-repository.ts';
import { removeSharedWorktree } from './shared-worktree.ts';
import { putAside } from './trash.ts';
import { sharesRepository, type Worktree } from './worktree.ts';

/**
 * Deletes a worktree's directory, and puts its repository where it outlives the task. Keep a snapshot first. Can be repeated.
 *
 * @param places - `keptDir`: of the repositories that are kept; `trash`: where the directory is put aside, which takes no time
 *   however large it is, removed at once where left out
 */
export const removeWorktree = async (worktree: Worktree, { keptDir, trash }: { keptDir: string; trash?: string }): Promise<void> => {
  const removeFiles = (directory: string): Promise<void> => (trash === undefined ? removeTree(directory) : putAside(directory, trash));
  if (sharesRepository(worktree)) return removeSharedWorktree(worktree, keptDir, removeFiles);
  await removeFiles(worktree.path);
  // last: by it what is left of a deletion that a crash broke off is found
  await keepRepository(worktree.gitDir, keptDir);
};
