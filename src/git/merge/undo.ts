import { rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { commitOf, diffTrees, git, keyOf, type TreeChange, treeOf, whileLocked } from '../command/index.ts';
import { snapshotCommit, snapshotTree } from '../snapshot/index.ts';
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
      await keepPresent(into);
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
        const differing = await diffTrees(into.gitDir, tree, await snapshotTree(into));
        if (attempt > 1 && differing.length === 0) break;
        if (attempt > attempts)
          throw new MakimaError('REPOSITORY_BUSY', `The worktree ${into.path} is being changed while the merge in it is undone`);
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

const keepPresent = async (into: Worktree): Promise<string> => {
  const aborted = await snapshotCommit(into, { message: 'makima: the worktree when a merge was undone' });
  await whileLocked(() =>
    git(['update-ref', '-m', 'makima: merge undone', '--create-reflog', abortedRef(into), aborted], { gitDir: into.gitDir }),
  );
  return aborted;
};

/**
 * Takes back a merge that a dead daemon was carrying out. The agent may have worked on for hours since: where only files had
 * been written, those that are still as the merge wrote them are put back and nothing else is touched.
 *
 * @throws MakimaError as undoMerge does
 */
export const undoHalfMerge = async (merge: MergeUnderWay): Promise<void> => {
  const { into, record } = merge;
  await requireWorktree(into);
  if (await isIndexInstalled(into)) return undoMerge(merge);
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
