import type { Task } from '../../schemas/task.ts';
import { noUsage } from '../domain/usage.ts';
import { unlessRefused } from '../ledger/unless-refused.ts';
import { runDirectory } from '../process/run-directory.ts';
import type { Run } from '../store/task-store.ts';
import type { RunContext } from './context.ts';
import { failureLines } from './failure-lines.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'directories' | 'ports' | 'now'>;

/** A run and its task, as they are stored. */
export interface Begun {
  task: Task;
  run: Run;
}

/**
 * Takes a queued task its slot: from here on it has a run. Can be repeated with the same id.
 * @returns null where it was stopped while it waited
 */
export const beginRun = async ({ store, ledger, directories, ports, now }: Parts, taskId: string, runId: string): Promise<Begun | null> => {
  const waiting = await store.getTask(taskId);
  if (waiting?.status === 'queued') {
    const newRun = {
      runId,
      directory: runDirectory(directories.runs, runId),
      baseUsage: waiting.usage ?? noUsage,
      ports: await ports.take(taskId),
      createdAt: now().toISOString(),
    };
    // Stopped between the look and the move.
    if (!(await unlessRefused(() => ledger.transition(taskId, { to: 'initializing', from: ['queued'], newRun }), 'INVALID_TRANSITION')))
      return null;
  }
  const task = await store.getTask(taskId);
  const run = await store.getRun(runId);
  return task === null || run === null ? null : { task, run };
};

/**
 * Ends a task that waits for its slot: interrupted, or failed for a reason.
 * @returns false where it does not wait (any more)
 */
export const withdraw = (
  { ledger, now }: Pick<Parts, 'ledger' | 'now'>,
  taskId: string,
  reason: string | null = null,
): Promise<boolean> => {
  const to = reason === null ? 'interrupted' : 'failed';
  const move = () =>
    ledger.transition(taskId, {
      to,
      from: ['queued'],
      patch: { completedAt: now().toISOString(), errorMessage: reason },
      ...(reason !== null && { reason }),
      events: [...failureLines(reason), { type: 'end', status: to }],
    });
  return unlessRefused(move, 'INVALID_TRANSITION');
};
