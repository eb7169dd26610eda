import { once } from 'node:events';
import type { Task } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { isThrough } from '../../runs/queue/dependencies.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { withWait } from './with-wait.ts';

export interface WaitOptions {
  /** `end`: the completion action is over too, and the log complete. */
  until: 'terminal' | 'end';
  timeoutSeconds: number;
  /** Fires when the caller has left. */
  signal: AbortSignal;
}

/** Whether there is nothing more to wait for. */
const isOver = (parts: Needs<'log'>, task: Task, until: WaitOptions['until']): boolean =>
  isTerminal(task.status) && (until === 'terminal' || isThrough(parts, task));

/**
 * Waits until a task is terminal, or its completion action is over too, for as long as the caller asked for and stays. A task whose own agent
 * waits is blocked for so long, and what it waits for is there when it has its slot again.
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
  const answered = new AbortController();
  // A task whose agent waits for another is attended, though it prints nothing meanwhile.
  const isAgents = caller.kind === 'tool-key' && caller.runId !== undefined && caller.taskId !== task.id;
  const waiting = caller.kind === 'tool-key' ? runs.attend(caller.taskId, isAgents ? task.id : null) : null;
  // Watch first, then look: what changes between the two is seen. A change is told of when its events are in the log.
  const unwatch = ledger.watch(task.id, (changed) => {
    if (changed === null || isOver(parts, changed, until)) over.abort();
  });
  const timer = setTimeout(() => answered.abort(), timeoutSeconds * 1000);
  const leave = (): void => answered.abort();
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  try {
    const current = await store.getTask(task.id);
    const either = AbortSignal.any([over.signal, answered.signal]);
    if (current && isOver(parts, current, until)) over.abort();
    else if (current && !either.aborted) {
      if (timeoutSeconds > 0) waiting?.begins();
      await once(either, 'abort');
    }
    // Also where it is deleted: the caller is told of that, and goes on.
    const goesOn = !over.signal.aborted || ((await waiting?.goesOn(answered.signal)) ?? true);
    const waited = await requireTask(parts, caller, taskId, 'read');
    const isEnded = goesOn && isOver(parts, waited, until);
    // Who has waited for a subtask's end need not be told of it.
    if (isEnded && isAgents && !signal.aborted && waited.parentTaskId === caller.taskId)
      await store.settleInboxEnd(caller.taskId, waited.id);
    return { task: withWait(parts, waited), isOver: isEnded };
  } finally {
    waiting?.leave();
    unwatch();
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
};
