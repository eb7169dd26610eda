import { linkWorktree, unlinkWorktree } from './add-worktree.ts';
import { commitOf } from './default-branch.ts';
import { git, gitText } from './git-command.ts';
import { sealMakimaDirectory } from './makima-directory.ts';
import { keptRefs } from './repository.ts';
import { MakimaError } from '../errors.ts';
import { withoutForeignFilters } from './trusted-config.ts';
import { isDirectory, placeOf, type Worktree } from './worktree.ts';

/**
 * Brings back a worktree that was deleted, at its place and on its branch: what was committed as commits, what was not
 * as uncommitted changes, untracked files too. What git ignored was not kept.
 *
 * @param worktree - as it was recorded
 * @param name - under which it was kept, as a rule the task's id
 * @throws MakimaError TARGET_EXISTS where it is still there, WORKTREE_NOT_FOUND where nothing was kept
 */
export const restoreWorktree = async (worktree: Worktree, name: string, signal?: AbortSignal): Promise<Worktree> => {
  const { gitDir, path, branch, baseCommit } = worktree;
  if (await isDirectory(path)) throw new MakimaError('TARGET_EXISTS', `The worktree ${path} is there`);
  const kept = (await isDirectory(gitDir)) ? ((await commitOf(gitDir, keptRefs + name, signal)) ?? (await commitOf(gitDir, `refs/heads/${branch}`, signal))) : null;
  if (kept === null) throw new MakimaError('WORKTREE_NOT_FOUND', `Nothing was kept of ${name}`);
  const isSnapshot = (await commitOf(gitDir, keptRefs + name, signal)) !== null;
  const [, head = kept] = isSnapshot ? (await gitText(['rev-list', '--parents', '--max-count=1', kept], { gitDir, signal })).trim().split(' ') : [];
  const restored = await linkWorktree(worktree, { path, branch, commit: head, baseCommit, signal });
  try {
    const place = { ...placeOf(restored), signal, config: await withoutForeignFilters(restored.adminDir, signal) };
    await git(['read-tree', '--reset', '-u', kept], place);
    // The files stay as they are; against HEAD they are the changes that had not been committed.
    await git(['reset', '--quiet', '--mixed', head], { ...place, answers: [1] });
    await sealMakimaDirectory(restored);
    return restored;
  } catch (error) {
    await unlinkWorktree(restored);
    throw error;
  }
};
