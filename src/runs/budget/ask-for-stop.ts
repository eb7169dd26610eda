import type { Run } from '../../store/task-store.ts';
import type { RunContext } from '../context.ts';

/**
 * Stores that a run is stopped since a budget is used up; not where somebody has asked for a stop before, for whom it is stopped then.
 * What is below it is under the same budget, and ends with its own turns.
 * @param isAtRest - the agent had ended its turn by then, and nothing of it went on
 * @returns whether it is to be carried out
 */
export const askForStop = async (
  { store, ledger, reached }: Pick<RunContext, 'store' | 'ledger' | 'reached'>,
  { runId, taskId }: Pick<Run, 'runId' | 'taskId'>,
  stopReason: string,
  isAtRest: boolean,
): Promise<boolean> => {
  const run = await store.getRun(runId);
  if (run === null || run.state === 'ended' || run.stopRequested !== null) return false;
  await store.updateRun(runId, { stopRequested: isAtRest ? 'done' : 'failed', stopReason, keepSubtasks: true });
  reached('budget stop stored');
  ledger.say(taskId, stopReason, 'warning');
  return true;
};
