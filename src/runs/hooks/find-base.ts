import type { Task } from '../../../schemas/task.ts';
import { namesIn } from '../../files/look.ts';
import { commitOf } from '../../git/command/index.ts';
import {
  type Base,
  emptyCommit,
  parseRepositoryUrl,
  type Repository,
  repositoryName,
  resolveBase,
  taskOfRepository,
} from '../../git/repository/index.ts';
import { lentBy, parseWorktree, sharedBranch, type Worktree } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';

/** A base, and who has its commit where the source's cache has not. */
export interface Foundation {
  base: Base;
  /** The parent decided on it. */
  isParents: boolean;
  borrows?: readonly string[];
  objectsOf?: string;
}

type From = Pick<RunContext, 'store' | 'directories' | 'userHome'>;

/**
 * What a task starts from. A subtask starts where its parent did, so that all of a tree's work has one base; its own baseBranch
 * wins. In a repository that begins empty the branches are those of the tasks that work on it.
 * @throws MakimaError INVALID_REF, BRANCH_NOT_FOUND
 */
export const baseOf = async (context: From, task: Task, repository: Repository): Promise<Foundation> => {
  const parent = task.parentTaskId === null ? null : await context.store.getTask(task.parentTaskId);
  if (parent?.baseCommit != null && parent.baseBranch === task.baseBranch) {
    const branch = baseNameOf(parent);
    const base = { branch, local: localName(repository, branch), commit: parent.baseCommit };
    const row = await context.store.getWorktree(parent.id);
    const worktree = row === null ? null : parseWorktree(row.record);
    // a cache is never cleared, so it has what the parent began with; unless that began elsewhere
    const isCached =
      repository.cacheDir === null ? parent.baseCommit === emptyCommit : worktree?.borrows?.includes(repository.cacheDir) === true;
    return { base, isParents: true, ...(worktree === null || isCached ? {} : lentBy(worktree)) };
  }
  const branch = task.baseBranch;
  if (repository.cacheDir === null && branch !== null && !repository.facts.branches.has(branch)) {
    const other = await branchOfTask(context, repository, branch);
    if (other !== null) return { base: { branch, local: branch, commit: other.commit }, isParents: false, ...lentBy(other.worktree) };
    const shared = await sharedBranch(context.directories.repositories, repository.name, branch);
    if (shared !== null) return { base: { branch, local: branch, commit: shared.commit }, isParents: false, borrows: [shared.gitDir] };
  }
  return { base: await resolveBase(repository, branch), isParents: false };
};

/** The branch that a task's base commit is of: the one that it asked for, or goes on with; null for the default one. */
export const baseNameOf = ({ baseBranch, continuesBranch, branch }: Task): string | null =>
  continuesBranch === null ? baseBranch : branch;

/** What the base is called in the task's own repository: without the name of the remote. */
export const localName = ({ facts }: Repository, branch: string | null): string | null =>
  branch?.startsWith('origin/') === true && !facts.branches.has(branch)
    ? branch.slice('origin/'.length)
    : (branch ?? facts.originHead ?? facts.head);

/** The branch of another task that works on the same repository; its name ends with the first letters of that task's id. */
const branchOfTask = async (
  context: From,
  repository: Repository,
  branch: string,
): Promise<{ worktree: Worktree; commit: string } | null> => {
  const letters = /-([0-9a-f]{8})$/.exec(branch)?.[1];
  if (letters === undefined) return null;
  for (const name of await namesIn(context.directories.repositories)) {
    const id = name.startsWith(letters) ? taskOfRepository(name) : null;
    const [task, row] = id === null ? [null, null] : [await context.store.getTask(id), await context.store.getWorktree(id)];
    if (task === null || row === null) continue;
    const top = (await context.store.ancestors(task.id)).at(-1) ?? task;
    if (repositoryName(parseRepositoryUrl(task.repositoryUrl, context.userHome), top.id) !== repository.name) continue;
    const worktree = parseWorktree(row.record);
    const commit = await commitOf(worktree.gitDir, `refs/heads/${branch}`);
    if (commit !== null) return { worktree, commit };
  }
  return null;
};
