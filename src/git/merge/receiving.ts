import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { bothOf, git, gitText, treeOf, whileLocked } from '../command/index.ts';
import { operationUnderWay } from '../repository/index.ts';
import { commitsOf, commitTree, hasUnmerged, headOf, marksIn, snapshotTree } from '../snapshot/index.ts';
import { placeOf, requireWorktree, withIndexCopy, type Worktree } from '../worktree/index.ts';
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
const headToMergeInto = async (worktree: Worktree): Promise<string> => {
  await requireWorktree(worktree);
  await refuseForeignMerge(worktree);
  const head = await headOf(worktree);
  if (head === null) throw new MakimaError('GIT_FAILED', `HEAD of the worktree ${worktree.path} names no commit`);
  return head;
};

/**
 * Looks at a worktree before it is merged into, and keeps its index as bytes.
 * @param message - of the commit that its uncommitted work is
 * @throws MakimaError WORKTREE_NOT_FOUND, MERGE_IN_PROGRESS (of the agent's own), DISK_FULL, GIT_FAILED
 */
export const lookAtReceiving = async (worktree: Worktree, message: string): Promise<Receiving> => {
  const head = await headToMergeInto(worktree);
  const headRef = await headRefOf(worktree);
  const hadIndex = await beginBackup(worktree);
  const [tree, headTree] = await bothOf(snapshotTree(worktree), treeAt(worktree, head));
  const indexTree = hadIndex ? await stagedTree(worktree) : headTree;
  const before = tree === headTree ? head : await commitTree(worktree, tree, [head], message);
  return { worktree, head, headTree, headRef, tree, before, indexTree, hadIndex };
};

const refuseForeignMerge = async (into: Worktree): Promise<void> => {
  const operation = await operationUnderWay(into.adminDir);
  if (operation === null && !(await hasUnmerged(into))) return;
  throw new MakimaError('MERGE_IN_PROGRESS', `The worktree's own agent is in the middle of ${operation ?? 'a merge'}`);
};

/** The tree of a commit of the worktree's repository. */
export const treeAt = async ({ gitDir }: Worktree, commit: string): Promise<string> =>
  (await commitsOf([gitDir], [commit])).get(commit)?.tree ?? treeOf(gitDir, commit);

/** The ref that HEAD names, null where it is detached. */
const headRefOf = async ({ adminDir, gitDir }: Worktree): Promise<string | null> => {
  const text = (await readPlainText(path.join(adminDir, 'HEAD')))?.trimEnd() ?? '';
  const named = /^ref: (refs\/\S+)$/.exec(text)?.[1];
  if (named !== undefined) return named;
  const { stdout, exitCode } = await git(['symbolic-ref', '--quiet', 'HEAD'], { gitDir: adminDir, commonDir: gitDir, answers: [1] });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
};

/** What is staged, as a tree: git has noted it in the index, or works it out. */
const stagedTree = async (into: Worktree): Promise<string> =>
  (await marksIn(backupIndex(into), into.baseCommit.length))?.tree ??
  withIndexCopy(into, backupIndex(into), (indexFile) => gitText(['write-tree'], { ...placeOf(into), indexFile }));

/** Holds what the worktree and its index hold by a ref, so that no clean-up of git takes it. To be done before anything is touched. */
export const keepReceiving = async ({ worktree: into, before, indexTree, tree, headTree }: Receiving): Promise<void> => {
  let kept = before;
  if (indexTree !== tree && indexTree !== headTree) {
    const index = await commitTree(into, indexTree, [before], 'makima: what was staged');
    kept = await commitTree(into, await treeAt(into, before), [before, index], 'makima: everything before a merge, and what was staged');
  }
  await whileLocked(() =>
    git(['update-ref', '-m', 'makima: before a merge', '--create-reflog', beforeRef(into), kept], { gitDir: into.gitDir }),
  );
};
