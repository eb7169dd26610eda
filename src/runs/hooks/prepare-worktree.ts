import { basename, join } from 'node:path';
import type { Task } from '../../../schemas/task.ts';
import { branchName } from '../../domain/names/branch-name.ts';
import { openRepository, parseRepositoryUrl, type Repository, repositoryOf, staleBase } from '../../git/repository/index.ts';
import { addWorktree, continueWorktree, keepEarlier, type NewWorktree, withPresenceLock, type Worktree } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';
import { bringSubtasksBack, filesOf, goOnInEarlier, putAwayAgain } from './earlier-worktree.ts';
import { continuesBranch, tipOf, warnOfMovedBranch } from './existing-branch.ts';
import { baseNameOf, baseOf, localName, type Foundation } from './find-base.ts';
import { noteHalfMade, undoHalfMade } from './half-made.ts';
import type { RunHook, Start } from './hook.ts';
import { tellLinks } from './tell-links.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'directories' | 'userHome' | 'prepared' | 'now' | 'reached'>;

/** What begins empty is one for a whole tree: that of the task at its top. */
const openFor = async (context: Parts, task: Task, signal: AbortSignal): Promise<Repository> => {
  const top = (await context.store.ancestors(task.id)).at(-1) ?? task;
  const source = parseRepositoryUrl(task.repositoryUrl, context.userHome);
  context.ledger.say(
    task.id,
    `Setting up the worktree: ${task.repositoryUrl === null ? 'a scratch directory' : `repository ${task.repositoryUrl}`}`,
  );
  const repository = await openRepository(source, { cachesDir: context.directories.caches, taskId: top.id, signal });
  for (const warning of repository.warnings) context.ledger.say(task.id, warning, 'warning');
  return repository;
};

/** Where the base is what the task asked for, and not what its parent has, it may be behind what the user has fetched. */
const warnOfStaleBase = async (
  context: Parts,
  task: Task,
  repository: Repository,
  { base, isParents }: Foundation,
  signal: AbortSignal,
): Promise<void> => {
  const field = task.continuesBranch === null ? 'baseBranch' : 'branch';
  const stale = isParents ? null : await staleBase(repository, base, field, signal);
  if (stale !== null) await context.ledger.warn(task.id, { code: 'BASE_BEHIND_ORIGIN', message: stale });
};

const continueFrom = async (
  context: Parts,
  task: Task,
  sourceId: string,
  place: Omit<NewWorktree, 'base'> & { signal: AbortSignal },
  repository: Repository,
): Promise<Worktree> => {
  const from = await filesOf(context, sourceId, place.signal);
  const source = await context.store.getTask(sourceId);
  // the diff holds the work of both
  const branch = source === null ? null : baseNameOf(source);
  const base = { branch, local: localName(repository, branch), commit: from.baseCommit };
  const worktree = await withPresenceLock(from.gitDir, () =>
    continueWorktree(from, repository, { ...place, base, told: tellLinks(context, task.id) }),
  );
  context.ledger.say(task.id, `Continued from "${source?.name ?? sourceId}" (${sourceId}): everything its worktree holds was brought over`);
  return worktree;
};

const make = async (context: Parts, start: Start): Promise<Worktree> => {
  const { task, run, signal } = start;
  const repository = await openFor(context, task, signal);
  start.hooksNotRun = repository.hooksNotRun;
  const branch = task.branch ?? branchName(task.name, task.id);
  const place = {
    // one that is there already may be called as that of any other repository
    path: join(context.directories.worktrees, basename(continuesBranch(task) ? branchName(task.name, task.id) : branch)),
    gitDir: repositoryOf(context.directories, task.id),
    keptDir: context.directories.kept,
    branch,
    signal,
  };
  // what fails from here on takes back all that is at the place
  await keepEarlier(place);
  await noteHalfMade(run.directory, { gitDir: place.gitDir, path: place.path });
  if (task.continueFromTaskId !== null) return continueFrom(context, task, task.continueFromTaskId, place, repository);
  const foundation = continuesBranch(task) ? await tipOf(context, task, repository, signal) : await baseOf(context, task, repository);
  const { base, borrows, objectsOf } = foundation;
  const from = { ...(borrows && { borrows }), ...(objectsOf !== undefined && { objectsOf }) };
  // both have ended before anything is taken back
  const [warned, made] = await Promise.allSettled([
    warnOfStaleBase(context, task, repository, foundation, signal),
    addWorktree(repository, { ...place, base }, from, context.prepared),
  ]);
  if (warned.status === 'rejected') throw warned.reason;
  if (made.status === 'rejected') throw made.reason;
  const { worktree, warnings } = made.value;
  for (const warning of warnings) context.ledger.say(task.id, warning, 'warning');
  context.ledger.say(task.id, `Based on ${base.branch === null ? 'commit' : `branch ${base.branch} at`} ${base.commit.slice(0, 12)}`);
  return worktree;
};

/** The worktree of an earlier run, or a new one. */
export const prepareWorktree = (context: Parts): RunHook => ({
  name: 'worktree',
  async prepare(start) {
    const gitDir = repositoryOf(context.directories, start.task.id);
    start.worktree = await withPresenceLock(gitDir, () => goOnInEarlier(context, start));
    if (start.worktree === null) {
      start.isNewWorktree = true;
      start.worktree = await context.prepared.duringStart(() => make(context, start));
    } else {
      if (continuesBranch(start.task)) await warnOfMovedBranch(context, start.task, start.worktree, start.signal);
      if (start.task.isOrchestrator) await bringSubtasksBack(context, start);
    }
    const { path, branch, baseCommit } = start.worktree;
    start.task = await context.ledger.update(start.task.id, { overlayPath: path, branch, baseCommit });
    context.ledger.say(
      start.task.id,
      `${start.isNewWorktree ? 'Worktree ready' : start.isRestored ? 'Brought back the worktree of the earlier run, without what git ignores' : 'Going on in the worktree of the earlier run'}: ${path} on branch ${branch}`,
    );
    return undefined;
  },
  async undo(start) {
    if (!start.isNewWorktree) return putAwayAgain(context, start);
    await undoHalfMade(start.run.directory);
    start.worktree = null;
    start.task = await context.ledger.update(start.task.id, { overlayPath: null, baseCommit: null });
  },
});
