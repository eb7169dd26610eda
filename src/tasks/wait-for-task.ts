import { once } from 'node:events';
import type { Task } from '../../schemas/task.ts';
import { isTerminal } from '../domain/status-machine.ts';
import { requireTask } from './access.ts';
import type { Actions, WaitOptions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** Whether there is nothing more to wait for. A log that retention has taken away, or that was lost, has had its end. */
const isOver = ({ log }: TaskContext, task: Task, until: WaitOptions['until']): boolean =>
  isTerminal(task.status) && (until === 'terminal' || ((log.last(task.id)?.ended ?? true) && task.completion?.status !== 'running'));

/** Waits until a task is terminal, or its completion action is over too, for as long as the caller asked for and stays. */
export const waitForTask =
  (context: TaskContext): Actions['waitForTask'] =>
  async (caller, taskId, { until, timeoutSeconds, signal }) => {
    const task = await requireTask(context, caller, taskId, 'read');
    const over = new AbortController();
    // A task whose agent waits for another is attended, though it prints nothing meanwhile.
    const leaveOff = caller.kind === 'tool-key' ? context.runs.attend(caller.taskId) : undefined;
    // Watch first, then look: what changes between the two is seen. A change is told of when its events are in the log.
    const unwatch = context.ledger.watch(task.id, (changed) => {
      if (changed === null || isOver(context, changed, until)) over.abort();
    });
    const timer = setTimeout(() => over.abort(), timeoutSeconds * 1000);
    const leave = (): void => over.abort();
    signal.addEventListener('abort', leave);
    try {
      const current = await context.store.getTask(task.id);
      if (current && !isOver(context, current, until) && !signal.aborted && !over.signal.aborted) await once(over.signal, 'abort');
      const waited = await requireTask(context, caller, taskId, 'read');
      return { task: waited, isOver: isOver(context, waited, until) };
    } finally {
      leaveOff?.();
      unwatch();
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  };
