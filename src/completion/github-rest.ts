import { request } from '@octokit/request';
import type { RemoteSlug } from '../domain/names/remote-slug.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { headOwnerOf, type Opened, type PullRequest, type PullRequestServer } from './pull-request-shape.ts';

const timeoutMs = 60_000;
const publicApi = 'https://api.github.com';

export interface RestApi {
  baseUrl: string;
  token: string;
  slug: RemoteSlug;
}

/**
 * GitHub's REST API, where a token is there and the remote is on a server that it is for.
 * @param env - GITHUB_TOKEN, and GITHUB_API_URL for an enterprise server
 * @returns what is missing where it cannot be used, to stand in a sentence
 */
export const restApi = (env: NodeJS.ProcessEnv, slug: RemoteSlug | null): RestApi | { missing: string } => {
  const token = env['GITHUB_TOKEN']?.trim() ?? '';
  const given = env['GITHUB_API_URL']?.trim() ?? '';
  if (token === '') return { missing: 'GITHUB_TOKEN is not set' };
  if (slug === null) return { missing: "origin's URL names no owner and repository" };
  if (given === '' && slug.host !== 'github.com')
    return { missing: `origin is on ${slug.host ?? 'this machine'}, not on github.com, and GITHUB_API_URL is not set` };
  const baseUrl = given === '' ? publicApi : given.replace(/\/+$/, '');
  // a token goes over the network in the clear to nobody but this machine
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (
    url === null ||
    !(url.protocol === 'https:' || (url.protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)))
  )
    return { missing: 'GITHUB_API_URL is no https URL' };
  return { baseUrl, token, slug };
};

const silent = (): void => undefined;

/** A token with two dots is a JSON web token, which GitHub takes by another word. */
const authorization = (token: string): string => {
  const bare = token.replace(/^(?:token|bearer) +/i, '');
  return `${bare.split('.').length === 3 ? 'bearer' : 'token'} ${bare}`;
};

const reasonOf = (error: unknown): string => {
  if (error instanceof Error && 'status' in error && typeof error.status === 'number')
    return `GitHub answered ${error.status}: ${messageOf(error)}`;
  return `GitHub could not be reached: ${messageOf(error)}`;
};

/** GitHub's REST API as the way to a server. */
export const restServer = ({ baseUrl, token, slug }: RestApi, signal: AbortSignal): PullRequestServer => {
  const github = request.defaults({ baseUrl, headers: { 'user-agent': 'makima', authorization: authorization(token) } });
  // what it would log, the deprecation of a call, is nothing to a user
  const bounded = () => ({
    request: {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      log: { debug: silent, info: silent, warn: silent, error: silent },
    },
  });
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      throw new MakimaError('PULL_REQUEST_FAILED', `The pull request was not opened: ${reasonOf(error).replace(/\.$/, '')}`, {
        cause: error,
      });
    }
  };
  const view = async ({ owner, repo }: RemoteSlug) => (await github('GET /repos/{owner}/{repo}', { owner, repo, ...bounded() })).data;
  return {
    parentOf: (repository) =>
      asking(async () => {
        // one that the token may not see has no parent either; the next call says so
        const seen = await view(repository).catch((error: unknown) => {
          if (error instanceof Error && 'status' in error && error.status === 404) return null;
          throw error;
        });
        const parent = seen?.parent;
        return parent === undefined ? null : { host: repository.host, owner: parent.owner.login, repo: parent.name };
      }),
    defaultBranchOf: (repository) => asking(async () => (await view(repository)).default_branch),
    open: (pull) => asking(() => open(github, bounded, slug, pull)),
  };
};

const open = async (
  github: typeof request,
  bounded: () => { request: { signal: AbortSignal } },
  origin: RemoteSlug,
  pull: PullRequest,
): Promise<Opened> => {
  const { title, body, head, base, forkOwner } = pull;
  const headOwner = headOwnerOf(pull);
  const { owner, repo } = pull.into ?? origin;
  const update = async (): Promise<Opened | null> => {
    const { data } = await github('GET /repos/{owner}/{repo}/pulls', {
      owner,
      repo,
      state: 'open',
      head: `${forkOwner ?? owner}:${head}`,
      per_page: 10,
      ...bounded(),
    });
    // a server that does not know the filter answers with all
    const existing = data.find(
      (each) => each.head.ref === head && (headOwner === null || each.head.user?.login.toLowerCase() === headOwner.toLowerCase()),
    );
    if (!existing) return null;
    if (pull.keepsText) return { url: existing.html_url, isNew: false };
    await github('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      owner,
      repo,
      pull_number: existing.number,
      title,
      body,
      base,
      ...bounded(),
    });
    return { url: existing.html_url, isNew: false };
  };
  const updated = await update();
  if (updated !== null) return updated;
  try {
    const { data } = await github('POST /repos/{owner}/{repo}/pulls', {
      owner,
      repo,
      title,
      body,
      head: forkOwner === null ? head : `${forkOwner}:${head}`,
      base,
      ...bounded(),
    });
    return { url: data.html_url, isNew: true };
  } catch (error) {
    // somebody opened it in the moment between
    const raced = /already exists/.test(messageOf(error)) ? await update() : null;
    if (raced !== null) return raced;
    throw error;
  }
};
