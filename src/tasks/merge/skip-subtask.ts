import { MakimaError } from '../../errors.ts';
import { mergeEvent } from '../../integration/merge-journal.ts';
import { requireTask } from '../access.ts';
import type { Actions } from '../actions.ts';
import type { TaskContext } from '../context.ts';
import { requireSubtask } from './find-subtask.ts';

/** Notes that a subtask's work is left out on purpose. A merge of it later on takes that back. */
export const skipSubtask =
  (context: TaskContext): Actions['skipSubtask'] =>
  async (caller, taskId, { subtaskId, reason }) => {
    const task = await requireTask(context, caller, taskId, 'report');
    const subtask = await requireSubtask(context, task, subtaskId);
    const open = await context.store.getMerge(task.id);
    if (open?.subtaskId === subtask.id)
      throw new MakimaError('MERGE_IN_PROGRESS', `${open.sourceBranch} is being merged into this worktree`);
    await context.store.saveIntegration(
      {
        subtaskId: subtask.id,
        taskId: task.id,
        state: 'skipped',
        commitSha: null,
        sourceCommit: null,
        sourceTree: null,
        reason,
        at: context.now().toISOString(),
      },
      [mergeEvent({ subtaskId: subtask.id, sourceBranch: subtask.branch }, 'skipped', { reason })],
    );
    await context.ledger.flush();
    return { success: true, message: `"${subtask.name}" is left out: ${reason}` };
  };
