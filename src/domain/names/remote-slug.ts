/** A repository on a server, as its remote's URL names it. */
export interface RemoteSlug {
  /** In lower case, without a port; null for a path on this machine. */
  host: string | null;
  owner: string;
  repo: string;
}

/** Whether two name the same repository of a server, which does not tell cases apart. */
export const sameRepository = (one: Pick<RemoteSlug, 'owner' | 'repo'>, other: Pick<RemoteSlug, 'owner' | 'repo'>): boolean =>
  one.owner.toLowerCase() === other.owner.toLowerCase() && one.repo.toLowerCase() === other.repo.toLowerCase();

/** Reads `https://host/owner/repo.git`, `ssh://…`, `git@host:owner/repo` and paths; null where two parts are not there. */
export const remoteSlug = (url: string): RemoteSlug | null => {
  const [, authority, urlPath] = /^[a-z][a-z0-9+.-]*:\/\/([^/]*)\/(.*)$/i.exec(url) ?? [];
  const [, scpHost, scpPath] = /^(?:[^@/:\s]+@)?([^@/:\s]+):(?!\/\/)(.+)$/.exec(url) ?? [];
  const host = authority ?? scpHost ?? '';
  const parts = (urlPath ?? scpPath ?? url)
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter((part) => part !== '');
  const [owner, repo] = parts.slice(-2);
  if (owner === undefined || repo === undefined || !/^[\w.-]+$/.test(owner) || !/^[\w.-]+$/.test(repo)) return null;
  const name = host
    .slice(host.lastIndexOf('@') + 1)
    .replace(/:\d+$/, '')
    .toLowerCase();
  // GitHub's own second name, for networks that let port 22 through to nobody
  return { host: name === '' ? null : name.replace(/^ssh\.github\.com$/, 'github.com'), owner, repo };
};
