import type { StopTask } from '../../../schemas/task-requests.ts';
import type { Task } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { stopBelow, stopOne } from '../../runs/stop-below.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/**
 * Stops a task and, unless told otherwise, all below it. The task comes first: where the daemon dies in between, its run's
 * end stops the rest.
 * @returns the task as it is now, its agent ending, and whether it had ended before
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, INVALID_TRANSITION
 */
export const stopTask = async (
  parts: Needs<'store' | 'ledger' | 'runs' | 'keepSubtasks' | 'now' | 'reached'>,
  caller: Caller,
  taskId: string,
  request: StopTask,
): Promise<{ task: Task; wasTerminal: boolean }> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  const graceful = request.graceful ?? true;
  const keepSubtasks = request.subtasks === undefined ? parts.keepSubtasks : request.subtasks === 'keep';
  await stopOne(parts, task, { graceful, keepSubtasks });
  parts.reached('stop stored');
  if (!keepSubtasks) await stopBelow(parts, task, { graceful, again: true });
  return { task: (await parts.store.getTask(task.id)) ?? task, wasTerminal: isTerminal(task.status) };
};
