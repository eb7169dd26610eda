import type { CreateTask } from '../../../schemas/task-requests.ts';
import type { Task } from '../../../schemas/task.ts';
import { branchName } from '../../domain/names/branch-name.ts';
import { isOutOfReach } from '../../domain/names/existing-branch.ts';
import { MakimaError } from '../../errors.ts';
import { findExisting, parseRepositoryUrl } from '../../git/repository/index.ts';
import type { Needs } from '../parts.ts';

const refuse = (why: string): MakimaError => new MakimaError('INVALID_BRANCH', why);

/** Work begins in one place. @throws MakimaError INVALID_BRANCH where a request names a branch to go on with, and another begin */
export const requireOneBegin = ({ branch, parentTaskId, baseBranch, continueFromTaskId }: CreateTask): void => {
  if (branch === undefined) return;
  if (parentTaskId !== undefined) throw refuse("A subtask has a branch of its own, which is merged into its parent's worktree");
  if (baseBranch !== undefined) throw refuse('The work begins where the branch is: baseBranch goes without branch');
  if (continueFromTaskId !== undefined)
    throw refuse('The work of another task is gone on with on a branch of its own: continueFromTaskId goes without branch');
};

/**
 * The branch that the work is on: its own, or the one that is asked for.
 * @throws MakimaError INVALID_BRANCH, BRANCH_NOT_FOUND, and what findExisting does
 */
export const branchOf = async (
  { userHome }: Needs<'userHome'>,
  request: CreateTask,
  id: string,
): Promise<Pick<Task, 'branch' | 'continuesBranch'>> => {
  if (request.branch === undefined) return { branch: branchName(request.name, id), continuesBranch: null };
  const found = await findExisting(parseRepositoryUrl(request.repositoryUrl ?? null, userHome), request.branch);
  const its = { branch: found.branch, continuesBranch: found.asked };
  if (request.completionAction === 'pr' && isOutOfReach(its))
    throw refuse(
      `The branch of pull request ${request.branch} is not in the repository's origin but in somebody's fork, or is deleted: action pr cannot push to it. Leave completionAction out, or bring the work out as a branch or by a merge`,
    );
  return its;
};
