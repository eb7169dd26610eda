import type { RepositorySource } from './repository-source.ts';

/** A private bare repository of which worktrees are made. The user's own repository is never written to. */
export interface Repository {
  kind: RepositorySource['kind'];
  /** The bare repository under makima's home. */
  gitDir: string;
  /** The user's checkout or bare repository on this machine, null where there is none. */
  sourcePath: string | null;
  /** What the source is called: the URL, or the path on this machine; null for a repository that makima made. */
  origin: string | null;
  /** What the user should know, such as a remote that could not be reached. */
  warnings: string[];
}

/** Refs of the private repository that are makima's own. Those under `source/` mirror the source as it was last fetched. */
export const sourceHeads = 'refs/makima/source/heads/';
export const sourceTags = 'refs/makima/source/tags/';
export const sourceHead = 'refs/makima/source/HEAD';
/** Symbolic: the branch that the source's HEAD names. */
export const sourceHeadBranch = 'refs/makima/source-head';
/** Symbolic: the branch that the source's own origin/HEAD names, of a local source. */
export const sourceOriginBranch = 'refs/makima/source-origin-head';
export const keptRefs = 'refs/makima/kept/';

export const makimaIdentity: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'makima',
  GIT_AUTHOR_EMAIL: 'makima@localhost',
  GIT_COMMITTER_NAME: 'makima',
  GIT_COMMITTER_EMAIL: 'makima@localhost',
};
