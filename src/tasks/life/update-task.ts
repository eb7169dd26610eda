import type { UpdateTask } from '../../../schemas/task-requests.ts';
import type { Task, TaskStatus } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import type { TaskChanges } from '../../store/task-store.ts';
import { requireOwner, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { finishTask } from './finish-task.ts';

/** No run is under way that was asked to work with something else. */
const between: readonly TaskStatus[] = ['pending', 'done', 'failed', 'interrupted'];

/**
 * Changes what may change in the status the task is in; `status: done` finishes it.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, TASK_NOT_PENDING, TASK_ACTIVE, and why it cannot be finished
 */
export const updateTask = async (
  parts: Needs<'store' | 'ledger' | 'runs'>,
  caller: Caller,
  taskId: string,
  { status, force, progressSummary, model, effort, ...definition }: UpdateTask,
): Promise<Task> => {
  const task = await requireTask(parts, caller, taskId, 'report');
  const redefines = Object.keys(definition).length > 0;
  const ofNextRun = { ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) };
  const isForNextRun = Object.keys(ofNextRun).length > 0;
  if (redefines || isForNextRun) requireOwner(caller);
  if (force !== undefined && status === undefined) throw new MakimaError('VALIDATION_FAILED', 'force goes with status "done" only');
  if (redefines && task.status !== 'pending') throw new MakimaError('TASK_NOT_PENDING', `The task is ${task.status}`);
  if (isForNextRun && !between.includes(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
  const changes: TaskChanges = { ...definition, ...ofNextRun, ...(progressSummary !== undefined && { progressSummary }) };
  if (status !== undefined) return finishTask(parts, task, { changes, force: force ?? false });
  if (redefines) return parts.ledger.update(task.id, changes, [], { in: ['pending'], code: 'TASK_NOT_PENDING' });
  return parts.ledger.update(task.id, changes, [], isForNextRun ? { in: between, code: 'TASK_ACTIVE' } : undefined);
};
