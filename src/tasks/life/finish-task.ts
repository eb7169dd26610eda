import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import { describe, unintegratedSubtasks } from '../../integration/gate.ts';
import { subtaskWarnings } from '../../integration/subtask-warnings.ts';
import type { TaskChanges } from '../../store/task-store.ts';
import { requireRunning } from '../access.ts';
import type { Needs } from '../parts.ts';

/**
 * Reports a running task done: the task is done from now on, and its agent is given the end of its turn to leave.
 * Repeating it on a task that is done only sets the summary anew.
 * @throws MakimaError TASK_NOT_RUNNING; SUBTASKS_NOT_INTEGRATED, naming the branches, where work of subtasks would be left behind;
 *   SUBTASKS_FAILED where none of them ended well and its agent was not told so at the end of a turn
 */
export const finishTask = async (
  parts: Needs<'store' | 'ledger' | 'runs'>,
  task: Task,
  request: { changes: TaskChanges; force: boolean },
): Promise<Task> => {
  const { store, ledger, runs } = parts;
  if (task.status === 'done') return Object.keys(request.changes).length === 0 ? task : ledger.update(task.id, request.changes);
  requireRunning(task);
  const left = request.force ? [] : await unintegratedSubtasks(parts, task);
  if (left.length > 0)
    throw new MakimaError('SUBTASKS_NOT_INTEGRATED', `Not in this task's worktree yet: ${describe(left)}`, {
      details: { branches: left.map(({ branch }) => branch) },
    });
  const failed = request.force ? undefined : (await subtaskWarnings(parts, task)).find(({ code }) => code === 'SUBTASKS_FAILED');
  if (failed && (await store.currentRun(task.id))?.toldAfter == null) throw new MakimaError('SUBTASKS_FAILED', failed.message);
  return runs.finish(task.id, request.changes);
};
