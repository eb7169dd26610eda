import type { Task } from '../../../schemas/task.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { queueTask, type Starting } from './queue-task.ts';

/**
 * Queues a task; a terminal one for a new run in the same worktree.
 * @returns the task, queued: it starts when a slot at its depth is free
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TASK_ACTIVE, COMPLETION_RUNNING, DISK_FULL
 */
export const startTask = async (parts: Starting & Needs<'store'>, caller: Caller, taskId: string): Promise<Task> =>
  queueTask(parts, caller, await requireTask(parts, caller, taskId, 'command'));
