import { pullRequestRef, readExistingBranch } from '../../../domain/names/existing-branch.ts';
import { MakimaError } from '../../../errors.ts';
import { commitOf, git, gitErrorKind, isAncestor, redactUrls, remoteAccess, whileLocked } from '../../command/index.ts';
import { type Base, resolveBase } from '../default-branch.ts';
import type { Repository } from '../repository.ts';

/** Where a cache keeps the pull requests that tasks began with. */
const pulls = 'refs/makima/pulls/';

/**
 * Where the branch stands that a task is to go on with: what the source has by now, of a pull request what its server has, which is
 * fetched into the cache.
 *
 * @param asked - of findExisting, as was stored with the task
 * @param branch - what it is called
 * @throws MakimaError BRANCH_NOT_FOUND, GIT_UNREACHABLE, GIT_AUTHENTICATION, DISK_FULL, GIT_FAILED
 */
export const openExisting = async (repository: Repository, asked: string, branch: string, signal?: AbortSignal): Promise<Base> => {
  const existing = readExistingBranch(asked);
  if (existing.kind === 'branch') return { ...(await resolveBase(repository, asked)), local: branch };
  return { branch: asked, local: branch, commit: await fetchPullRequest(repository, existing.number, signal) };
};

const fetchPullRequest = async ({ facts, cacheDir, origin }: Repository, number: number, signal?: AbortSignal): Promise<string> => {
  const url = facts.settings.find(([key]) => key === 'remote.origin.url')?.[1];
  const missing = new MakimaError(
    'BRANCH_NOT_FOUND',
    `${redactUrls(url ?? origin ?? 'The repository')} has no pull request ${number} (any more)`,
  );
  if (cacheDir === null || url === undefined) throw missing;
  const ref = `${pulls}${number}`;
  const { options, remote } = await remoteAccess(cacheDir, url, signal);
  const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow', '--no-auto-gc'];
  const args = ['fetch', ...flags, '--upload-pack=git-upload-pack', remote, `+${pullRequestRef(number)}:${ref}`];
  try {
    await whileLocked(() => git(args, { gitDir: cacheDir, signal, remote: true, ...options }), signal);
  } catch (error) {
    if (gitErrorKind(error) === 'bad-ref') throw missing;
    throw error;
  }
  const commit = await commitOf(cacheDir, ref, signal);
  if (commit === null) throw missing;
  return commit;
};

/**
 * Says where the source's own branch of the name has commits that the task does not begin with, so that a completion could not bring
 * it forward.
 * @returns one sentence without its full stop; null where it has none
 */
export const divergedBranch = async (
  { facts, cacheDir, sourcePath }: Repository,
  { local, commit }: Base,
  signal?: AbortSignal,
): Promise<string | null> => {
  const own = local === null ? undefined : facts.branches.get(local);
  if (own === undefined || own === commit || cacheDir === null || sourcePath === null || local === null) return null;
  if (await isAncestor(cacheDir, own, commit, signal)) return null;
  return `${local} of ${sourcePath} is at ${own.slice(0, 12)}, with commits that this task does not begin with, so its completion cannot bring that branch forward. Push or merge them first, or give branch "${local}", to begin with them`;
};

/**
 * Says where a branch has gone on since a task began with it, of a source on this machine.
 * @param has - the commits that the task has of it: its worktree's HEAD, what was brought out
 * @param gitDir - the task's repository
 * @returns one sentence without its full stop; null where it has not
 */
export const movedBranch = async (
  source: { path: string; commonDir: string },
  branch: string,
  { gitDir, has }: { gitDir: string; has: readonly string[] },
  signal?: AbortSignal,
): Promise<string | null> => {
  const tip = await commitOf(source.commonDir, `refs/heads/${branch}`, signal);
  if (tip === null || has.includes(tip)) return null;
  for (const commit of has) if (await isAncestor(gitDir, tip, commit, signal)) return null;
  return `${branch} of ${source.path} is at ${tip.slice(0, 12)}, with commits that this task's worktree has not. Its completion cannot bring that branch forward, unless the agent merges them (\`git pull --no-rebase ${source.path} ${branch}\`, where it may read that); action merge with targetBranch "${branch}" merges the work into it`;
};
