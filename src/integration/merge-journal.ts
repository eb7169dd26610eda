import type { EventPayload, MergePayload } from '../../schemas/event.ts';
import type { MergeJournal, MergeRecord } from '../git/merge/index.ts';
import type { Integration, OpenMerge } from '../store/task-store.ts';
import type { MergeParts } from './parts.ts';

/** An event is a line of a log, which many conflicts would make long; the merge's status has them all. */
const maxConflictsInEvent = 100;

/** A merge as it is named: in which task's worktree, of which subtask and which of its branches, since when. */
export type NamedMerge = Omit<OpenMerge, 'phase' | 'record'>;

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
  { store, now }: Pick<MergeParts, 'store' | 'now'>,
  of: Pick<Integration, 'subtaskId' | 'taskId' | 'commitSha'>,
  { source, sourceTree, beside }: Pick<MergeRecord, 'source' | 'sourceTree' | 'beside'>,
): Promise<Integration | null> => {
  const note = { ...of, state: 'merged' as const, reason: null, at: now().toISOString() };
  if (beside !== true) return { ...note, sourceCommit: source, sourceTree };
  const isNoted = (await store.listIntegrations(of.taskId)).some(({ subtaskId }) => subtaskId === of.subtaskId);
  return isNoted ? null : { ...note, sourceCommit: null, sourceTree: null };
};

/** Keeps note of a merge in the store, and tells of it by events. */
export const mergeJournal = (parts: MergeParts, merge: NamedMerge): MergeJournal => {
  const { store, ledger, reached } = parts;
  const { taskId, subtaskId, sourceBranch, startedAt } = merge;
  return {
    begun: (record) =>
      store.beginMerge({ taskId, subtaskId, sourceBranch, startedAt, phase: 'applying', record }, [mergeEvent(merge, 'started')]),

    plannedAnew: (record) => store.updateMerge(taskId, { record }),

    async leftOpen(conflicts) {
      await store.updateMerge(taskId, { phase: 'open' }, [
        mergeEvent(merge, 'conflict', { conflicts: conflicts.slice(0, maxConflictsInEvent), conflictsLeft: conflicts.length }),
      ]);
      reached('merge left open');
      await ledger.flush();
    },

    async resolved(conflict, conflictsLeft) {
      await store.addEvents(taskId, [mergeEvent(merge, 'resolved', { conflicts: [conflict], conflictsLeft })]);
      await ledger.flush();
    },

    aborting: () => store.updateMerge(taskId, { phase: 'aborting' }),

    async committed(record, commitSha) {
      const integration = await integrationBy(parts, { subtaskId, taskId, commitSha }, record);
      await store.endMerge(taskId, integration, [mergeEvent(merge, 'committed', { commitSha })]);
      reached('merge noted');
      await ledger.flush();
    },

    async aborted(reason) {
      await store.endMerge(taskId, null, [mergeEvent(merge, 'aborted', { reason })]);
      await ledger.flush();
    },

    reached,

    notTakenBack: (error) => parts.report(`taking back the merge of ${sourceBranch} in task ${taskId}`, error),
  };
};
