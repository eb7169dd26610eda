import { rm } from 'node:fs/promises';
import { bothOf, diffTrees, git, gitText, indexInfo, isAncestor, keyOf, touch, type TreeChange } from '../command/index.ts';
import { commitTree, type MergeSource } from '../snapshot/index.ts';
import { temporaryFile, type Worktree } from '../worktree/index.ts';
import { backUpFiles, directoriesAbove } from './backup.ts';
import { computeMerge } from './compute.ts';
import { refuseWhatIsInTheWay } from './in-the-way.ts';
import { keepReceiving, lookAtReceiving, type Receiving } from './receiving.ts';
import type { MergeRecord } from './record.ts';

/** The worktree that is merged into. */
export interface Receiver {
  worktree: Worktree;
  /** The message of the commit that its own uncommitted work becomes, where that takes part in the merge. */
  workMessage: string;
  /** How long the agent's own lock of the index is waited for, in milliseconds; as git needs it where left out. */
  lockWaitMs?: number | undefined;
}

/** What is merged. */
export interface Incoming extends MergeSource {
  /** Whose it is: its repository has the commit, and its submodules may have commits that the receiver's lack. */
  worktree: Worktree;
  /** It is a branch beside what that worktree holds. */
  beside: boolean;
  /** The message of the merge commit. */
  message: string;
  /** Throws where it must not be merged. Asked while it is brought in, which changes nothing that anybody sees. */
  check?: () => Promise<void>;
}

/** The receiving worktree's HEAD has all of it already. */
export interface Contained {
  kind: 'contained';
  head: string;
}

export interface MergePlan {
  kind: 'planned';
  record: MergeRecord;
  /** What the merge changes in the worktree. */
  changes: TreeChange[];
  /** What git said of the merge as a whole. */
  notes: string[];
}

/**
 * Works out a merge and keeps what the receiving worktree holds; neither its files nor its index nor HEAD are touched.
 *
 * Uncommitted work of the receiving worktree stays uncommitted where the merge is clean and touches none of its files.
 * Else it takes part in the merge as ours, in a commit of its own before the merge.
 *
 * @param source - its commit is in the receiving repository
 * @param known - what was looked at already; `isLacking`: the receiver's HEAD lacks the source
 * @throws MakimaError WORKTREE_NOT_FOUND, MERGE_IN_PROGRESS (of the agent's own), MERGE_BLOCKED, DISK_FULL, GIT_FAILED
 */
export const planMerge = async (
  into: Receiver,
  source: Incoming,
  known?: { receiving: Receiving; isLacking: boolean },
): Promise<MergePlan | Contained> => {
  const { worktree } = into;
  const receiving = known?.receiving ?? (await lookAtReceiving(worktree, into.workMessage));
  const { head, headRef, before, hadIndex } = receiving;
  if (known?.isLacking !== true && (await isAncestor(worktree.gitDir, source.commit, head))) return { kind: 'contained', head };
  const [, merged] = await bothOf(keepReceiving(receiving), computeMerge(worktree.gitDir, worktree.path, before, source.commit));
  const changes = await diffTrees(worktree.gitDir, receiving.tree, merged.tree);
  await refuseWhatIsInTheWay(worktree, changes);
  const isClean = merged.conflicts.length === 0;
  const stays = isClean && !(await overlaps(receiving, source, changes));
  const ours = stays ? head : before;
  const tree = stays && receiving.tree !== receiving.headTree ? await withChanges(receiving, changes) : merged.tree;
  const record: MergeRecord = {
    head,
    headRef,
    before,
    ours,
    stays,
    source: source.commit,
    sourceTree: source.tree,
    beside: source.beside,
    result: merged.tree,
    commit: isClean ? await commitTree(worktree, tree, [ours, source.commit], source.message) : null,
    message: source.message,
    hadIndex,
    files: await backUpFiles(
      worktree,
      changes.filter(({ before: old }) => old !== null && old.mode !== '160000').map((change) => change.path),
    ),
    directories: await directoriesAbove(
      worktree,
      changes.filter(({ before: old }) => old === null).map((change) => change.path),
    ),
    conflicts: merged.conflicts.map((conflict) => ({ ...conflict, path: conflict.path.toString('base64') })),
  };
  return { kind: 'planned', record, changes, notes: merged.notes };
};

/** Whether uncommitted work and the source have to do with each other. */
const overlaps = async (
  { worktree: { gitDir }, head, headTree, tree, indexTree }: Receiving,
  source: MergeSource,
  changes: readonly TreeChange[],
): Promise<boolean> => {
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

/** HEAD's tree with what the merge changes. */
const withChanges = async ({ worktree: { gitDir }, headTree }: Receiving, changes: readonly TreeChange[]): Promise<string> => {
  const indexFile = await temporaryFile(gitDir, 'index');
  try {
    const place = { gitDir, indexFile };
    await git(['read-tree', headTree], place);
    await git(['update-index', '-z', '--index-info'], { ...place, input: indexInfo(changes) });
    return await gitText(['write-tree'], place);
  } finally {
    await rm(indexFile, { force: true });
  }
};
