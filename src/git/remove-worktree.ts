import { basename } from 'node:path';
import { commitOf } from './default-branch.ts';
import { git, whileLocked } from './git-command.ts';
import { keepRepository } from './keep-repository.ts';
import { linkedWorktrees } from './linked-worktrees.ts';
import { keptRefs, keptWorktreeRefs } from './own-refs.ts';
import { requirePlainGitData } from './plain-git-data.ts';
import { removeTree } from './remove-tree.ts';
import { removeSharedWorktree } from './shared-worktree.ts';
import { commitTree, snapshotCommit, snapshotTree } from './snapshot.ts';
import { putAside } from './trash.ts';
import { headPlaceOf, isDirectory, sharesRepository, type Worktree } from './worktree.ts';

/**
 * Keeps all that a worktree holds and git does not ignore, with its branch and HEAD, under `refs/makima/kept/<name>` of its
 * repository, from which it can be had back. Where the directory is gone, the branch alone.
 *
 * @param name - as a rule the task's id
 * @returns the commit kept, null where nothing is left to keep
 */
export const keepSnapshot = async (worktree: Worktree, name: string, signal?: AbortSignal): Promise<string | null> => {
  await requirePlainGitData(worktree.gitDir, worktree.adminDir);
  const tip = await commitOf(worktree.gitDir, `refs/heads/${worktree.branch}`, signal);
  const ref = keptRefs + name;
  const before = await commitOf(worktree.gitDir, ref, signal);
  let commit = tip;
  if ((await isDirectory(worktree.path)) && (await isDirectory(worktree.adminDir))) {
    // HEAD differs from the branch where the agent has switched to another one or detached it
    const head = await commitOf(headPlaceOf(worktree), 'HEAD', signal);
    const parents = [...new Set([head, tip, before].filter((parent) => parent !== null))];
    const tree = await snapshotTree(worktree, signal);
    commit = await commitTree(worktree, tree, parents.length > 0 ? parents : [worktree.baseCommit], `makima: all of ${worktree.branch} before it was deleted`, signal);
  }
  if (commit === null) return null;
  await keepLinked(worktree, name, signal);
  await whileLocked(() => git(['update-ref', '-m', 'makima: kept', '--create-reflog', ref, commit], { gitDir: worktree.gitDir, signal }), signal);
  return commit;
};

/** What other worktrees of the agent's hold beside their commits, which the repository has. */
const keepLinked = async (worktree: Worktree, name: string, signal?: AbortSignal): Promise<void> => {
  if (sharesRepository(worktree)) return;
  for (const { path, adminDir } of await linkedWorktrees(worktree)) {
    if (!(await isDirectory(path))) continue;
    const commit = await snapshotCommit({ ...worktree, path, adminDir }, { message: `makima: all of ${path} before ${worktree.branch} was deleted`, signal });
    const ref = `${keptWorktreeRefs}${name}/${basename(adminDir)}`;
    await whileLocked(() => git(['update-ref', '-m', 'makima: kept', '--create-reflog', ref, commit], { gitDir: worktree.gitDir, signal }), signal);
  }
};

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
