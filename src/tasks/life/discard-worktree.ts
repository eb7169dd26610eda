import type { Task } from '../../../schemas/task.ts';
import { keepSnapshot } from '../../git/snapshot/index.ts';
import { type Worktree, writeTaskCard } from '../../git/worktree/index.ts';
import { portVariables } from '../../runs/ports/ports.ts';
import { runProjectCommand } from '../../runs/project-commands.ts';
import type { Needs } from '../parts.ts';

/**
 * Runs the repository's teardown command in a worktree that is to go, however it ends: it was asked for.
 * @returns whether there is one
 */
export const runTeardown = async (
  {
    store,
    ports,
    homeId,
    inheritedEnv,
    projectCommandTimeoutMs,
    report,
  }: Needs<'store' | 'ports' | 'homeId' | 'inheritedEnv' | 'projectCommandTimeoutMs' | 'report'>,
  task: Task,
  worktree: Worktree,
): Promise<boolean> => {
  // What its last run served on, unless that is another's by now.
  const last = (await store.listRuns(task.id)).at(-1)?.ports ?? null;
  const own = last === null || ports.isOthers(task.id, last) ? null : last;
  let hasRun = false;
  const failure = await runProjectCommand({
    which: 'teardown',
    worktree: worktree.path,
    // The home's too: the original of a copy may be at the same for a task of the same id.
    runId: `teardown-${task.id}-${homeId}`,
    env: { ...inheritedEnv, ...portVariables(own) },
    timeoutMs: projectCommandTimeoutMs,
    onStart: () => (hasRun = true),
  });
  if (failure !== null) report(`the teardown command of task ${task.id}`, failure);
  return hasRun;
};

/**
 * Prepares a worktree for its end: what is in it is kept under a private ref, its card says that it is to go and how it
 * is had back, and the repository's teardown command has run. Can be repeated.
 */
export const prepareDiscard = async (
  parts: Needs<'store' | 'ports' | 'homeId' | 'inheritedEnv' | 'projectCommandTimeoutMs' | 'reached' | 'report'>,
  task: Task,
  worktree: Worktree,
): Promise<void> => {
  await keepSnapshot(worktree, task.id);
  await writeTaskCard({ task, worktree, isDeleted: true });
  parts.reached('snapshot kept');
  await runTeardown(parts, task, worktree);
};
