import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { commitOf, git, gitText, treeOf, whileLocked } from '../command/index.ts';
import { operationUnderWay } from '../repository/index.ts';
import { commitTree, snapshotTree } from '../snapshot/index.ts';
import { headPlaceOf, placeOf, requireWorktree, withIndexCopy, type Worktree } from '../worktree/index.ts';
import { backupIndex, beginBackup } from './backup.ts';

/** The ref that keeps what a worktree held before its last merge, and one before each earlier merge in its reflog. */
export const beforeRef = (worktree: Worktree): string => `refs/makima/merges/${path.basename(worktree.adminDir)}/before`;

/** How a worktree stands that is to be merged into, looked at once for all that is worked out from it. */
export interface Receiving {
  worktree: Worktree;
  /** Its HEAD and that commit's tree. */
  head: string;
  headTree: string;
  /** The ref that HEAD names; null where it is detached. */
  headRef: string | null;
  /** Everything that it holds and git does not ignore. */
  tree: string;
  /** The same as a commit on top of `head`; `head` itself where nothing is uncommitted. */
  before: string;
  /** What is staged; HEAD's tree where there is no index. */
  indexTree: string;
  hadIndex: boolean;
}

/**
 * HEAD of a worktree that can be merged into.
 * @throws MakimaError WORKTREE_NOT_FOUND, MERGE_IN_PROGRESS (of the agent's own), GIT_FAILED
 */
export const headToMergeInto = async (worktree: Worktree): Promise<string> => {
  await requireWorktree(worktree);
  await refuseForeignMerge(worktree);
  const head = await commitOf(headPlaceOf(worktree), 'HEAD');
  if (head === null) throw new MakimaError('GIT_FAILED', `HEAD of the worktree ${worktree.path} names no commit`);
  return head;
};

/**
 * Looks at a worktree before it is merged into, and keeps what it holds: its index as bytes, everything by a ref.
 * @param message - of the commit that its uncommitted work is
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const lookAtReceiving = async (worktree: Worktree, head: string, message: string): Promise<Receiving> => {
  const { gitDir } = worktree;
  const headRef = await git(['symbolic-ref', '--quiet', 'HEAD'], { gitDir: worktree.adminDir, commonDir: gitDir, answers: [1] });
  const hadIndex = await beginBackup(worktree);
  const tree = await snapshotTree(worktree);
  const headTree = await treeOf(gitDir, head);
  const indexTree = hadIndex ? await stagedTree(worktree) : headTree;
  const before = tree === headTree ? head : await commitTree(worktree, tree, [head], message);
  await keep(worktree, before, indexTree === tree || indexTree === headTree ? null : indexTree);
  return {
    worktree,
    head,
    headTree,
    headRef: headRef.exitCode === 0 ? headRef.stdout.toString('utf8').trim() : null,
    tree,
    before,
    indexTree,
    hadIndex,
  };
};

const refuseForeignMerge = async (into: Worktree): Promise<void> => {
  const operation = await operationUnderWay(into.adminDir);
  const unmerged = await git(['ls-files', '--unmerged', '-z'], placeOf(into));
  if (operation === null && unmerged.stdout.length === 0) return;
  throw new MakimaError('MERGE_IN_PROGRESS', `The worktree's own agent is in the middle of ${operation ?? 'a merge'}`);
};

/** What is staged, as a tree. */
const stagedTree = (into: Worktree): Promise<string> =>
  withIndexCopy(into, backupIndex(into), (indexFile) => gitText(['write-tree'], { ...placeOf(into), indexFile }));

/** Holds what the worktree and its index hold by a ref, so that no clean-up of git takes it. */
const keep = async (into: Worktree, before: string, indexTree: string | null): Promise<void> => {
  let kept = before;
  if (indexTree !== null) {
    const index = await commitTree(into, indexTree, [before], 'makima: what was staged');
    kept = await commitTree(
      into,
      await treeOf(into.gitDir, before),
      [before, index],
      'makima: everything before a merge, and what was staged',
    );
  }
  await whileLocked(() =>
    git(['update-ref', '-m', 'makima: before a merge', '--create-reflog', beforeRef(into), kept], { gitDir: into.gitDir }),
  );
};
