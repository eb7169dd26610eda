import type { Task } from '../../schemas/task.ts';
import { canonicalId } from '../domain/names/canonical-id.ts';
import { MakimaError } from '../errors.ts';
import type { Needs } from './parts.ts';

/** Who calls: the owner may do everything, a tool key only what belongs to its own task's tree; with a `runId` it is that of the run's own agent. */
export type Caller = { kind: 'owner' } | { kind: 'tool-key'; taskId: string; keyId: string; runId?: string };

/**
 * What a call needs of the task it names:
 * `read`: the task or one below it; `report`: the caller's own task; `command`: a task below the caller's own, which it
 * may start, stop and delete; `own`: nothing that a tool key opens.
 */
export type Need = 'read' | 'report' | 'command' | 'own';

const isBelow = async ({ store }: Needs<'store'>, task: Task, ancestorId: string): Promise<boolean> => {
  let parentId = task.parentTaskId;
  // A tree is at most maxDepth deep; the bound holds even where the setting was lowered since.
  for (let step = 0; parentId !== null && step <= task.depth; step += 1) {
    if (parentId === ancestorId) return true;
    parentId = (await store.getTask(parentId))?.parentTaskId ?? null;
  }
  return false;
};

const opens = async (parts: Needs<'store'>, keyTaskId: string, task: Task, need: Need): Promise<boolean> => {
  if (need === 'own') return false;
  if (task.id === keyTaskId) return need !== 'command';
  return need !== 'report' && (await isBelow(parts, task, keyTaskId));
};

/**
 * The task of this id, in whatever case that was written.
 * @throws MakimaError TASK_NOT_FOUND
 */
export const findTask = async ({ store }: Needs<'store'>, taskId: string): Promise<Task> => {
  const task = await store.getTask(canonicalId(taskId));
  if (!task) throw new MakimaError('TASK_NOT_FOUND', `There is no task ${taskId}`);
  return task;
};

/**
 * The task, where the caller may do with it what it wants to.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN
 */
export const requireTask = async (parts: Needs<'store'>, caller: Caller, taskId: string, need: Need): Promise<Task> => {
  const task = await findTask(parts, taskId);
  if (caller.kind === 'tool-key' && !(await opens(parts, caller.taskId, task, need))) throw new MakimaError('FORBIDDEN');
  return task;
};

/** Its agent runs; one that is blocked does so too. @throws MakimaError TASK_NOT_RUNNING */
export const requireRunning = (task: Task): void => {
  if (task.status !== 'running' && task.status !== 'blocked') throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
};

/** @throws MakimaError FORBIDDEN for a tool key */
export const requireOwner = (caller: Caller): void => {
  if (caller.kind !== 'owner') throw new MakimaError('FORBIDDEN');
};

/** Whether a caller may see a task, for streams over all tasks. The answer never changes for a task: it may be remembered. */
export const maySee = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<boolean> => {
  if (caller.kind === 'owner') return true;
  const task = await parts.store.getTask(taskId);
  return task !== null && opens(parts, caller.taskId, task, 'read');
};
