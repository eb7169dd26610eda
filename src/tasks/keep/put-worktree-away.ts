import { realpath } from 'node:fs/promises';
import type { Task } from '../../../schemas/task.ts';
import { nameSome } from '../../domain/names/name-some.ts';
import { isActive, isTerminal } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { isDirectory } from '../../files/look.ts';
import { measureTrees } from '../../files/measure-trees.ts';
import { keepSnapshot, repositoriesWithin } from '../../git/snapshot/index.ts';
import { sharesRepository, stepAside, withPresenceLock, withWorktreeLock, type Worktree, writeTaskCard } from '../../git/worktree/index.ts';
import { requireWorktree, worktreeOf } from '../../ledger/worktree-of.ts';
import { platform } from '../../process/platform/index.ts';
import { runTeardown } from '../life/discard-worktree.ts';
import type { Needs } from '../parts.ts';

export type PuttingAway = Needs<'store' | 'ledger' | 'runs' | 'completions' | 'directories' | 'ports'> &
  Needs<'homeId' | 'inheritedEnv' | 'projectCommandTimeoutMs' | 'now' | 'reached' | 'report'>;

/** Where nobody needs a task's files any more: neither it nor any task that brings them together runs or is about to. */
const requireUnused = async ({ store, completions }: Needs<'store' | 'completions'>, task: Task): Promise<void> => {
  if (!isTerminal(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
  const related = [...(await store.ancestors(task.id)), ...(await store.listDescendants(task.id))];
  const active = related.find(({ status }) => isActive(status));
  if (active) throw new MakimaError('TASK_ACTIVE', `Task ${active.id} ("${active.name}") of its tree is ${active.status}`);
  if (completions.isRunning(task.id)) throw new MakimaError('COMPLETION_RUNNING');
  const merges = [await store.getMerge(task.id), task.parentTaskId === null ? null : await store.getMerge(task.parentTaskId)];
  if (merges.some((merge) => merge !== null && [merge.taskId, merge.subtaskId].includes(task.id)))
    throw new MakimaError('MERGE_IN_PROGRESS', 'A merge into or out of the worktree is not finished');
};

/** @throws MakimaError WORKTREE_IN_USE with the ids of the processes */
const requireNobodyIn = async (directory: string): Promise<void> => {
  const pids = await platform.usersOf(await realpath(directory));
  if (pids.length > 0) throw new MakimaError('WORKTREE_IN_USE', `Processes work in ${directory}: ${pids.slice(0, 10).join(', ')}`);
};

/** Where nobody asks for it, no commits go that nothing else has. @throws MakimaError WORKTREE_IN_USE */
const requireNoHistory = async (worktree: Worktree, signal?: AbortSignal): Promise<void> => {
  const within = await repositoriesWithin(worktree, signal);
  if (within.length > 0)
    throw new MakimaError(
      'WORKTREE_IN_USE',
      `${worktree.path} has repositories of their own in it, whose commits would be lost: ${nameSome(within, 10)}`,
    );
};

/** Merges into the parent read the worktree, and those into it write there: none is under way. The parent's lock comes first, as in no other place both are held. */
const whileNobodyMerges = async <T>(parts: Needs<'store'>, task: Task, worktree: Worktree, step: () => Promise<T>): Promise<T> => {
  const parent = task.parentTaskId === null ? null : await worktreeOf(parts, task.parentTaskId);
  const own = (): Promise<T> => withWorktreeLock(worktree, step);
  return parent === null ? own() : withWorktreeLock(parent, own);
};

const putAway = async (parts: PuttingAway, task: Task, worktree: Worktree, quietSince: number, signal?: AbortSignal): Promise<number> => {
  const { store, ledger, runs, completions, directories, now, reached } = parts;
  await requireNobodyIn(worktree.path);
  const began = Date.now();
  const [before] = await measureTrees([worktree.path], signal);
  if (before === undefined || before.changedMs > quietSince)
    throw new MakimaError('WORKTREE_IN_USE', `${worktree.path} was changed a moment ago`);
  if (quietSince !== Infinity) await requireNoHistory(worktree, signal);
  await keepSnapshot(worktree, task.id, signal);
  await writeTaskCard({ task, worktree, isDeleted: false });
  reached('worktree kept');
  const unlessChanged = async (files: string): Promise<void> => {
    const [found] = await measureTrees([files], signal);
    if ((found?.changedMs ?? 0) >= began) throw new MakimaError('WORKTREE_IN_USE', `${worktree.path} was changed while it was kept`);
  };
  // what the teardown itself changes is nobody's work
  await unlessChanged(worktree.path);
  const hasRunTeardown = await runTeardown(parts, task, worktree);
  // Nothing is waited for between these looks and the rename: who begins to use it now finds it away, or finds it.
  if (completions.isRunning(task.id)) throw new MakimaError('COMPLETION_RUNNING');
  if (!(await runs.settled(task.id, 0))) throw new MakimaError('TASK_ACTIVE');
  const aside = stepAside(worktree, directories.worktrees);
  reached('worktree leaving');
  try {
    // Whoever was in it still is, by whatever path.
    await requireNobodyIn(aside.path);
    if (!hasRunTeardown) await unlessChanged(aside.path);
    await ledger.putWorktreeAway(task.id, now().toISOString());
  } catch (error) {
    if ((await store.getWorktree(task.id))?.awaySince == null) aside.back();
    throw error;
  }
  reached('worktree away');
  await aside.drop();
  return before.bytes;
};

/**
 * Removes the files of a worktree that nobody uses. All that git does not ignore is kept in the task's repository, which stays, and a
 * start or a restore brings it back. What a crash leaves is settled at the next start (`settleAside`).
 * @param options - `quietSince`: nobody has asked for it: left as it is where anything in it was changed since, in milliseconds since 1970, or where
 *   repositories of their own are in it, of which a snapshot has no history
 * @returns what it took on the disk, in bytes
 * @throws MakimaError WORKTREE_NOT_FOUND, TASK_ACTIVE, COMPLETION_RUNNING, MERGE_IN_PROGRESS, WORKTREE_IN_USE, and why a snapshot could not be kept
 */
export const putWorktreeAway = async (
  parts: PuttingAway,
  task: Task,
  { quietSince = Infinity, signal }: { quietSince?: number; signal?: AbortSignal } = {},
): Promise<number> => {
  const recorded = await requireWorktree(parts, task.id);
  return withPresenceLock(recorded.gitDir, async () => {
    const current = (await parts.store.getTask(task.id)) ?? task;
    const worktree = await requireWorktree(parts, task.id);
    if (sharesRepository(worktree))
      throw new MakimaError(
        'WORKTREE_IN_USE',
        'It is a worktree of makima 0.1, whose repository other tasks share: it goes with its task alone',
      );
    if (!(await isDirectory(worktree.path)))
      throw new MakimaError('WORKTREE_NOT_FOUND', `The worktree ${worktree.path} is no longer there`);
    await requireUnused(parts, current);
    return whileNobodyMerges(parts, current, worktree, () => putAway(parts, current, worktree, quietSince, signal));
  });
};
