import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MakimaError } from '../../errors.ts';
import { isMissing } from '../../files/failure.ts';
import { findLocalRepository } from './local-repository.ts';
import { repositoryName, type RepositorySource } from './repository-source.ts';

/** The path of a `file:` URL of this machine; null of any other. */
const pathOfUrl = (url: string): string | null => {
  if (!/^file:/i.test(url)) return null;
  try {
    return fileURLToPath(url);
  } catch {
    // It names another host, or is no path.
    return null;
  }
};

/** The repository at a path, whichever of its worktrees that is; where there is none any more, the path with links resolved. */
const localIdentity = async (given: string): Promise<string> => {
  try {
    return await realpath((await findLocalRepository(given)).commonDir);
  } catch (error) {
    if (!(error instanceof MakimaError && error.code === 'INVALID_REPOSITORY') && !isMissing(error)) throw error;
  }
  try {
    return await realpath(given);
  } catch (error) {
    if (isMissing(error)) return given;
    throw error;
  }
};

/**
 * What is the same of two tasks exactly where they work on one repository, however each has spelled it: `~/x` and `/home/u/x`, a slash at the
 * end, a link, a linked worktree, a `file:` URL.
 * @param taskId - what begins empty for one task is no other's
 */
export const sourceIdentity = async (source: RepositorySource, taskId: string): Promise<string> => {
  const local = source.kind === 'local' ? source.path : source.kind === 'remote' ? pathOfUrl(source.url) : null;
  return local === null ? repositoryName(source, taskId) : localIdentity(local);
};
