import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import type { Caller } from './actions.ts';
import type { TaskContext } from './context.ts';

/**
 * What a call needs of the task it names:
 * `read`: the task or one below it; `report`: the caller's own task; `command`: a task below the caller's own, which it
 * may start, stop and delete; `own`: nothing that a tool key opens.
 */
export type Need = 'read' | 'report' | 'command' | 'own';

const isBelow = async (context: TaskContext, task: Task, ancestorId: string): Promise<boolean> => {
  let parentId = task.parentTaskId;
  // A tree is at most maxDepth deep; the bound holds even where the setting was lowered since.
  for (let step = 0; parentId !== null && step <= task.depth; step += 1) {
    if (parentId === ancestorId) return true;
    parentId = (await context.store.getTask(parentId))?.parentTaskId ?? null;
  }
  return false;
};

const opens = async (context: TaskContext, keyTaskId: string, task: Task, need: Need): Promise<boolean> => {
  if (need === 'own') return false;
  if (task.id === keyTaskId) return need !== 'command';
  return need !== 'report' && (await isBelow(context, task, keyTaskId));
};

/**
 * The task, where the caller may do with it what it wants to.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN
 */
export const requireTask = async (context: TaskContext, caller: Caller, taskId: string, need: Need): Promise<Task> => {
  const task = await context.store.getTask(taskId.toLowerCase());
  if (!task) throw new MakimaError('TASK_NOT_FOUND', `There is no task ${taskId}`);
  if (caller.kind === 'tool-key' && !(await opens(context, caller.taskId, task, need))) throw new MakimaError('FORBIDDEN');
  return task;
};

/** @throws MakimaError FORBIDDEN for a tool key */
export const requireOwner = (caller: Caller): void => {
  if (caller.kind !== 'owner') throw new MakimaError('FORBIDDEN');
};

/** Whether a caller may see a task, for streams over all tasks. The answer never changes for a task: it may be remembered. */
export const maySee = async (context: TaskContext, caller: Caller, taskId: string): Promise<boolean> => {
  if (caller.kind === 'owner') return true;
  const task = await context.store.getTask(taskId);
  return task !== null && opens(context, caller.taskId, task, 'read');
};
