import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import { findTask } from '../access.ts';
import type { Needs } from '../parts.ts';

/** @throws MakimaError TASK_NOT_FOUND, NOT_A_SUBTASK */
export const requireSubtask = async (parts: Needs<'store'>, task: Task, subtaskId: string): Promise<Task> => {
  const subtask = await findTask(parts, subtaskId);
  if (subtask.parentTaskId !== task.id) throw new MakimaError('NOT_A_SUBTASK', `Task ${subtask.id} is no subtask of task ${task.id}`);
  return subtask;
};

/**
 * The subtask that is to be merged.
 * @throws MakimaError VALIDATION_FAILED (neither is given, or they name different ones), TASK_NOT_FOUND, NOT_A_SUBTASK
 */
export const findSubtask = async (
  parts: Needs<'store'>,
  task: Task,
  wanted: { sourceBranch?: string; subtaskId?: string },
): Promise<Task> => {
  const { sourceBranch, subtaskId } = wanted;
  if (subtaskId !== undefined) {
    const subtask = await requireSubtask(parts, task, subtaskId);
    if (sourceBranch !== undefined && sourceBranch !== subtask.branch)
      throw new MakimaError('VALIDATION_FAILED', `${JSON.stringify(sourceBranch)} is not the branch of task ${subtask.id}`);
    return subtask;
  }
  if (sourceBranch === undefined) throw new MakimaError('VALIDATION_FAILED', 'Either sourceBranch or subtaskId is needed');
  const subtask = (await parts.store.listChildren(task.id)).find(({ branch }) => branch === sourceBranch);
  if (!subtask) throw new MakimaError('NOT_A_SUBTASK', `${JSON.stringify(sourceBranch)} is the branch of no subtask of task ${task.id}`);
  return subtask;
};
