import type { EventPayload, MergePayload } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { isDirectory } from '../files/look.ts';
import {
  clearCommittedMerge,
  concludedBy,
  type MergeRecord,
  parseMergeRecord,
  removeBackup,
  undoHalfMerge,
  undoMerge,
} from '../git/merge/index.ts';
import { dropDeadIndexLock, type Worktree } from '../git/worktree/index.ts';
import type { Integration, OpenMerge } from '../store/task-store.ts';
import type { MergeParts } from './parts.ts';

/** A merge under way, its record read. */
export interface MergeUnderWay extends OpenMerge {
  record: MergeRecord;
}

export const mergeEvent = (
  merge: Pick<OpenMerge, 'subtaskId'> & { sourceBranch: string | null },
  action: MergePayload['action'],
  more: Partial<MergePayload> = {},
): EventPayload => ({
  type: 'merge',
  action,
  subtaskId: merge.subtaskId,
  sourceBranch: merge.sourceBranch,
  commitSha: null,
  conflicts: [],
  conflictsLeft: null,
  reason: null,
  ...more,
});

/**
 * What is noted of a subtask whose work was merged. The next merge of its worktree descends from the source that is noted, and what
 * that has and the worktree has not is taken away by it: so a branch beside the worktree is never noted as that source.
 * @returns null where what is noted stays
 */
export const integrationBy = async (
  parts: MergeParts,
  of: Pick<Integration, 'subtaskId' | 'taskId' | 'commitSha'>,
  { source, sourceTree, beside }: Pick<MergeRecord, 'source' | 'sourceTree' | 'beside'>,
): Promise<Integration | null> => {
  const note = { ...of, state: 'merged' as const, reason: null, at: parts.now().toISOString() };
  if (beside !== true) return { ...note, sourceCommit: source, sourceTree };
  const isNoted = (await parts.store.listIntegrations(of.taskId)).some(({ subtaskId }) => subtaskId === of.subtaskId);
  return isNoted ? null : { ...note, sourceCommit: null, sourceTree: null };
};

/** Notes that a merge was committed, with what it was of. */
export const settleMerge = async (parts: MergeParts, merge: MergeUnderWay, into: Worktree, commitSha: string): Promise<void> => {
  const { taskId, subtaskId, record } = merge;
  // before the note: after it nobody comes back to this merge
  await clearCommittedMerge(into, record);
  const integration = await integrationBy(parts, { subtaskId, taskId, commitSha }, record);
  await parts.store.endMerge(taskId, integration, [mergeEvent(merge, 'committed', { commitSha })]);
  parts.reached('merge noted');
  await parts.ledger.flush();
  await removeBackup(into);
};

/** Puts the worktree back and forgets the merge; goes on where an earlier attempt broke off. */
export const takeBack = async (parts: MergeParts, merge: MergeUnderWay, into: Worktree, reason: string | null): Promise<void> => {
  await parts.store.updateMerge(merge.taskId, { phase: 'aborting' });
  parts.reached('abort begun');
  await undoMerge(into, merge.record, { reached: parts.reached });
  parts.reached('merge undone');
  await forget(parts, merge, into, reason);
};

/** Forgets a merge of which nothing is left in the worktree. */
export const forget = async (parts: MergeParts, merge: MergeUnderWay, into: Worktree, reason: string | null): Promise<void> => {
  await parts.store.endMerge(merge.taskId, null, [mergeEvent(merge, 'aborted', { reason })]);
  await parts.ledger.flush();
  await removeBackup(into);
};

/**
 * The merge under way in a task's worktree, as it truly stands: one that a dead daemon left half-made is taken back, or
 * noted if it was through, and one that the agent concluded with git itself is noted. Call it within `withWorktreeLock`.
 */
export const currentMerge = async (parts: MergeParts, task: Task, into: Worktree): Promise<MergeUnderWay | null> => {
  const row = await parts.store.getMerge(task.id);
  if (row === null) return null;
  const merge = { ...row, record: parseMergeRecord(row.record) };
  if (!(await isDirectory(into.path)) || !(await isDirectory(into.adminDir))) return merge;
  // not every way on from here takes the lock itself
  await dropDeadIndexLock(into);
  if (merge.phase === 'aborting') {
    await takeBack(parts, merge, into, null);
    return null;
  }
  const commit = await concludedBy(into, merge.record);
  if (commit !== null) {
    await settleMerge(parts, merge, into, commit);
    return null;
  }
  if (merge.phase === 'open') return merge;
  await undoHalfMerge(into, merge.record);
  await forget(parts, merge, into, 'The daemon ended while it merged; the merge was taken back');
  return null;
};

/** @throws MakimaError NO_MERGE_IN_PROGRESS */
export const requireMerge = async (parts: MergeParts, task: Task, into: Worktree): Promise<MergeUnderWay> => {
  const merge = await currentMerge(parts, task, into);
  if (merge === null) throw new MakimaError('NO_MERGE_IN_PROGRESS');
  return merge;
};
