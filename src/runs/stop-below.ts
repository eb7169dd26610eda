import type { Task } from '../../schemas/task.ts';
import { isActive, isTerminal } from '../domain/status-machine.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TaskStore } from '../store/task-store.ts';

export interface StopOptions {
  /** The agent is asked to give up by itself first. */
  graceful: boolean;
  /** The end of the run leaves the task's subtasks as they are. */
  keepSubtasks: boolean;
}

/** What stopping tasks works with. */
export interface Stopping {
  store: TaskStore;
  ledger: Ledger;
  now: () => Date;
  runs: {
    /** Asks a task that waits, is being set up or runs to stop. */
    stop(taskId: string, options: StopOptions): Promise<void>;
  };
}

/** Asks one task to stop; one that was never started is interrupted, one that has ended is left as it is. */
export const stopOne = async ({ ledger, now, runs }: Stopping, task: Task, options: StopOptions): Promise<void> => {
  if (isTerminal(task.status)) return;
  if (task.status === 'pending') {
    await ledger.transition(task.id, {
      to: 'interrupted',
      patch: { completedAt: now().toISOString() },
      events: [{ type: 'end', status: 'interrupted' }],
    });
    return;
  }
  await runs.stop(task.id, options);
};

/**
 * A stopped orchestrator makes no more subtasks, since its key died first; what one below it has made before it was asked
 * itself is found by the next look. More looks than a tree is deep are due to somebody else who goes on making them.
 */
const maxLooks = 100;

/**
 * Stops all that was started below a task, whoever is higher first: whose key is dead adds nothing. What was never started
 * stays as it is.
 * @param options.again - asks those too that are being stopped already, as a person does who wants it to be quicker
 * @returns how many were asked
 */
export const stopBelow = async (
  parts: Stopping,
  task: Task,
  { graceful, again }: { graceful: boolean; again: boolean },
): Promise<number> => {
  const { store } = parts;
  const seen = new Set<string>();
  let asked = 0;
  for (let look = 0; look < maxLooks; look += 1) {
    const active = (await store.listDescendants(task.id)).filter(({ id, status }) => isActive(status) && !seen.has(id));
    if (active.length === 0) break;
    for (const each of active) {
      seen.add(each.id);
      if (!again && (await store.currentRun(each.id))?.stopRequested != null) continue;
      await stopOne(parts, each, { graceful, keepSubtasks: false });
      asked += 1;
    }
  }
  return asked;
};
