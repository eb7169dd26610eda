import { nameWithoutBranch, pullRequestRef, readExistingBranch } from '../../../domain/names/existing-branch.ts';
import { nameSome } from '../../../domain/names/name-some.ts';
import { remoteSlug, type RemoteSlug, sameRepository } from '../../../domain/names/remote-slug.ts';
import { MakimaError } from '../../../errors.ts';
import { checkBranchName, commitOf, gitErrorKind, redactUrls } from '../../command/index.ts';
import { configOf, findLocalRepository } from '../local-repository.ts';
import { safeOrigin } from '../open-repository.ts';
import type { RepositorySource } from '../repository-source.ts';
import { advertisedBy } from './advertised.ts';

/** A branch that is there, as it was found. */
export interface Found {
  /** What it is called in the source, and will be in the task's worktree. */
  branch: string;
  /** By which it is found again when the task starts: a branch, `origin/…`, or `pull/7/head`. */
  asked: string;
}

const heads = 'refs/heads/';
const ofOrigin = 'origin/';

/**
 * Looks for the branch that a new task is to go on with. Of a source on this machine only its own refs are looked at, unless it is
 * a pull request; of a clone URL, and for a pull request, the server is asked. Nothing is fetched or changed.
 *
 * @param source - of parseRepositoryUrl
 * @param wanted - as the caller gave it
 * @throws MakimaError INVALID_BRANCH, INVALID_REF, BRANCH_NOT_FOUND, INVALID_REPOSITORY; GIT_UNREACHABLE and GIT_AUTHENTICATION
 *   where the server has to be asked
 */
export const findExisting = async (source: RepositorySource, wanted: string, signal?: AbortSignal): Promise<Found> => {
  if (source.kind !== 'local' && source.kind !== 'remote')
    throw new MakimaError(
      'INVALID_BRANCH',
      'What begins empty has no branch to go on with; continueFromTaskId goes on with the work of a task',
    );
  const asked = readExistingBranch(wanted);
  if (asked.kind === 'pull') return findPullRequest(source, asked.number, asked.repository, signal);
  await checkBranchName(wanted);
  const branch = source.kind === 'local' ? await findLocal(source.path, wanted, signal) : await findRemote(source.url, wanted, signal);
  if (branch === null) throw new MakimaError('BRANCH_NOT_FOUND', notFound(source, wanted));
  return { branch, asked: wanted };
};

const notFound = (source: RepositorySource, wanted: string): string =>
  source.kind === 'local'
    ? `${source.path} has no branch ${wanted}, nor has fetched one of its origin; \`git fetch\` there brings what origin has got since`
    : `The repository has no branch ${wanted}`;

/** The source's branch, else origin's of this name, else the one that it calls so with `origin/` before: as a base branch is found. */
const findLocal = async (directory: string, wanted: string, signal?: AbortSignal): Promise<string | null> => {
  const { gitDir } = await findLocalRepository(directory);
  const has = async (ref: string): Promise<boolean> => (await commitOf(gitDir, ref, signal)) !== null;
  if ((await has(heads + wanted)) || (await has(`refs/remotes/${ofOrigin}${wanted}`))) return wanted;
  return wanted.startsWith(ofOrigin) && (await has(`refs/remotes/${wanted}`)) ? wanted.slice(ofOrigin.length) : null;
};

/** A server that cannot be reached is asked again when the task starts, where an earlier copy may do. */
const findRemote = async (url: string, wanted: string, signal?: AbortSignal): Promise<string | null> => {
  const bare = wanted.startsWith(ofOrigin) ? wanted.slice(ofOrigin.length) : wanted;
  try {
    const { refs } = await advertisedBy(url, [heads + wanted, heads + bare], signal);
    return [wanted, bare].find((name) => refs.has(heads + name)) ?? null;
  } catch (error) {
    const kind = gitErrorKind(error);
    if (kind === 'unreachable' || kind === 'timeout') return wanted;
    throw error;
  }
};

/** Where a source's pull requests are. */
const originOf = async (source: RepositorySource & { kind: 'local' | 'remote' }, signal?: AbortSignal): Promise<string> => {
  if (source.kind === 'remote') return source.url;
  const local = await findLocalRepository(source.path);
  const origin = safeOrigin(local, (await configOf(local.commonDir, signal)).get('remote.origin.url'));
  if (origin === undefined) throw new MakimaError('INVALID_BRANCH', `${source.path} has no origin, and so no pull requests`);
  return origin;
};

/**
 * A pull request's branch, by what the server has: the one branch there that is at its commit. Its default branch counts for none, since a
 * pull request that was merged may be where that is.
 */
const findPullRequest = async (
  source: RepositorySource & { kind: 'local' | 'remote' },
  number: number,
  repository: RemoteSlug | null,
  signal?: AbortSignal,
): Promise<Found> => {
  const url = await originOf(source, signal);
  const shown = redactUrls(url);
  const origin = remoteSlug(url);
  if (repository !== null && (origin === null || origin.host !== repository.host || !sameRepository(origin, repository)))
    throw new MakimaError(
      'INVALID_BRANCH',
      `The pull request is one of ${repository.owner}/${repository.repo}, and the origin of the source is ${shown}`,
    );
  const ref = pullRequestRef(number);
  const { head, refs } = await advertisedBy(url, [`${heads}*`, ref], signal);
  const commit = refs.get(ref);
  if (commit === undefined) throw new MakimaError('BRANCH_NOT_FOUND', `${shown} has no pull request ${number}`);
  const branches = [...refs].flatMap(([name, id]) =>
    id === commit && name.startsWith(heads) && name !== heads + (head ?? '') ? [name.slice(heads.length)] : [],
  );
  if (branches.length > 1)
    throw new MakimaError(
      'INVALID_BRANCH',
      `Several branches of ${shown} are at the commit of pull request ${number}: ${nameSome(branches, 10)}. Give the one that is meant by its name`,
    );
  const [branch = nameWithoutBranch(number)] = branches;
  // whatever the server calls it
  await checkBranchName(branch);
  return { branch, asked: `pull/${number}/head` };
};
