import { rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { commitOf, diffTrees, git, keyOf, type TreeChange, treeOf, whileLocked } from '../command/index.ts';
import { commitTree, headOf, snapshotTree } from '../snapshot/index.ts';
import {
  headPlaceOf,
  indexOf,
  installIndex,
  requireWorktree,
  temporaryFile,
  withIndexCopy,
  withIndexLock,
  type Worktree,
} from '../worktree/index.ts';
import { backupIndex, isIndexInstalled, removeFiles, restoreDirectories, restoreFiles } from './backup.ts';
import { clearMergeState, moveHead } from './head-state.ts';
import { indexPlace } from './index-place.ts';
import type { MergeRecord } from './record.ts';
import { checkOutSubmodules, linksOf } from './submodules.ts';
import type { MergeUnderWay } from './under-way.ts';

const attempts = 3;

/** The ref that keeps what a worktree held when its last merge was undone; earlier ones are in its reflog. */
export const abortedRef = (worktree: Worktree): string => `refs/makima/merges/${path.basename(worktree.adminDir)}/aborted`;

/** The ref that keeps what came into a worktree while its merge was being undone, in its reflog all that ever did. */
export const meanwhileRef = (worktree: Worktree): string => `refs/makima/merges/${path.basename(worktree.adminDir)}/meanwhile`;

/**
 * Puts a worktree back exactly as it was before a merge: files, modes, index, HEAD. What was done in it since is kept under
 * a private ref and gone from the worktree; files that git ignored before are left as they are. Can be repeated from
 * wherever an earlier attempt broke off.
 *
 * @throws MakimaError WORKTREE_NOT_FOUND, REPOSITORY_BUSY, DISK_FULL, GIT_FAILED
 */
export const undoMerge = async ({ into, record, journal, lockWaitMs }: MergeUnderWay): Promise<void> => {
  await requireWorktree(into);
  await withIndexLock(
    into,
    async () => {
      let kept = await keepPresent(into);
      const tree = await treeOf(into.gitDir, record.before);
      const added = (await diffTrees(into.gitDir, tree, record.result)).filter(({ before }) => before === null);
      await removeFiles(
        into,
        added.map((change) => change.path),
      );
      // ignore files first, and the index that says what is tracked: which of the files that are left are ours to remove is
      // for them to say
      await write(into, tree, (await diffTrees(into.gitDir, tree, await snapshotTree(into))).filter(isIgnoreFile));
      await restoreIndex(into, record);
      journal.reached('merge index restored');
      for (let attempt = 1; ; attempt += 1) {
        const present = await snapshotTree(into);
        const differing = await diffTrees(into.gitDir, tree, present);
        if (await keepNew(into, { kept, present, differing })) kept = present;
        if (attempt > 1 && differing.length === 0) break;
        if (attempt > attempts)
          throw new MakimaError(
            'REPOSITORY_BUSY',
            `The worktree ${into.path} is being changed while the merge in it is undone; what was written meanwhile is kept under ${meanwhileRef(into)} of its repository`,
          );
        // back to what the worktree had; one that cannot be moved differs at the next look
        await checkOutSubmodules(into, null, linksOf(differing, 'before'));
        await removeFiles(
          into,
          differing.filter(({ before }) => before === null).map((change) => change.path),
        );
        await write(into, tree, differing);
        await restoreFiles(into, record.files);
      }
      await restoreDirectories(into, record.directories);
      journal.reached('merge files restored');
      await restoreHead(into, record);
      await clearMergeState(into);
    },
    lockWaitMs,
  );
};

/** @returns what the worktree holds, as a tree */
const keepPresent = async (into: Worktree): Promise<string> => {
  const tree = await snapshotTree(into);
  await keepAs(into, abortedRef(into), tree, 'makima: the worktree when a merge was undone');
  return tree;
};

const keepAs = async (into: Worktree, ref: string, tree: string, message: string): Promise<void> => {
  const head = (await commitOf(headPlaceOf(into), 'HEAD')) ?? into.baseCommit;
  const commit = await commitTree(into, tree, [head], message);
  await whileLocked(() => git(['update-ref', '-m', 'makima: merge undone', '--create-reflog', ref, commit], { gitDir: into.gitDir }));
};

/**
 * Keeps what an agent wrote since the last look, before it is taken out of the worktree.
 * @param trees.kept - of the last look, `present` of this one
 * @param trees.differing - where this one is not what the worktree is put back to
 * @returns whether there was any
 */
const keepNew = async (into: Worktree, trees: { kept: string; present: string; differing: readonly TreeChange[] }): Promise<boolean> => {
  if (trees.differing.length === 0) return false;
  const differing = new Set(trees.differing.map((change) => keyOf(change.path)));
  const since = await diffTrees(into.gitDir, trees.kept, trees.present);
  if (!since.some((change) => change.after !== null && differing.has(keyOf(change.path)))) return false;
  await keepAs(into, meanwhileRef(into), trees.present, 'makima: what came while a merge was undone');
  return true;
};

/**
 * Takes back a merge that a dead daemon was carrying out. The agent may have worked on for hours since: where HEAD has not moved,
 * the files that are still as the merge wrote them are put back, with the index where that was the merge's, and nothing else is touched.
 * Can be repeated.
 *
 * @throws MakimaError as undoMerge does
 */
export const undoHalfMerge = async (merge: MergeUnderWay): Promise<void> => {
  const { into, record } = merge;
  await requireWorktree(into);
  const installed = await isIndexInstalled(into);
  if (installed && (await headOf(into)) !== record.head) return undoMerge(merge);
  return withIndexLock(into, async () => {
    const present = await keepPresent(into);
    const tree = await treeOf(into.gitDir, record.before);
    const different = new Set((await diffTrees(into.gitDir, record.result, present)).map((change) => keyOf(change.path)));
    const written = (await diffTrees(into.gitDir, tree, record.result)).filter((change) => !different.has(keyOf(change.path)));
    const names = new Set(written.map((change) => keyOf(change.path)));
    await removeFiles(
      into,
      written.filter(({ before }) => before === null).map((change) => change.path),
    );
    await write(into, tree, written);
    await restoreFiles(into, record.files, (file) => names.has(keyOf(file)));
    await restoreDirectories(into, record.directories);
    if (!installed) return;
    await restoreIndex(into, record);
    await clearMergeState(into);
  });
};

const isIgnoreFile = ({ path: file }: TreeChange): boolean => /(?:^|\/)\.gitignore$/.test(keyOf(file));

/** Writes files as they are in a tree. */
const write = async (into: Worktree, tree: string, changes: readonly TreeChange[]): Promise<void> => {
  const paths = changes
    .filter(({ before }) => before !== null && before.mode !== '160000')
    .flatMap((change) => [change.path, Buffer.from('\0')]);
  if (paths.length === 0) return;
  const indexFile = await temporaryFile(into.gitDir, 'index');
  const place = await indexPlace(into, indexFile);
  try {
    await git(['read-tree', tree], place);
    await git(['checkout-index', '--force', '-z', '--stdin'], { ...place, input: Buffer.concat(paths) });
  } finally {
    await rm(indexFile, { force: true });
  }
};

const restoreIndex = async (into: Worktree, record: MergeRecord): Promise<void> => {
  if (!record.hadIndex) return rm(indexOf(into), { force: true });
  return withIndexCopy(into, backupIndex(into), (indexFile) => installIndex(into, indexFile));
};

const restoreHead = async (into: Worktree, record: MergeRecord): Promise<void> => {
  const place = { gitDir: into.adminDir, commonDir: into.gitDir };
  if (record.headRef !== null)
    await whileLocked(() => git(['symbolic-ref', '-m', 'makima: merge undone', 'HEAD', record.headRef ?? ''], place));
  const head = await commitOf(headPlaceOf(into), 'HEAD');
  if (head !== null) await moveHead(into, head, record.head, 'makima: merge undone');
};
