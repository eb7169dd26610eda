import { quoteName } from '../../domain/quote-name.ts';
import { MakimaError } from '../../errors.ts';
import { commitOf, gitText, isAncestor } from '../command/index.ts';
import { commitTree } from '../snapshot/index.ts';
import { headPlaceOf, indexOf, placeOf, requireWorktree, withIndexCopy, withIndexLock, type Worktree } from '../worktree/index.ts';
import type { ApplyOptions } from './apply.ts';
import { openConflicts } from './conflicts.ts';
import { clearMergeState, mergeHead, moveHead } from './head-state.ts';
import { shownConflicts } from './kind.ts';
import type { MergeRecord } from './record.ts';

/**
 * The commit that brought the source of an open merge into HEAD, null where none did: the agent may have concluded the
 * merge with git itself.
 */
export const concludedBy = async (into: Worktree, record: MergeRecord): Promise<string | null> => {
  const head = await commitOf(headPlaceOf(into), 'HEAD');
  return head !== null && (await isAncestor(into.gitDir, record.source, head)) ? head : null;
};

/**
 * Commits an open merge: what is in the index, which holds the merge and every resolution.
 *
 * @returns the merge commit
 * @throws MakimaError CONFLICTS_LEFT, NO_MERGE_IN_PROGRESS (git's own state is gone), REPOSITORY_BUSY, DISK_FULL, GIT_FAILED
 */
export const commitMerge = async (
  into: Worktree,
  record: MergeRecord,
  message: string,
  { lockWaitMs, reached = () => undefined }: ApplyOptions = {},
): Promise<string> => {
  await requireWorktree(into);
  return withIndexLock(
    into,
    async () => {
      const concluded = await concludedBy(into, record);
      if (concluded !== null) return concluded;
      if ((await mergeHead(into)) !== record.source)
        throw new MakimaError(
          'NO_MERGE_IN_PROGRESS',
          "The worktree's agent has ended the merge with git itself; abort puts the worktree back as it was before",
        );
      const left = await openConflicts(into, record);
      if (left.length > 0) {
        const conflicts = shownConflicts(left);
        throw new MakimaError(
          'CONFLICTS_LEFT',
          `${left.length} ${left.length === 1 ? 'file has' : 'files have'} conflicts: ${conflicts
            .slice(0, 10)
            .map(({ file }) => quoteName(file))
            .join(', ')}`,
          { details: { conflicts } },
        );
      }
      const head = await commitOf(headPlaceOf(into), 'HEAD');
      if (head === null) throw new MakimaError('GIT_FAILED', `HEAD of the worktree ${into.path} names no commit`);
      const tree = await withIndexCopy(into, indexOf(into), (indexFile) => gitText(['write-tree'], { ...placeOf(into), indexFile }));
      const commit = await commitTree(into, tree, [head, record.source], message);
      await moveHead(into, head, commit, 'makima: merge');
      reached('merge committed');
      await clearMergeState(into);
      return commit;
    },
    lockWaitMs,
  );
};

/** Clears git's own state of a merge that was committed: where the daemon died in between, it is there still. Can be repeated. */
export const clearCommittedMerge = async (into: Worktree, record: MergeRecord): Promise<void> => {
  if ((await mergeHead(into)) === record.source) await clearMergeState(into);
};
