import { basename } from 'node:path';
import { isDirectory } from '../../files/look.ts';
import { commitOf, git, isAncestor, treeOf, whileLocked } from '../command/index.ts';
import { keptRefs, keptWorktreeRefs, requirePlainGitData } from '../repository/index.ts';
import { headPlaceOf, linkedWorktrees, sharesRepository, type Worktree } from '../worktree/index.ts';
import { commitTree } from './commit-tree.ts';
import { snapshotCommit, snapshotTree } from './snapshot.ts';

/**
 * Keeps all that a worktree holds and git does not ignore, with its branch and HEAD, under `refs/makima/kept/<name>` of its
 * repository, from which it can be had back: a commit of the files whose first parent is HEAD. Where the directory is gone, the
 * branch, with what was kept before if the branch has not gone on since.
 *
 * @param name - as a rule the task's id
 * @returns the commit kept, null where nothing is left to keep
 */
export const keepSnapshot = async (worktree: Worktree, name: string, signal?: AbortSignal): Promise<string | null> => {
  await requirePlainGitData(worktree.gitDir, worktree.adminDir);
  const ref = keptRefs + name;
  const commit = await commitToKeep(worktree, await commitOf(worktree.gitDir, ref, signal), signal);
  if (commit === null) return null;
  await keepLinked(worktree, name, signal);
  await whileLocked(
    () => git(['update-ref', '-m', 'makima: kept', '--create-reflog', ref, commit], { gitDir: worktree.gitDir, signal }),
    signal,
  );
  return commit;
};

/** @param before - what was kept of it before, null if nothing was */
const commitToKeep = async (worktree: Worktree, before: string | null, signal?: AbortSignal): Promise<string | null> => {
  const message = `makima: all of ${worktree.branch} before it was deleted`;
  const tip = await commitOf(worktree.gitDir, `refs/heads/${worktree.branch}`, signal);
  const distinct = (...commits: readonly (string | null)[]): string[] => [...new Set(commits.filter((commit) => commit !== null))];
  if ((await isDirectory(worktree.path)) && (await isDirectory(worktree.adminDir))) {
    // HEAD differs from the branch where the agent has switched to another one or detached it
    const parents = distinct(await commitOf(headPlaceOf(worktree), 'HEAD', signal), tip, before);
    return commitTree(
      worktree,
      await snapshotTree(worktree, signal),
      parents.length > 0 ? parents : [worktree.baseCommit],
      message,
      signal,
    );
  }
  if (tip === null) return before;
  // the uncommitted work of a worktree that was restored, and then removed by hand, is nowhere else
  if (before !== null && (await isAncestor(worktree.gitDir, tip, before, signal))) return before;
  return commitTree(worktree, await treeOf(worktree.gitDir, tip, signal), distinct(tip, before), message, signal);
};

/** What other worktrees of the agent's hold beside their commits, which the repository has. */
const keepLinked = async (worktree: Worktree, name: string, signal?: AbortSignal): Promise<void> => {
  if (sharesRepository(worktree)) return;
  for (const { path, adminDir } of await linkedWorktrees(worktree)) {
    if (!(await isDirectory(path))) continue;
    const commit = await snapshotCommit(
      { ...worktree, path, adminDir },
      { message: `makima: all of ${path} before ${worktree.branch} was deleted`, signal },
    );
    const ref = `${keptWorktreeRefs}${name}/${basename(adminDir)}`;
    await whileLocked(
      () => git(['update-ref', '-m', 'makima: kept', '--create-reflog', ref, commit], { gitDir: worktree.gitDir, signal }),
      signal,
    );
  }
};
