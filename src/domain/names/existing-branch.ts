import type { RemoteSlug } from './remote-slug.ts';

/** What a task is to go on with: a branch of its source, or a pull request at the source's origin. */
export type ExistingBranch =
  | { kind: 'branch'; name: string }
  /** `repository` is what an address names, null where the number alone was given. */
  | { kind: 'pull'; number: number; repository: RemoteSlug | null };

const pullRef = /^(?:#|(?:refs\/)?pull\/)([1-9]\d{0,8})(?:\/head)?$/;
const pullAddress = /^https?:\/\/([^/@\s]+)\/([\w.-]+)\/([\w.-]+)\/pull\/([1-9]\d{0,8})(?:[/?#].*)?$/i;

/**
 * Reads what `branch` of a new task says: `#7`, `pull/7`, `pull/7/head` and a pull request's address are pull requests, as GitHub
 * names their refs; everything else is the name of a branch.
 */
export const readExistingBranch = (text: string): ExistingBranch => {
  const number = pullRef.exec(text)?.[1];
  if (number !== undefined) return { kind: 'pull', number: Number(number), repository: null };
  const [, host, owner, repo, ofAddress] = pullAddress.exec(text) ?? [];
  if (host !== undefined && owner !== undefined && repo !== undefined && ofAddress !== undefined)
    return { kind: 'pull', number: Number(ofAddress), repository: { host: host.replace(/:\d+$/, '').toLowerCase(), owner, repo } };
  return { kind: 'branch', name: text };
};

/** Where a server that has pull requests as GitHub has them keeps the commit of one. */
export const pullRequestRef = (number: number): string => `refs/pull/${number}/head`;

/** What the branch of a pull request is called here whose own is not in origin: it is in somebody's fork, or was deleted. */
export const nameWithoutBranch = (number: number): string => `pull/${number}`;

/**
 * Whether a task goes on with a pull request whose branch is not in origin, so that nothing that is pushed there can reach it.
 * @param task - `continuesBranch`: what it was asked to go on with; `branch`: what that was found to be
 */
export const isOutOfReach = ({ continuesBranch, branch }: { continuesBranch: string | null; branch: string | null }): boolean => {
  if (continuesBranch === null) return false;
  const asked = readExistingBranch(continuesBranch);
  return asked.kind === 'pull' && branch === nameWithoutBranch(asked.number);
};
