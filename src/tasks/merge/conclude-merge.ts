import type { CommitMerge, MergeConflict, MergeDone, MergeResult, MergeStatus, ResolveConflict } from '../../../schemas/merge.ts';
import * as merging from '../../git/merge/index.ts';
import { withWorktreeLock } from '../../git/worktree/index.ts';
import { type CurrentMerge, currentMerge, requireMerge } from '../../integration/current-merge.ts';
import type { MergeParts } from '../../integration/parts.ts';
import { requireWorktree, worktreeOf } from '../../ledger/worktree-of.ts';
import { requireTask, type Caller } from '../access.ts';

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

const withOpenMerge = async <T>(
  parts: MergeParts,
  caller: Caller,
  taskId: string,
  step: (current: CurrentMerge) => Promise<T>,
): Promise<T> => {
  const task = await requireTask(parts, caller, taskId, 'report');
  const into = await requireWorktree(parts, task.id);
  return withWorktreeLock(into, async () => step(await requireMerge(parts, task, into)));
};

/** The merge that is open in a task's worktree, and the conflicts that are left. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const mergeStatus = async (parts: MergeParts, caller: Caller, taskId: string): Promise<MergeStatus> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const into = await worktreeOf(parts, task.id);
  if (into === null) return noMerge;
  return withWorktreeLock(into, async () => {
    const current = await currentMerge(parts, task, into);
    return current === null ? noMerge : statusOf(current, await merging.conflictsLeft(current.merge));
  });
};

/**
 * Settles one file of the open merge as one side has it.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND, NO_MERGE_IN_PROGRESS, CONFLICT_NOT_FOUND,
 *   CONFLICT_MARKERS_LEFT, MERGE_BLOCKED
 */
export const resolveConflict = (
  parts: MergeParts,
  caller: Caller,
  taskId: string,
  { file, strategy }: ResolveConflict,
): Promise<MergeStatus> =>
  withOpenMerge(parts, caller, taskId, async (current) => {
    const from = await worktreeOf(parts, current.subtaskId);
    return statusOf(current, await merging.resolveConflict(current.merge, file, strategy, from));
  });

/** Commits the open merge, of which no conflict is left. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND, NO_MERGE_IN_PROGRESS, CONFLICTS_LEFT */
export const commitMerge = (parts: MergeParts, caller: Caller, taskId: string, { message }: CommitMerge): Promise<MergeResult> =>
  withOpenMerge(parts, caller, taskId, async ({ merge, sourceBranch }) => {
    const commitSha = await merging.commitMerge(merge, message ?? null);
    return { success: true, commitSha, message: `Merged ${sourceBranch}` };
  });

/** Undoes the open merge; what that takes away is kept. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND, NO_MERGE_IN_PROGRESS */
export const abortMerge = (parts: MergeParts, caller: Caller, taskId: string): Promise<MergeDone> =>
  withOpenMerge(parts, caller, taskId, async ({ merge, sourceBranch }) => {
    await merging.abortMerge(merge);
    return { success: true, message: `The merge of ${sourceBranch} is undone; the worktree is as it was before` };
  });
