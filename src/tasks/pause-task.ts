import { MakimaError } from '../errors.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** Stops all that the agent runs where it stands, and lets it go on. */
export const pauseTask = (context: TaskContext): Pick<Actions, 'pauseTask' | 'resumeTask'> => ({
  async pauseTask(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'command');
    if (task.status !== 'running') throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
    return context.runs.pause(task.id);
  },
  async resumeTask(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'command');
    if (task.status !== 'paused') throw new MakimaError('TASK_NOT_PAUSED', `The task is ${task.status}`);
    return context.runs.resume(task.id);
  },
});
