import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import { requireRunning, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/**
 * Stops all that the agent runs where it stands.
 * @returns the task, paused
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TASK_NOT_RUNNING
 */
export const pauseTask = async (parts: Needs<'store' | 'runs'>, caller: Caller, taskId: string): Promise<Task> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  requireRunning(task);
  return parts.runs.pause(task.id);
};

/**
 * Lets a paused agent go on.
 * @returns the task, running
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TASK_NOT_PAUSED
 */
export const resumeTask = async (parts: Needs<'store' | 'runs'>, caller: Caller, taskId: string): Promise<Task> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  if (task.status !== 'paused') throw new MakimaError('TASK_NOT_PAUSED', `The task is ${task.status}`);
  return parts.runs.resume(task.id);
};
