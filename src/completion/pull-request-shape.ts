import type { RemoteSlug } from './remote-slug.ts';

/** What a pull request is to be. */
export interface PullRequest {
  title: string;
  body: string;
  /** The branch it is from, and the one it is for. */
  head: string;
  base: string;
  /** Null where the remote's URL names no repository that could be on a server. */
  slug: RemoteSlug | null;
}

/** How it went: an open one for the branch is updated, never doubled. */
export interface Opened {
  url: string;
  isNew: boolean;
}
