import { once } from 'node:events';
import type { Task } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

export interface WaitOptions {
  /** `end`: the completion action is over too, and the log complete. */
  until: 'terminal' | 'end';
  timeoutSeconds: number;
  /** Fires when the caller has left. */
  signal: AbortSignal;
}

/** Whether there is nothing more to wait for. A log that retention has taken away, or that was lost, has had its end. */
const isOver = ({ log }: Needs<'log'>, task: Task, until: WaitOptions['until']): boolean =>
  isTerminal(task.status) && (until === 'terminal' || ((log.last(task.id)?.ended ?? true) && task.completion?.status !== 'running'));

/**
 * Waits until a task is terminal, or its completion action is over too, for as long as the caller asked for and stays.
 * @returns the task as it then is, and whether it is what was waited for
 * @throws MakimaError TASK_NOT_FOUND, also where it is deleted meanwhile, FORBIDDEN
 */
export const waitForTask = async (
  parts: Needs<'store' | 'log' | 'ledger' | 'runs'>,
  caller: Caller,
  taskId: string,
  { until, timeoutSeconds, signal }: WaitOptions,
): Promise<{ task: Task; isOver: boolean }> => {
  const { store, ledger, runs } = parts;
  const task = await requireTask(parts, caller, taskId, 'read');
  const over = new AbortController();
  // A task whose agent waits for another is attended, though it prints nothing meanwhile.
  const leaveOff = caller.kind === 'tool-key' ? runs.attend(caller.taskId) : undefined;
  // Watch first, then look: what changes between the two is seen. A change is told of when its events are in the log.
  const unwatch = ledger.watch(task.id, (changed) => {
    if (changed === null || isOver(parts, changed, until)) over.abort();
  });
  const timer = setTimeout(() => over.abort(), timeoutSeconds * 1000);
  const leave = (): void => over.abort();
  signal.addEventListener('abort', leave);
  try {
    const current = await store.getTask(task.id);
    if (current && !isOver(parts, current, until) && !signal.aborted && !over.signal.aborted) await once(over.signal, 'abort');
    const waited = await requireTask(parts, caller, taskId, 'read');
    return { task: waited, isOver: isOver(parts, waited, until) };
  } finally {
    leaveOff?.();
    unwatch();
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
};
