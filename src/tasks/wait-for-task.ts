import { once } from 'node:events';
import { isTerminal } from '../domain/status-machine.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** Waits until a task is terminal, for as long as the caller asked for and stays. */
export const waitForTask =
  (context: TaskContext): Actions['waitForTask'] =>
  async (caller, taskId, { timeoutSeconds, signal }) => {
    const task = await requireTask(context, caller, taskId, 'read');
    const over = new AbortController();
    // A task whose agent waits for another is attended, though it prints nothing meanwhile.
    const leaveOff = caller.kind === 'tool-key' ? context.runs.attend(caller.taskId) : undefined;
    // Watch first, then look: what changes between the two is seen.
    const unwatch = context.ledger.watch(task.id, (changed) => {
      if (changed === null || isTerminal(changed.status)) over.abort();
    });
    const timer = setTimeout(() => over.abort(), timeoutSeconds * 1000);
    const leave = (): void => over.abort();
    signal.addEventListener('abort', leave);
    try {
      const current = await context.store.getTask(task.id);
      if (current && !isTerminal(current.status) && !signal.aborted && !over.signal.aborted) await once(over.signal, 'abort');
      return await requireTask(context, caller, taskId, 'read');
    } finally {
      leaveOff?.();
      unwatch();
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  };
