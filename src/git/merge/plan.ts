import { rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import {
  commitOf,
  diffTrees,
  git,
  gitText,
  indexInfo,
  isAncestor,
  keyOf, touch,
  type TreeChange,
  treeOf,
  whileLocked
} from '../command/index.ts';
import { operationUnderWay } from '../repository/index.ts';
import { commitTree, type MergeSource, snapshotTree } from '../snapshot/index.ts';
import { headPlaceOf, placeOf, requireWorktree, temporaryFile, withIndexCopy, type Worktree } from '../worktree/index.ts';
import { backupIndex, backUpFiles, beginBackup, directoriesAbove } from './backup.ts';
import { computeMerge } from './compute.ts';
import { refuseWhatIsInTheWay } from './in-the-way.ts';
import type { MergeRecord } from './record.ts';

export interface MergePlan {
  record: MergeRecord;
  /** What the merge changes in the worktree. */
  changes: TreeChange[];
  /** What git said of the merge as a whole. */
  notes: string[];
}

/** The ref that keeps what a worktree held before its last merge, and one before each earlier merge in its reflog. */
export const beforeRef = (worktree: Worktree): string => `refs/makima/merges/${path.basename(worktree.adminDir)}/before`;

/**
 * Works out a merge and keeps what the receiving worktree holds; neither its files nor its index nor HEAD are touched.
 *
 * Uncommitted work of the receiving worktree stays uncommitted where the merge is clean and touches none of its files.
 * Else it takes part in the merge as ours, in a commit of its own before the merge.
 *
 * @param into - the receiving worktree
 * @param messages - `merge` for the merge commit, `work` for that of the uncommitted work
 * @returns null where the worktree's HEAD contains the source already
 * @throws MakimaError WORKTREE_NOT_FOUND, MERGE_IN_PROGRESS (of the agent's own), MERGE_BLOCKED, DISK_FULL, GIT_FAILED
 */
export const planMerge = async (
  into: Worktree,
  source: MergeSource,
  messages: { merge: string; work: string },
): Promise<MergePlan | null> => {
  await requireWorktree(into);
  await refuseForeignMerge(into);
  const { gitDir } = into;
  const head = await commitOf(headPlaceOf(into), 'HEAD');
  if (head === null) throw new MakimaError('GIT_FAILED', `HEAD of the worktree ${into.path} names no commit`);
  if (await isAncestor(gitDir, source.commit, head)) return null;
  const headRef = await git(['symbolic-ref', '--quiet', 'HEAD'], { gitDir: into.adminDir, commonDir: gitDir, answers: [1] });
  const hadIndex = await beginBackup(into);
  const tree = await snapshotTree(into);
  const headTree = await treeOf(gitDir, head);
  const indexTree = hadIndex ? await stagedTree(into) : headTree;
  const before = tree === headTree ? head : await commitTree(into, tree, [head], messages.work);
  await keep(into, before, indexTree === tree || indexTree === headTree ? null : indexTree);

  const merged = await computeMerge(gitDir, into.path, before, source.commit);
  const changes = await diffTrees(gitDir, tree, merged.tree);
  await refuseWhatIsInTheWay(into, changes);
  const isClean = merged.conflicts.length === 0;
  const stays = isClean && !(await overlaps(into, { head, headTree, tree, indexTree }, source, changes));
  const ours = stays ? head : before;
  const mergedTree = stays && tree !== headTree ? await withChanges(into, headTree, changes) : merged.tree;
  const record: MergeRecord = {
    head,
    headRef: headRef.exitCode === 0 ? headRef.stdout.toString('utf8').trim() : null,
    before,
    ours,
    stays,
    source: source.commit,
    sourceTree: source.tree,
    result: merged.tree,
    commit: isClean ? await commitTree(into, mergedTree, [ours, source.commit], messages.merge) : null,
    message: messages.merge,
    hadIndex,
    files: await backUpFiles(
      into,
      changes.filter(({ before: old }) => old !== null && old.mode !== '160000').map((change) => change.path),
    ),
    directories: await directoriesAbove(
      into,
      changes.filter(({ before: old }) => old === null).map((change) => change.path),
    ),
    conflicts: merged.conflicts.map((conflict) => ({ ...conflict, path: conflict.path.toString('base64') })),
  };
  return { record, changes, notes: merged.notes };
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

interface Receiving {
  head: string;
  headTree: string;
  tree: string;
  indexTree: string;
}

/** Whether uncommitted work and the source have to do with each other. */
const overlaps = async (
  into: Worktree,
  { head, headTree, tree, indexTree }: Receiving,
  source: MergeSource,
  changes: readonly TreeChange[],
): Promise<boolean> => {
  const { gitDir } = into;
  const own = [...(await diffTrees(gitDir, headTree, tree)), ...(await diffTrees(gitDir, headTree, indexTree))];
  if (own.length === 0) return false;
  const base = await git(['merge-base', head, source.commit], { gitDir, answers: [1] });
  if (base.exitCode !== 0) return true;
  const theirs = await diffTrees(gitDir, base.stdout.toString('utf8').trim(), source.commit);
  return touch(
    own.map((change) => keyOf(change.path)),
    new Set([...theirs, ...changes].map((change) => keyOf(change.path))),
  );
};

/** A tree with changes made to it. */
const withChanges = async (into: Worktree, tree: string, changes: readonly TreeChange[]): Promise<string> => {
  const indexFile = await temporaryFile(into.gitDir, 'index');
  try {
    const place = { gitDir: into.gitDir, indexFile };
    await git(['read-tree', tree], place);
    await git(['update-index', '-z', '--index-info'], { ...place, input: indexInfo(changes) });
    return await gitText(['write-tree'], place);
  } finally {
    await rm(indexFile, { force: true });
  }
};
