import { isDirectory } from '../../files/look.ts';
import { dropDeadIndexLock, type Worktree } from '../worktree/index.ts';
import { forget, settle, takeBack } from './end.ts';
import { concludedBy } from './finish.ts';
import type { MergeJournal } from './journal.ts';
import { parseMergeRecord } from './record.ts';
import type { MergeUnderWay, StoredMerge } from './under-way.ts';
import { undoHalfMerge } from './undo.ts';

/**
 * A stored merge as it truly stands: one that a dead daemon left half-made is taken back, or noted if it was through, and
 * one that the agent concluded with git itself is noted. Call it within `withWorktreeLock`.
 *
 * @returns null where it is over by now
 * @throws MakimaError INTERNAL (its record cannot be read), REPOSITORY_BUSY, DISK_FULL, GIT_FAILED; what the journal throws
 */
export const takeUpMerge = async (into: Worktree, stored: StoredMerge, journal: MergeJournal): Promise<MergeUnderWay | null> => {
  const merge = { into, record: parseMergeRecord(stored.record), journal };
  if (!(await isDirectory(into.path)) || !(await isDirectory(into.adminDir))) return merge;
  // not every way on from here takes the lock itself
  await dropDeadIndexLock(into);
  if (stored.phase === 'aborting') {
    await takeBack(merge, null);
    return null;
  }
  const commit = await concludedBy(merge);
  if (commit !== null) {
    await settle(merge, commit);
    return null;
  }
  if (stored.phase === 'open') return merge;
  await undoHalfMerge(merge);
  await forget(merge, 'The daemon ended while it merged; the merge was taken back');
  return null;
};
