import type { StartTask } from '../../../schemas/task-requests.ts';
import type { Task } from '../../../schemas/task.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { withWait } from '../reading/with-wait.ts';
import { queueTask, type Starting } from './queue-task.ts';

/**
 * Queues a task; a terminal one for a new run in the same worktree, with its agent's session where the request says so.
 * @returns the task, queued: it starts when a slot at its depth is free
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TASK_ACTIVE, NO_SESSION, COMPLETION_RUNNING, BUDGET_EXCEEDED, DISK_FULL
 */
export const startTask = async (
  parts: Starting & Needs<'store' | 'newId'>,
  caller: Caller,
  taskId: string,
  { resume = false, message }: StartTask = {},
): Promise<Task> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  // A word of somebody's has one that waits for the end of a limit go on at once, as it was to.
  if (await parts.runs.startDespiteLimit(task)) {
    if (message !== undefined) await parts.runs.send(task.id, { kind: 'user', text: message });
    return withWait(parts, (await parts.store.getTask(task.id)) ?? task);
  }
  return queueTask(parts, caller, task, {
    resume,
    ...(message !== undefined && { message: { id: parts.newId(), kind: 'user' as const, text: message } }),
  });
};
