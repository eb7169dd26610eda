import { MakimaError } from '../errors.ts';
import type { TaskChanges } from '../store/task-store.ts';
import { requireOwner, requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';
import { finishTask } from './finish-task.ts';

/** Changes what may change in the status the task is in; `status: done` finishes it. */
export const updateTask =
  (context: TaskContext): Actions['updateTask'] =>
  async (caller, taskId, { status, force, progressSummary, ...definition }) => {
    const task = await requireTask(context, caller, taskId, 'report');
    const redefines = Object.keys(definition).length > 0;
    if (redefines) requireOwner(caller);
    if (force !== undefined && status === undefined) throw new MakimaError('VALIDATION_FAILED', 'force goes with status "done" only');
    if (redefines && task.status !== 'pending') throw new MakimaError('TASK_NOT_PENDING', `The task is ${task.status}`);
    const changes: TaskChanges = { ...definition, ...(progressSummary !== undefined && { progressSummary }) };
    if (status !== undefined) return finishTask(context, task, { changes, force: force ?? false });
    return context.ledger.update(task.id, changes, [], redefines ? { in: ['pending'], code: 'TASK_NOT_PENDING' } : undefined);
  };
