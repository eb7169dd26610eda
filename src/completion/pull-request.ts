import { isOutOfReach } from '../domain/names/existing-branch.ts';
import { remoteSlug, type RemoteSlug } from '../domain/names/remote-slug.ts';
import { MakimaError } from '../errors.ts';
import { baseBranchName, originUrl, pushBranch, remotesOf, requireForward } from '../git/delivery/index.ts';
import { baseRepository } from './base-repository.ts';
import type { CompletionContext } from './context.ts';
import { pullRequestText } from './describe-work.ts';
import { ghServer, signedInGh } from './gh.ts';
import { restApi, restServer } from './github-rest.ts';
import type { Job } from './job.ts';
import { advanceOfBranch, bringWork, publishBranch } from './publish-branch.ts';
import type { PullRequestServer } from './pull-request-shape.ts';

/**
 * The branch, pushed to origin, and a pull request for it. One that was there before the task is pushed to as it is, where its origin has
 * nothing else, and its open pull request keeps its own words.
 */
export const openPullRequest = async (context: CompletionContext, job: Job, work: string): Promise<string> => {
  const { target, branch, signal, task, order } = job;
  if (work === job.worktree.baseCommit)
    throw new MakimaError('COMPLETION_FAILED', 'The task changed nothing: there is nothing to open a pull request with');
  const base = await baseBranchName(target, order.targetBranch, signal);
  const isOthers = task.continuesBranch !== null;
  if (isOutOfReach(task))
    throw new MakimaError(
      'COMPLETION_FAILED',
      `The branch of ${String(task.continuesBranch)} is not in origin but in somebody's fork, or is deleted; action branch or merge brings the work out`,
    );
  if (isOthers && base === branch)
    throw new MakimaError(
      'COMPLETION_FAILED',
      `${branch} is itself the branch that the pull request would be for: give another targetBranch`,
    );
  if (isOthers) {
    await bringWork(job, [{ what: 'work', commit: work }]);
    await requireForward(target, branch, (await advanceOfBranch(job, work)).to, signal);
  }
  const published = await publishBranch(context, job, work);
  await pushBranch(target, branch, published.tip, signal);
  context.reached('branch pushed');
  const url = await originUrl(target, signal);
  const origin = url === null ? null : remoteSlug(url);
  const server = await serverOf(context, job, origin);
  const into = origin === null || origin.host === null ? origin : await baseRepository(origin, await remotesOf(target, signal), server);
  const isFork = origin !== null && into !== origin;
  const baseOfFork = isFork && into !== null && order.targetBranch === null ? await server.defaultBranchOf(into) : base;
  const text = pullRequestText(task, await context.store.listChildren(task.id), await context.store.listIntegrations(task.id));
  const opened = await server.open({
    ...text,
    head: branch,
    base: baseOfFork,
    into,
    forkOwner: isFork ? origin.owner : null,
    keepsText: isOthers,
  });
  job.outcome.prUrl = opened.url;
  const where = isFork && into !== null ? ` of ${into.owner}/${into.repo}, of which origin is a fork` : '';
  if (isOthers && !opened.isNew) return `Pushed ${branch} to origin, and so to its pull request ${opened.url}`;
  return `${opened.isNew ? 'Opened' : 'Updated'} the pull request ${opened.url} from ${branch} into ${baseOfFork}${where}`;
};

const serverOf = async (context: CompletionContext, job: Job, origin: RemoteSlug | null): Promise<PullRequestServer> => {
  const gh = await signedInGh(context.inheritedEnv, origin, job.target.path, job.signal);
  if (gh !== null) return ghServer(gh, job.target.path, job.signal);
  const api = restApi(context.inheritedEnv, origin);
  if ('missing' in api)
    throw new MakimaError(
      'PULL_REQUEST_UNAVAILABLE',
      `${job.branch} is pushed to origin, but no pull request was opened: gh is not installed or not signed in, and ${api.missing}`,
    );
  return restServer(api, job.signal);
};
