import type { RemoteSlug } from '../domain/names/remote-slug.ts';

/** What a pull request is to be. */
export interface PullRequest {
  title: string;
  body: string;
  /** The branch it is from, and the one it is for. */
  head: string;
  base: string;
  /** The repository it is opened in; null where the remote's URL names none that could be on a server. */
  into: RemoteSlug | null;
  /** Who owns the fork that the branch is in; null where that is in `into` itself. */
  forkOwner: string | null;
  /** An open one is somebody's, whose words and base stay. */
  keepsText: boolean;
}

/**
 * Whose branch the open pull request must be from, null where its name tells enough: makima's own have a task's id in them, what people
 * call their branches others have in their forks too.
 */
export const headOwnerOf = ({ forkOwner, into, keepsText }: PullRequest): string | null =>
  forkOwner ?? (keepsText ? (into?.owner ?? null) : null);

/** How it went: an open one for the branch is updated, never doubled. */
export interface Opened {
  url: string;
  isNew: boolean;
}

/** A server, by whatever way it is reached. @throws MakimaError PULL_REQUEST_FAILED, by each of them */
export interface PullRequestServer {
  /** What the repository is a fork of, null where it is none. */
  parentOf: (repository: RemoteSlug) => Promise<RemoteSlug | null>;
  defaultBranchOf: (repository: RemoteSlug) => Promise<string>;
  /** Opens a pull request, or updates the open one of the branch. */
  open: (pull: PullRequest) => Promise<Opened>;
}
