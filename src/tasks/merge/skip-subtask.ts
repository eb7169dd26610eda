import type { MergeDone, SkipSubtask } from '../../../schemas/merge.ts';
import { MakimaError } from '../../errors.ts';
import { mergeEvent } from '../../integration/merge-journal.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { requireSubtask } from './find-subtask.ts';

/**
 * Notes that a subtask's work is left out on purpose. A merge of it later on takes that back.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, NOT_A_SUBTASK, MERGE_IN_PROGRESS
 */
export const skipSubtask = async (
  parts: Needs<'store' | 'ledger' | 'now'>,
  caller: Caller,
  taskId: string,
  { subtaskId, reason }: SkipSubtask,
): Promise<MergeDone> => {
  const task = await requireTask(parts, caller, taskId, 'report');
  const subtask = await requireSubtask(parts, task, subtaskId);
  const open = await parts.store.getMerge(task.id);
  if (open?.subtaskId === subtask.id) throw new MakimaError('MERGE_IN_PROGRESS', `${open.sourceBranch} is being merged into this worktree`);
  await parts.store.saveIntegration(
    {
      subtaskId: subtask.id,
      taskId: task.id,
      state: 'skipped',
      commitSha: null,
      sourceCommit: null,
      sourceTree: null,
      reason,
      at: parts.now().toISOString(),
    },
    [mergeEvent({ subtaskId: subtask.id, sourceBranch: subtask.branch }, 'skipped', { reason })],
  );
  await parts.ledger.flush();
  return { success: true, message: `"${subtask.name}" is left out: ${reason}` };
};
