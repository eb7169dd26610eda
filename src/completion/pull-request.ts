import { MakimaError } from '../errors.ts';
import { originUrl, pushBranch } from '../git/push-branch.ts';
import { baseBranchName } from '../git/target-repository.ts';
import type { CompletionContext } from './context.ts';
import { pullRequestText } from './describe-work.ts';
import { signedInGh, withGh } from './gh.ts';
import { restApi, withRest } from './github-rest.ts';
import type { Job } from './job.ts';
import { publishBranch } from './publish-branch.ts';
import type { Opened, PullRequest } from './pull-request-shape.ts';
import { remoteSlug } from './remote-slug.ts';

/** The branch, pushed to origin, and a pull request for it. */
export const openPullRequest = async (context: CompletionContext, job: Job, work: string): Promise<string> => {
  const { target, branch, signal, task, order } = job;
  if (work === job.worktree.baseCommit) throw new MakimaError('COMPLETION_FAILED', 'The task changed nothing: there is nothing to open a pull request with');
  const base = await baseBranchName(target, order.targetBranch, signal);
  const published = await publishBranch(context, job, work);
  await pushBranch(target, branch, published.tip, signal);
  context.reached('branch pushed');
  const url = await originUrl(target, signal);
  const pull: PullRequest = { ...pullRequestText(task, await context.store.listChildren(task.id)), head: branch, base, slug: url === null ? null : remoteSlug(url) };
  const opened = await open(context, job, pull);
  job.outcome.prUrl = opened.url;
  return `${opened.isNew ? 'Opened' : 'Updated'} the pull request ${opened.url} from ${branch} into ${base}`;
};

const open = async (context: CompletionContext, job: Job, pull: PullRequest): Promise<Opened> => {
  const gh = await signedInGh(context.inheritedEnv, pull.slug, job.target.path, job.signal);
  if (gh !== null) return withGh(gh, pull, job.target.path, job.signal);
  const api = restApi(context.inheritedEnv, pull.slug);
  if ('missing' in api) throw new MakimaError('PULL_REQUEST_UNAVAILABLE', `${job.branch} is pushed to origin, but no pull request was opened: gh is not installed or not signed in, and ${api.missing}`);
  return withRest(api, pull, job.signal);
};
