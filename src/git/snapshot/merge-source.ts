import { commitOf, isAncestor, objectDirectories, readObject, treeOf } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';
import { aheadKnown } from './ahead.ts';
import { commitTree } from './commit-tree.ts';
import { standingOf, type Standing } from './standing.ts';

/** What a subtask's worktree holds, as a commit that can be merged. */
export interface MergeSource {
  commit: string;
  tree: string;
}

/** The same before there is a commit of it: what it would be made of. */
export interface PlannedSource {
  /** Null where what is uncommitted has to be committed first, on top of `parents`. */
  commit: string | null;
  tree: string;
  parents: string[];
}

/**
 * Everything that a subtask's worktree holds and git does not ignore, committed, uncommitted and untracked, as a commit:
 * its HEAD where nothing is uncommitted, else a snapshot on top of it. No branch is moved, and no commit made.
 *
 * A subtask that was merged before and has gone on since descends from what was merged then, also where that was
 * uncommitted work: else its own earlier lines would stand against it as conflicts.
 *
 * @param previous - the source of its last merge, null where there was none
 */
export const planSource = async (worktree: Worktree, previous: MergeSource | null, signal?: AbortSignal): Promise<PlannedSource> => {
  const { gitDir } = worktree;
  const { tree, ...standing } = await standingOf(worktree, signal);
  const head = standing.head ?? worktree.baseCommit;
  const headTree = standing.headTree ?? (await treeOf(gitDir, head, signal));
  const isBelow = (commit: string, of: string): Promise<boolean> => isAncestor(gitDir, commit, of, signal);
  // as long as the agent commits nothing
  const isOnHead = previous !== null && parentsWritten(gitDir, previous.commit).includes(head);
  if (previous !== null && previous.tree === tree && (isOnHead || (await isBelow(head, previous.commit))))
    return { ...previous, parents: [] };
  const isContained =
    previous === null ||
    (!isOnHead && ((await commitOf(gitDir, previous.commit, signal)) === null || (await isBelow(previous.commit, head))));
  if (isContained && headTree === tree) return { commit: head, tree, parents: [] };
  return { commit: null, tree, parents: isContained ? [head] : [head, previous.commit] };
};

/** The parents of a commit that is there and has a file of its own; none where git has to be asked. */
const parentsWritten = (gitDir: string, commit: string): string[] => {
  const found = readObject(objectDirectories(gitDir), commit);
  if (found?.kind !== 'commit') return [];
  const header = found.content.toString('latin1', 0, found.content.indexOf('\n\n'));
  return [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent);
};

/** That with its commit made. */
export const mergeSource = async (
  worktree: Worktree,
  previous: MergeSource | null,
  message: string,
  signal?: AbortSignal,
): Promise<MergeSource> => {
  const { commit, tree, parents } = await planSource(worktree, previous, signal);
  return { commit: commit ?? (await commitTree(worktree, tree, parents, message, signal)), tree };
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
  const { head } = into;
  const isBelow = async (commit: string): Promise<boolean> => {
    const ahead = aheadKnown(gitDir, commit, head);
    return ahead === undefined ? isAncestor(gitDir, commit, head, signal) : ahead === 0;
  };
  if (merged?.tree === child.tree && (await isBelow(merged.commit))) return true;
  return child.head !== null && child.headTree === child.tree && (await isBelow(child.head));
};
