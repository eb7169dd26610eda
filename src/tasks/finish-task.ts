import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { describe, unintegratedSubtasks } from '../integration/gate.ts';
import { subtaskWarnings } from '../integration/subtask-warnings.ts';
import type { TaskChanges } from '../store/task-store.ts';
import type { TaskContext } from './context.ts';

/**
 * Reports a running task done: the task is done from now on, and its agent is given the end of its turn to leave.
 * Repeating it on a task that is done only sets the summary anew.
 * @throws MakimaError SUBTASKS_NOT_INTEGRATED, naming the branches, where work of subtasks would be left behind;
 *   SUBTASKS_FAILED where none of them ended well and its agent was not told so at the end of a turn
 */
export const finishTask = async (context: TaskContext, task: Task, request: { changes: TaskChanges; force: boolean }): Promise<Task> => {
  if (task.status === 'done') return Object.keys(request.changes).length === 0 ? task : context.ledger.update(task.id, request.changes);
  if (task.status !== 'running') throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
  const left = request.force ? [] : await unintegratedSubtasks(context, task);
  if (left.length > 0)
    throw new MakimaError('SUBTASKS_NOT_INTEGRATED', `Not in this task's worktree yet: ${describe(left)}`, {
      details: { branches: left.map(({ branch }) => branch) },
    });
  const failed = request.force ? undefined : (await subtaskWarnings(context, task)).find(({ code }) => code === 'SUBTASKS_FAILED');
  if (failed && (await context.store.currentRun(task.id))?.toldAfter == null) throw new MakimaError('SUBTASKS_FAILED', failed.message);
  return context.runs.finish(task.id, request.changes);
};
