import { removeBackup } from './backup.ts';
import { clearMergeState, mergeHead } from './head-state.ts';
import type { MergeUnderWay } from './under-way.ts';
import { undoMerge } from './undo.ts';

/** Has it noted that a commit of HEAD's history has the merge. Can be repeated. */
export const settle = async ({ into, record, journal }: MergeUnderWay, commit: string): Promise<void> => {
  // before the note, after which nobody comes back to this merge: where the daemon died in between, git's own state of it is there still
  if ((await mergeHead(into)) === record.source) await clearMergeState(into);
  await journal.committed(record, commit);
  await removeBackup(into);
};

/** Puts the worktree back and forgets the merge; goes on where an earlier attempt broke off. */
export const takeBack = async (merge: MergeUnderWay, reason: string | null): Promise<void> => {
  const { journal } = merge;
  await journal.aborting();
  journal.reached('abort begun');
  await undoMerge(merge);
  journal.reached('merge undone');
  await forget(merge, reason);
};

/** Forgets a merge of which nothing is left in the worktree. */
export const forget = async ({ into, journal }: Pick<MergeUnderWay, 'into' | 'journal'>, reason: string | null): Promise<void> => {
  await journal.aborted(reason);
  await removeBackup(into);
};
