import type { RepositorySource } from './repository-source.ts';
import type { SourceFacts } from './source-facts.ts';

/** What tasks start from: a source as it was last fetched. The user's own repository is never written to. */
export interface Repository {
  kind: RepositorySource['kind'];
  /** Names the source, for ever and no other. */
  name: string;
  /** The bare repository under makima's home that has the source's objects; null for one that makima makes. No agent works in it. */
  cacheDir: string | null;
  /** The user's checkout or bare repository on this machine, null where there is none. */
  sourcePath: string | null;
  /** What the source is called: the URL, or the path on this machine; null for a repository that makima made. */
  origin: string | null;
  /** Its branches, tags and settings. */
  facts: SourceFacts;
  /** What the user should know, such as a remote that could not be reached. */
  warnings: string[];
  /** Which hooks of the source an agent's commits do not run, in a sentence; null where it has none. */
  hooksNotRun: string | null;
}

export const makimaIdentity: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'makima',
  GIT_AUTHOR_EMAIL: 'makima@localhost',
  GIT_COMMITTER_NAME: 'makima',
  GIT_COMMITTER_EMAIL: 'makima@localhost',
};
