import { MakimaError } from '../errors.ts';
import type { Task } from '../../schemas/task.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** @throws MakimaError TASK_NOT_RUNNING */
export const requireRunning = (task: Task): void => {
  if (task.status !== 'running') throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
};

/** A further user message to a running agent. */
export const sendMessage =
  (context: TaskContext): Actions['sendMessage'] =>
  async (caller, taskId, message) => {
    const task = await requireTask(context, caller, taskId, 'command');
    requireRunning(task);
    return context.runs.send(task.id, message);
  };
