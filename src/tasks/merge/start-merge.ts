import { mergeSubtask } from '../../integration/merge-subtask.ts';
import { requireTask } from '../access.ts';
import type { Actions } from '../actions.ts';
import type { TaskContext } from '../context.ts';
import { findSubtask } from './find-subtask.ts';

/** Merges everything that a subtask's worktree holds into the task's, and leaves the merge open where there are conflicts. */
export const startMerge =
  (context: TaskContext): Actions['startMerge'] =>
  async (caller, taskId, request) => {
    const task = await requireTask(context, caller, taskId, 'report');
    return mergeSubtask(context, task, await findSubtask(context, task, request), request);
  };
