import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import { completionRef, headOf } from '../../git/snapshot/index.ts';
import { commitOf } from '../../git/command/index.ts';
import {
  divergedBranch,
  findLocalRepository,
  movedBranch,
  openExisting,
  parseRepositoryUrl,
  type Repository,
} from '../../git/repository/index.ts';
import type { Worktree } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';
import type { Foundation } from './find-base.ts';

type Continuing = Task & { continuesBranch: string; branch: string };

export const continuesBranch = (task: Task): task is Continuing => task.continuesBranch !== null && task.branch !== null;

/**
 * The tip of the branch that a task goes on with. What is in the way of its completion by now is told.
 * @throws MakimaError BRANCH_NOT_FOUND, and what openExisting does
 */
export const tipOf = async (
  { ledger }: Pick<RunContext, 'ledger'>,
  task: Continuing,
  repository: Repository,
  signal: AbortSignal,
): Promise<Foundation> => {
  const base = await openExisting(repository, task.continuesBranch, task.branch, signal);
  const diverged = await divergedBranch(repository, base, signal);
  if (diverged !== null) await ledger.warn(task.id, { code: 'BRANCH_MOVED', message: diverged });
  return { base, isParents: false };
};

/**
 * Tells where the branch has gone on since an earlier run of the task, which it goes on with in the worktree as it is. Of a source
 * elsewhere its push finds that out.
 */
export const warnOfMovedBranch = async (
  { ledger, userHome }: Pick<RunContext, 'ledger' | 'userHome'>,
  task: Continuing,
  worktree: Worktree,
  signal: AbortSignal,
): Promise<void> => {
  const source = parseRepositoryUrl(task.repositoryUrl, userHome);
  if (source.kind !== 'local') return;
  try {
    const { gitDir } = worktree;
    const commits = [await headOf(worktree, signal), await commitOf(gitDir, completionRef(task.id, 'work'), signal), worktree.baseCommit];
    const has = commits.filter((commit) => commit !== null);
    const moved = await movedBranch(await findLocalRepository(source.path), task.branch, { gitDir, has }, signal);
    if (moved !== null) await ledger.warn(task.id, { code: 'BRANCH_MOVED', message: moved });
  } catch (error) {
    // the source may be gone, which is nothing to a worktree that is there
    if (!(error instanceof MakimaError) || error.code !== 'INVALID_REPOSITORY') throw error;
  }
};
