import type { MergeStatus } from '../../../schemas/merge.ts';
import type { Task } from '../../../schemas/task.ts';
import { commitMerge, openConflicts, resolveConflict, shownConflicts } from '../../git/merge/index.ts';
import { withWorktreeLock, type Worktree } from '../../git/worktree/index.ts';
import { currentMerge, mergeEvent, requireMerge, settleMerge, takeBack, type MergeUnderWay } from '../../integration/open-merge.ts';
import { requireWorktree, worktreeOf } from '../../ledger/worktree-of.ts';
import { requireTask } from '../access.ts';
import type { Actions, Caller } from '../actions.ts';
import type { TaskContext } from '../context.ts';

const noMerge: MergeStatus = {
  inProgress: false,
  sourceBranch: null,
  subtaskId: null,
  startedAt: null,
  conflictedFiles: [],
  conflicts: [],
};

const statusOf = async (merge: MergeUnderWay, into: Worktree): Promise<MergeStatus> => {
  const conflicts = shownConflicts(await openConflicts(into, merge.record));
  return {
    inProgress: true,
    sourceBranch: merge.sourceBranch,
    subtaskId: merge.subtaskId,
    startedAt: merge.startedAt,
    conflictedFiles: conflicts.map(({ file }) => file),
    conflicts,
  };
};

/** What is done with a merge that is open: looked at, resolved, committed, aborted. */
export const concludeMerge = (context: TaskContext): Pick<Actions, 'mergeStatus' | 'resolveConflict' | 'commitMerge' | 'abortMerge'> => {
  const withOpenMerge = async <T>(
    caller: Caller,
    taskId: string,
    step: (task: Task, merge: MergeUnderWay, into: Worktree) => Promise<T>,
  ): Promise<T> => {
    const task = await requireTask(context, caller, taskId, 'report');
    const into = await requireWorktree(context, task.id);
    return withWorktreeLock(into, async () => step(task, await requireMerge(context, task, into), into));
  };
  return {
    async mergeStatus(caller, taskId) {
      const task = await requireTask(context, caller, taskId, 'read');
      const into = await worktreeOf(context, task.id);
      if (into === null) return noMerge;
      return withWorktreeLock(into, async () => {
        const merge = await currentMerge(context, task, into);
        return merge === null ? noMerge : statusOf(merge, into);
      });
    },

    resolveConflict: (caller, taskId, { file, strategy }) =>
      withOpenMerge(caller, taskId, async (task, merge, into) => {
        const known = await resolveConflict(into, merge.record, file, strategy, await worktreeOf(context, merge.subtaskId));
        context.reached('conflict resolved');
        const status = await statusOf(merge, into);
        await context.store.addEvents(task.id, [
          mergeEvent(merge, 'resolved', { conflicts: shownConflicts([known]), conflictsLeft: status.conflicts.length }),
        ]);
        await context.ledger.flush();
        return status;
      }),

    commitMerge: (caller, taskId, { message }) =>
      withOpenMerge(caller, taskId, async (_task, merge, into) => {
        const commitSha = await commitMerge(into, merge.record, message ?? merge.record.message, { reached: context.reached });
        await settleMerge(context, merge, into, commitSha);
        return { success: true, commitSha, message: `Merged ${merge.sourceBranch}` };
      }),

    abortMerge: (caller, taskId) =>
      withOpenMerge(caller, taskId, async (_task, merge, into) => {
        await takeBack(context, merge, into, null);
        return { success: true, message: `The merge of ${merge.sourceBranch} is undone; the worktree is as it was before` };
      }),
  };
};
