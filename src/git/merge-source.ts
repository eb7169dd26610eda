import { commitOf } from './default-branch.ts';
import { gitText, gitYes } from './git-command.ts';
import { commitTree, snapshotTree } from './snapshot.ts';
import type { Worktree } from './worktree.ts';

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
export const mergeSource = async (worktree: Worktree, previous: MergeSource | null, message: string, signal?: AbortSignal): Promise<MergeSource> => {
  const tree = await snapshotTree(worktree, signal);
  const head = (await commitOf(worktree.adminDir, 'HEAD', signal)) ?? worktree.baseCommit;
  if (previous !== null && previous.tree === tree && (await isAncestor(worktree.gitDir, head, previous.commit, signal))) return previous;
  const isContained = previous === null || (await commitOf(worktree.gitDir, previous.commit, signal)) === null || (await isAncestor(worktree.gitDir, previous.commit, head, signal));
  if (isContained && (await treeOf(worktree.gitDir, head, signal)) === tree) return { commit: head, tree };
  return { commit: await commitTree(worktree, tree, isContained ? [head] : [head, previous.commit], message, signal), tree };
};

export const treeOf = (gitDir: string, commit: string, signal?: AbortSignal): Promise<string> => gitText(['rev-parse', '--verify', `${commit}^{tree}`], { gitDir, signal });

/** Whether a commit is another or in its history; false where either is not there any more. */
export const isAncestor = async (gitDir: string, ancestor: string, of: string, signal?: AbortSignal): Promise<boolean> => {
  if ((await commitOf(gitDir, ancestor, signal)) === null || (await commitOf(gitDir, of, signal)) === null) return false;
  return gitYes(['merge-base', '--is-ancestor', ancestor, of], { gitDir, signal });
};

/**
 * Whether all that a subtask's worktree holds now is in the history of its parent's HEAD: by the merge that is noted, or by
 * one that an agent made with git itself.
 *
 * @param merged - the source of its last merge
 */
export const isContained = async (child: Worktree, into: Worktree, merged: MergeSource | null, signal?: AbortSignal): Promise<boolean> => {
  const tree = await snapshotTree(child, signal);
  const receiving = await commitOf(into.adminDir, 'HEAD', signal);
  const head = await commitOf(child.adminDir, 'HEAD', signal);
  if (receiving === null) return false;
  if (merged?.tree === tree && (await isAncestor(into.gitDir, merged.commit, receiving, signal))) return true;
  return head !== null && (await treeOf(child.gitDir, head, signal)) === tree && (await isAncestor(into.gitDir, head, receiving, signal));
};
