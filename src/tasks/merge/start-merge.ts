import type { MergeResult, StartMerge } from '../../../schemas/merge.ts';
import { mergeSubtask } from '../../integration/merge-subtask.ts';
import type { MergeParts } from '../../integration/parts.ts';
import { requireTask, type Caller } from '../access.ts';
import { findSubtask } from './find-subtask.ts';

/**
 * Merges everything that a subtask's worktree holds into the task's, and leaves the merge open where there are conflicts.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, NOT_A_SUBTASK, WORKTREE_NOT_FOUND, MERGE_IN_PROGRESS,
 *   MERGE_CONFLICT (the merge is left open), MERGE_BLOCKED, WORK_UNFINISHED, REPOSITORY_BUSY
 */
export const startMerge = async (parts: MergeParts, caller: Caller, taskId: string, request: StartMerge): Promise<MergeResult> => {
  const task = await requireTask(parts, caller, taskId, 'report');
  return mergeSubtask(parts, task, await findSubtask(parts, task, request), request);
};
