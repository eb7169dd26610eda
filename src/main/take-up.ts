import { recoverMerges } from '../integration/recover-merges.ts';
import { parseWorktree, settleAside } from '../git/worktree/index.ts';
import type { RunContext } from '../runs/context.ts';
import { endUnknownRuns } from '../runs/end-unknown-runs.ts';
import { recover } from '../runs/recover.ts';
import type { Runs } from '../runs/runs.ts';
import { adoptLostTasks } from '../tasks/life/adopt-lost-tasks.ts';
import { emptyTrashSoon, finishDeletions } from '../tasks/life/finish-deletions.ts';

/** Asked of what stood aside when a daemon died, which is seldom anything. */
const isOnRecordAway = async (store: RunContext['store'], path: string): Promise<boolean> =>
  (await store.listWorktrees()).some(({ record, awaySince }) => awaySince !== null && parseWorktree(record).path === path);

/**
 * Takes up all that an earlier daemon left, before this one says that it is ready.
 * @param isNewStore - the store began empty: what there is is known by its worktrees alone
 * @returns how many tasks were found by their worktrees
 */
export const takeUp = async (context: RunContext, runs: Runs, isNewStore: boolean): Promise<number> => {
  const found = isNewStore ? await adoptLostTasks(context) : 0;
  await endUnknownRuns(context);
  await recoverMerges(context);
  // Before anything goes on: what finds no directory makes another.
  const { store, directories } = context;
  const away = await settleAside(directories.worktrees, (path) => isOnRecordAway(store, path));
  for (const path of away)
    context.report('a worktree that was being put away', new Error(`${path} is left, since something else stands in its place`));
  await recover(context, runs);
  if (!isNewStore) await finishDeletions(context);
  emptyTrashSoon(context);
  return found;
};
