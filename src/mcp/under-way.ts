import type { Caller } from '../tasks/access.ts';
import { MakimaError } from '../errors.ts';

/** What of all calls the keys of one task may have under way, so that one agent that calls too much leaves room for others and its owner. */
const shareOfTask = 1 / 4;

/**
 * Bounds the calls that are under way.
 * @param max - of all callers together
 * @returns begins a call of somebody's: to be told when it is over. It throws MakimaError TOO_MANY_CALLS
 */
export const boundCalls = (max: number): ((caller: Caller) => () => void) => {
  const ofTasks = new Map<string, number>();
  const mostOfTask = Math.max(1, Math.floor(max * shareOfTask));
  let all = 0;

  return (caller) => {
    const taskId = caller.kind === 'owner' ? null : caller.taskId;
    const ofTask = taskId === null ? 0 : (ofTasks.get(taskId) ?? 0);
    if (all >= max) throw new MakimaError('TOO_MANY_CALLS', `${max} calls of tools are under way, the most that are taken`);
    if (ofTask >= mostOfTask)
      throw new MakimaError(
        'TOO_MANY_CALLS',
        `${mostOfTask} calls of tools are under way with the keys of this task, the most that are taken`,
      );
    all += 1;
    if (taskId !== null) ofTasks.set(taskId, ofTask + 1);
    return () => {
      all -= 1;
      if (taskId === null) return;
      const left = (ofTasks.get(taskId) ?? 1) - 1;
      if (left === 0) ofTasks.delete(taskId);
      else ofTasks.set(taskId, left);
    };
  };
};
