import type { MergeOutlook, MergePreview } from '../../../schemas/merge.ts';
import { outlookOf, previewOf } from '../../integration/merge-outlook.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { requireSubtask } from './find-subtask.ts';

/** What merging one subtask would come to, without touching any worktree. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, NOT_A_SUBTASK, WORKTREE_NOT_FOUND */
export const previewMerge = async (parts: Needs<'store'>, caller: Caller, taskId: string, subtaskId: string): Promise<MergePreview> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return previewOf(parts, task, await requireSubtask(parts, task, subtaskId));
};

/** The same of every subtask that is not integrated yet, and which of them go together. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND */
export const previewAll = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<MergeOutlook> =>
  outlookOf(parts, await requireTask(parts, caller, taskId, 'read'));
