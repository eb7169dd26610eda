import { recoverMerges } from './integration/recover-merges.ts';
import type { RunContext } from './runs/context.ts';
import { endUnknownRuns } from './runs/end-unknown-runs.ts';
import { recover } from './runs/recover.ts';
import type { Runs } from './runs/runs.ts';
import { adoptLostTasks } from './tasks/adopt-lost-tasks.ts';
import type { TaskContext } from './tasks/context.ts';
import { emptyTrashSoon, finishDeletions } from './tasks/finish-deletions.ts';

/**
 * Takes up all that an earlier daemon left, before this one says that it is ready.
 * @param isNewStore - the store began empty: what there is is known by its worktrees alone
 * @returns how many tasks were found by their worktrees
 */
export const takeUp = async (runContext: RunContext, taskContext: TaskContext, runs: Runs, isNewStore: boolean): Promise<number> => {
  const found = isNewStore ? await adoptLostTasks(taskContext) : 0;
  await endUnknownRuns(runContext);
  await recoverMerges(taskContext);
  await recover(runContext, runs);
  if (!isNewStore) await finishDeletions(taskContext);
  emptyTrashSoon(taskContext);
  return found;
};
