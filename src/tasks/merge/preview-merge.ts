import { outlookOf, previewOf } from '../../integration/merge-outlook.ts';
import { requireTask } from '../access.ts';
import type { Actions } from '../actions.ts';
import type { TaskContext } from '../context.ts';
import { requireSubtask } from './find-subtask.ts';

/** What merging would come to, without touching any worktree. */
export const previewMerges = (context: TaskContext): Pick<Actions, 'previewMerge' | 'previewAll'> => ({
  async previewMerge(caller, taskId, subtaskId) {
    const task = await requireTask(context, caller, taskId, 'read');
    return previewOf(context, task, await requireSubtask(context, task, subtaskId));
  },

  previewAll: async (caller, taskId) => outlookOf(context, await requireTask(context, caller, taskId, 'read')),
});
