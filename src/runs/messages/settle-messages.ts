import { writtenInputs } from '../../process/write-input.ts';
import type { RunContext, RunOfTask } from '../context.ts';
import type { RunOutcome } from '../outcome.ts';

/**
 * At a run's end, says of what it was given whether the agent has it; the rest waits again, and is the first that the task's next run is told. An
 * agent whose session never began has nothing, whatever was written for it, and one that ended in a turn may have left something unread. Can be repeated, while the run's directory is there.
 */
export const settleMessages = async (
  { store, ledger }: Pick<RunContext, 'store' | 'ledger'>,
  { task, run }: RunOfTask,
  outcome: RunOutcome,
): Promise<void> => {
  if (!store.mayHaveMessages(task.id)) return;
  const handed = (await store.waitingMessages(task.id)).filter(({ runId }) => runId === run.runId);
  const { begun, unread } = 'lost' in outcome ? { begun: true, unread: [] } : outcome.progress;
  const ids = handed.map(({ id }) => id);
  const which = begun ? { written: await writtenInputs(run.directory, ids), unread } : 'none';
  await ledger.commit(store.settleMessages(task.id, run.runId, which));
};

/** Somebody has said something to a task that is over, and its agent does not have it. Can be repeated. */
export const warnOfMessages = async ({ store, ledger }: Pick<RunContext, 'store' | 'ledger'>, taskId: string): Promise<void> => {
  // What its subtasks came to is to be seen of them.
  const { length } = (await store.waitingMessages(taskId)).filter(({ kind }) => kind !== 'inbox');
  if (length === 0) return;
  await ledger.warn(taskId, {
    code: 'MESSAGES_WAITING',
    message: `${length === 1 ? 'A message has' : `${length} messages have`} not reached the agent. What waits is kept, and is what the task's next run is told: start it again, with resume true where it is to go on with the agent's session, or withdraw it (GET /tasks/{taskId}/messages lists it)`,
  });
};
