import { MakimaError } from '../errors.ts';
import { isAncestor } from '../git/command/index.ts';
import { type Advance, applyAdvance, branchTip, planCheckouts, requireFreeName } from '../git/delivery/index.ts';
import { bringObjects, linkLfsObjects } from '../git/repository/index.ts';
import { completionRef, requireFinished, requireNoMarkers, workCommit } from '../git/snapshot/index.ts';
import type { CompletionContext } from './context.ts';
import { commitMessage } from './describe-work.ts';
import type { Job } from './job.ts';

/**
 * All of the task's work as a commit of its own repository.
 * @throws MakimaError WORK_UNFINISHED, and what workCommit does
 */
export const commitOfWork = async ({ worktree, task, order, identity, signal }: Job): Promise<string> => {
  await requireFinished(worktree, signal);
  const work = await workCommit(worktree, task.id, { message: commitMessage(task), identity, signal });
  if (order.force !== true) await requireNoMarkers(worktree.gitDir, worktree.baseCommit, work, signal);
  return work;
};

/** Brings the commits into the target repository, where nothing names them yet. */
export const bringWork = async (job: Job, commits: readonly { what: 'work' | 'merged'; commit: string }[]): Promise<void> => {
  const refs = commits.map(({ what, commit }) => ({ ref: completionRef(job.task.id, what), commit }));
  await bringObjects(job.worktree.gitDir, job.target.commonDir, refs, { signal: job.signal });
  await linkLfsObjects(job.worktree.gitDir, job.target.commonDir);
};

/**
 * How the task's branch gets to have the work: made, or moved forward, or left alone where it has it already. A branch with
 * commits that are not in the work is somebody's, whoever made it.
 *
 * @throws MakimaError BRANCH_TAKEN; BRANCH_MOVED of a branch that was there before the task
 */
export const advanceOfBranch = async (job: Job, work: string): Promise<Advance> => {
  const { branch, target, signal } = job;
  const from = await branchTip(target, branch, signal);
  if (from === null) {
    await requireFreeName(target, branch, signal);
    return { branch, from, to: work };
  }
  if (await isAncestor(target.commonDir, from, work, signal)) return { branch, from, to: work };
  if (await isAncestor(target.commonDir, work, from, signal)) return { branch, from, to: from };
  if (job.task.continuesBranch !== null)
    throw new MakimaError(
      'BRANCH_MOVED',
      `${branch} of ${target.path} is at ${from.slice(0, 12)}, with commits that are not in this task's work: they came since it began, or the agent wrote their history anew; nothing was changed`,
    );
  throw new MakimaError(
    'BRANCH_TAKEN',
    `The branch ${branch} of ${target.path} is at ${from.slice(0, 12)}, which is not in this task's work and would be lost`,
  );
};

/** Moves the branches, or none of them. */
export const moveBranches = async (context: CompletionContext, job: Job, advances: readonly Advance[]): Promise<string[]> => {
  const checkouts = await planCheckouts(job.target, advances, job.signal);
  job.signal.throwIfAborted();
  const identity = await job.identity().catch((error: unknown) => {
    // Only for the branches' own logs, which git fills in as it can.
    if (error instanceof MakimaError && error.code === 'NO_COMMIT_IDENTITY') return {};
    throw error;
  });
  await applyAdvance(job.target, advances, checkouts, `makima: task ${job.task.id}`, identity);
  context.reached('branch published');
  return checkouts.map(({ checkout }) => checkout.described);
};

/** What of checkouts that went along stands in a message. */
export const andCheckouts = (paths: readonly string[]): string =>
  paths.length === 0 ? '' : `; what is checked out in ${paths.join(' and ')} is updated`;

/**
 * The branch with all of the task's work, in the target repository.
 * @returns the commit that it is at
 */
export const publishBranch = async (context: CompletionContext, job: Job, work: string): Promise<{ tip: string; message: string }> => {
  const { target, branch } = job;
  await bringWork(job, [{ what: 'work', commit: work }]);
  const advance = await advanceOfBranch(job, work);
  const checkouts = await moveBranches(context, job, [advance]);
  job.outcome.branch = branch;
  job.outcome.commitSha = advance.to;
  const how = advance.from === null ? 'is made' : advance.from === advance.to ? 'has the work already' : 'is brought forward';
  const nothing = work === job.worktree.baseCommit ? '; the task changed nothing' : '';
  return {
    tip: advance.to,
    message: `The branch ${branch} ${how} in ${target.path}, at ${advance.to.slice(0, 12)}${andCheckouts(checkouts)}${nothing}`,
  };
};
