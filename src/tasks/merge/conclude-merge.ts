import type { MergeConflict, MergeStatus } from '../../../schemas/merge.ts';
import { abortMerge, commitMerge, conflictsLeft, resolveConflict } from '../../git/merge/index.ts';
import { withWorktreeLock } from '../../git/worktree/index.ts';
import { type CurrentMerge, currentMerge, requireMerge } from '../../integration/current-merge.ts';
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

const statusOf = ({ sourceBranch, subtaskId, startedAt }: CurrentMerge, conflicts: MergeConflict[]): MergeStatus => ({
  inProgress: true,
  sourceBranch,
  subtaskId,
  startedAt,
  conflictedFiles: conflicts.map(({ file }) => file),
  conflicts,
});

/** What is done with a merge that is open: looked at, resolved, committed, aborted. */
export const concludeMerge = (context: TaskContext): Pick<Actions, 'mergeStatus' | 'resolveConflict' | 'commitMerge' | 'abortMerge'> => {
  const withOpenMerge = async <T>(caller: Caller, taskId: string, step: (current: CurrentMerge) => Promise<T>): Promise<T> => {
    const task = await requireTask(context, caller, taskId, 'report');
    const into = await requireWorktree(context, task.id);
    return withWorktreeLock(into, async () => step(await requireMerge(context, task, into)));
  };
  return {
    async mergeStatus(caller, taskId) {
      const task = await requireTask(context, caller, taskId, 'read');
      const into = await worktreeOf(context, task.id);
      if (into === null) return noMerge;
      return withWorktreeLock(into, async () => {
        const current = await currentMerge(context, task, into);
        return current === null ? noMerge : statusOf(current, await conflictsLeft(current.merge));
      });
    },

    resolveConflict: (caller, taskId, { file, strategy }) =>
      withOpenMerge(caller, taskId, async (current) => {
        const from = await worktreeOf(context, current.subtaskId);
        return statusOf(current, await resolveConflict(current.merge, file, strategy, from));
      }),

    commitMerge: (caller, taskId, { message }) =>
      withOpenMerge(caller, taskId, async ({ merge, sourceBranch }) => {
        const commitSha = await commitMerge(merge, message ?? null);
        return { success: true, commitSha, message: `Merged ${sourceBranch}` };
      }),

    abortMerge: (caller, taskId) =>
      withOpenMerge(caller, taskId, async ({ merge, sourceBranch }) => {
        await abortMerge(merge);
        return { success: true, message: `The merge of ${sourceBranch} is undone; the worktree is as it was before` };
      }),
  };
};
