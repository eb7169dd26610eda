import { quoteName } from '../../domain/names/quote-name.ts';
import { MakimaError } from '../../errors.ts';
import { commitOf, gitText, isAncestor } from '../command/index.ts';
import { commitTree } from '../snapshot/index.ts';
import { headPlaceOf, indexOf, placeOf, requireWorktree, withIndexCopy, withIndexLock } from '../worktree/index.ts';
import { conflictsLeft } from './conflicts.ts';
import { settle, takeBack } from './end.ts';
import { clearMergeState, mergeHead, moveHead } from './head-state.ts';
import type { MergeUnderWay } from './under-way.ts';

/**
 * The commit that brought the source of an open merge into HEAD, null where none did: the agent may have concluded the
 * merge with git itself.
 */
export const concludedBy = async ({ into, record }: Pick<MergeUnderWay, 'into' | 'record'>): Promise<string | null> => {
  const head = await commitOf(headPlaceOf(into), 'HEAD');
  return head !== null && (await isAncestor(into.gitDir, record.source, head)) ? head : null;
};

/**
 * Commits an open merge: what is in the index, which holds the merge and every resolution.
 *
 * @param message - of the merge commit; as it was planned where null
 * @returns the merge commit
 * @throws MakimaError CONFLICTS_LEFT, NO_MERGE_IN_PROGRESS (git's own state is gone), REPOSITORY_BUSY, DISK_FULL, GIT_FAILED
 */
export const commitMerge = async (merge: MergeUnderWay, message: string | null): Promise<string> => {
  await requireWorktree(merge.into);
  const commit = await withIndexLock(
    merge.into,
    async () => (await concludedBy(merge)) ?? commitIndex(merge, message ?? merge.record.message),
    merge.lockWaitMs,
  );
  await settle(merge, commit);
  return commit;
};

const commitIndex = async (merge: MergeUnderWay, message: string): Promise<string> => {
  const { into, record, journal } = merge;
  if ((await mergeHead(into)) !== record.source)
    throw new MakimaError(
      'NO_MERGE_IN_PROGRESS',
      "The worktree's agent has ended the merge with git itself; abort puts the worktree back as it was before",
    );
  const conflicts = await conflictsLeft(merge);
  if (conflicts.length > 0)
    throw new MakimaError(
      'CONFLICTS_LEFT',
      `${conflicts.length} ${conflicts.length === 1 ? 'file has' : 'files have'} conflicts: ${conflicts
        .slice(0, 10)
        .map(({ file }) => quoteName(file))
        .join(', ')}`,
      { details: { conflicts } },
    );
  const head = await commitOf(headPlaceOf(into), 'HEAD');
  if (head === null) throw new MakimaError('GIT_FAILED', `HEAD of the worktree ${into.path} names no commit`);
  const tree = await withIndexCopy(into, indexOf(into), (indexFile) => gitText(['write-tree'], { ...placeOf(into), indexFile }));
  const commit = await commitTree(into, tree, [head, record.source], message);
  await moveHead(into, head, commit, 'makima: merge');
  journal.reached('merge committed');
  await clearMergeState(into);
  return commit;
};

/**
 * Puts the worktree back exactly as it was before the merge. What was done in it since is kept under a private ref.
 * @throws MakimaError WORKTREE_NOT_FOUND, REPOSITORY_BUSY, DISK_FULL, GIT_FAILED
 */
export const abortMerge = (merge: MergeUnderWay): Promise<void> => takeBack(merge, null);
