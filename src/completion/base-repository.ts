import { remoteSlug, type RemoteSlug, sameRepository } from '../domain/names/remote-slug.ts';
import type { Remote } from '../git/delivery/index.ts';
import type { PullRequestServer } from './pull-request-shape.ts';

/**
 * What gh has noted of the user's choice (`gh repo set-default`): `base` at the remote that pull requests go to, or
 * `owner/repo` where that is no remote.
 */
const chosen = ({ url, ghResolved }: Remote): RemoteSlug | null => {
  if (ghResolved === null || url === null) return null;
  const remote = remoteSlug(url);
  if (ghResolved === 'base' || remote === null) return remote;
  const named = remoteSlug(ghResolved);
  return named === null ? null : { ...named, host: remote.host };
};

/**
 * The repository that a pull request from a branch in origin is for: what the user has chosen with gh, else the remote
 * `upstream`, else what the server says that origin is a fork of, else origin itself. The first three count where they are on
 * origin's server.
 *
 * @throws MakimaError PULL_REQUEST_FAILED where the server cannot be asked
 */
export const baseRepository = async (origin: RemoteSlug, remotes: readonly Remote[], server: PullRequestServer): Promise<RemoteSlug> => {
  const upstream = remotes.find(({ name }) => name === 'upstream')?.url ?? null;
  const candidates = [...remotes.map(chosen), upstream === null ? null : remoteSlug(upstream)];
  const base = candidates.find((each) => each !== null && each.host === origin.host) ?? (await server.parentOf(origin));
  return base === null || sameRepository(base, origin) ? origin : base;
};
