import type { UpdateTask } from '../../../schemas/task-requests.ts';
import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import type { TaskChanges } from '../../store/task-store.ts';
import { requireOwner, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { finishTask } from './finish-task.ts';

/**
 * Changes what may change in the status the task is in; `status: done` finishes it.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, TASK_NOT_PENDING, and why it cannot be finished
 */
export const updateTask = async (
  parts: Needs<'store' | 'ledger' | 'runs'>,
  caller: Caller,
  taskId: string,
  { status, force, progressSummary, ...definition }: UpdateTask,
): Promise<Task> => {
  const task = await requireTask(parts, caller, taskId, 'report');
  const redefines = Object.keys(definition).length > 0;
  if (redefines) requireOwner(caller);
  if (force !== undefined && status === undefined) throw new MakimaError('VALIDATION_FAILED', 'force goes with status "done" only');
  if (redefines && task.status !== 'pending') throw new MakimaError('TASK_NOT_PENDING', `The task is ${task.status}`);
  const changes: TaskChanges = { ...definition, ...(progressSummary !== undefined && { progressSummary }) };
  if (status !== undefined) return finishTask(parts, task, { changes, force: force ?? false });
  return parts.ledger.update(task.id, changes, [], redefines ? { in: ['pending'], code: 'TASK_NOT_PENDING' } : undefined);
};
