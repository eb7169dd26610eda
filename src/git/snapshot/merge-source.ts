import { commitOf, treeOf, isAncestor } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';
import { commitTree } from './snapshot.ts';
import { standingOf, type Standing } from './standing.ts';

/** What a subtask's worktree holds, as a commit that can be merged. */
export interface MergeSource {
  commit: string;
  tree: string;
}

/**
 * Everything that a subtask's worktree holds and git does not ignore, committed, uncommitted and untracked, as a commit:
 * its HEAD where nothing is uncommitted, else a snapshot on top of it. No branch is moved.
 *
 * A subtask that was merged before and has gone on since descends from what was merged then, also where that was
 * uncommitted work: else its own earlier lines would stand against it as conflicts.
 *
 * @param previous - the source of its last merge, null where there was none
 */
export const mergeSource = async (
  worktree: Worktree,
  previous: MergeSource | null,
  message: string,
  signal?: AbortSignal,
): Promise<MergeSource> => {
  const { tree, ...standing } = await standingOf(worktree, signal);
  const head = standing.head ?? worktree.baseCommit;
  const headTree = standing.headTree ?? (await treeOf(worktree.gitDir, head, signal));
  if (previous !== null && previous.tree === tree && (await isAncestor(worktree.gitDir, head, previous.commit, signal))) return previous;
  const isContained =
    previous === null ||
    (await commitOf(worktree.gitDir, previous.commit, signal)) === null ||
    (await isAncestor(worktree.gitDir, previous.commit, head, signal));
  if (isContained && headTree === tree) return { commit: head, tree };
  return { commit: await commitTree(worktree, tree, isContained ? [head] : [head, previous.commit], message, signal), tree };
};

/**
 * Whether all that a subtask's worktree holds now is in the history of its parent's HEAD: by the merge that is noted, or by
 * one that an agent made with git itself.
 *
 * @param gitDir - of the parent: what its repository has not is not in its history
 * @param child - how the subtask's worktree stands
 * @param into - how the parent's stands
 * @param merged - the source of its last merge
 */
export const isContained = async (
  gitDir: string,
  child: Standing,
  into: Standing,
  merged: MergeSource | null,
  signal?: AbortSignal,
): Promise<boolean> => {
  if (into.head === null) return false;
  if (merged?.tree === child.tree && (await isAncestor(gitDir, merged.commit, into.head, signal))) return true;
  return child.head !== null && child.headTree === child.tree && (await isAncestor(gitDir, child.head, into.head, signal));
};
