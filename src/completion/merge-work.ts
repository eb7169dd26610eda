import { MakimaError } from '../errors.ts';
import { commitOf, git, gitText, gitYes, isAncestor, showPath } from '../git/command/index.ts';
import { targetBranch } from '../git/delivery/index.ts';
import { computeMerge } from '../git/merge/index.ts';
import { bringObjects } from '../git/repository/index.ts';
import { commitWork, completionRef, isCommitOf, keepRef } from '../git/snapshot/index.ts';
import type { CompletionContext } from './context.ts';
import { commitMessage } from './describe-work.ts';
import type { Job } from './job.ts';
import { advanceOfBranch, andCheckouts, bringWork, moveBranches } from './publish-branch.ts';

const maxNamed = 20;

/** The commit that brought the work into the branch: the work itself where the branch went over it. */
const bringingCommit = async (gitDir: string, work: string, tip: string, signal: AbortSignal): Promise<string> => {
  if (work === tip) return work;
  const path = (await gitText(['rev-list', '--first-parent', '--ancestry-path', `${work}..${tip}`], { gitDir, signal })).split('\n');
  const first = path.at(-1) ?? '';
  if (first === '') return tip;
  return (await commitOf(gitDir, `${first}^1`, signal)) === work ? work : first;
};

/** Merges aside, in the task's repository: the user's own never sees a merge that does not succeed. */
const mergeAside = async (job: Job, into: { branch: string; commit: string }, work: string): Promise<string> => {
  const { gitDir, path } = job.worktree;
  const { signal } = job;
  if (!(await gitYes(['merge-base', into.commit, work], { gitDir, signal }))) {
    throw new MakimaError(
      'COMPLETION_FAILED',
      `The work has no history in common with ${into.branch} of ${job.target.path}; the action branch brings it there as a branch of its own`,
    );
  }
  // so that a branch always says by a commit of its own which task it took work from
  if ((await isAncestor(gitDir, into.commit, work, signal)) && (await isCommitOf(gitDir, work, job.task.id, signal))) return work;
  const ref = completionRef(job.task.id, 'merged');
  const earlier = await commitOf(gitDir, ref, signal);
  if (
    earlier !== null &&
    (await gitText(['log', '-1', '--no-show-signature', '--format=%P', earlier, '--'], { gitDir, signal })) === `${into.commit} ${work}`
  )
    return earlier;
  const { tree, conflicts, notes } = await computeMerge(gitDir, path, into.commit, work, signal);
  if (conflicts.length > 0 || notes.length > 0) {
    const named = conflicts.map((conflict) => ({ file: showPath(conflict.path), kind: conflict.kind }));
    const files = [
      ...named.slice(0, maxNamed).map(({ file, kind }) => `${file} (${kind})`),
      ...(named.length > maxNamed ? [`${named.length - maxNamed} more`] : []),
      ...(named.length === 0 ? notes : []),
    ];
    throw new MakimaError(
      'COMPLETION_CONFLICT',
      `The work conflicts with ${into.branch} of ${job.target.path} in ${files.join(', ')}; nothing was changed`,
      { details: { conflicts: named } },
    );
  }
  const commit = await commitWork(gitDir, tree, [into.commit, work], {
    message: commitMessage(job.task, 'Merge'),
    identity: job.identity,
    signal,
  });
  await keepRef(gitDir, ref, commit, signal);
  return commit;
};

/** The branch in the target repository, and its work in the target branch: both, or neither. */
export const mergeWork = async (context: CompletionContext, job: Job, work: string): Promise<string> => {
  const { target, signal, branch } = job;
  const into = await targetBranch(target, job.order.targetBranch, signal);
  const own = job.worktree.gitDir;
  await bringObjects(target.commonDir, own, [{ ref: `refs/heads/${into.branch}`, commit: into.commit }], { updateShallow: true, signal });
  const isIn = await isAncestor(own, work, into.commit, signal);
  const merged = isIn ? into.commit : await mergeAside(job, into, work);
  const commits = [{ what: 'work' as const, commit: work }];
  await bringWork(job, isIn || merged === work ? commits : [...commits, { what: 'merged', commit: merged }]);
  const advances = [{ branch: into.branch, from: into.commit, to: merged }];
  const checkouts = await moveBranches(context, job, into.branch === branch ? advances : [await advanceOfBranch(job, work), ...advances]);
  const commit = isIn ? await bringingCommit(target.commonDir, work, into.commit, signal) : merged;
  job.outcome.branch = branch;
  job.outcome.commitSha = commit;
  if (isIn) return `${into.branch} of ${target.path} has the work already, since ${commit.slice(0, 12)}`;
  const { stdout } = await git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', into.commit, merged], {
    gitDir: target.commonDir,
    signal,
  });
  const files = stdout.filter((byte) => byte === 0).length;
  return `${branch} is merged into ${into.branch} of ${target.path} as ${merged.slice(0, 12)} (${files} ${files === 1 ? 'file' : 'files'})${andCheckouts(checkouts)}`;
};
