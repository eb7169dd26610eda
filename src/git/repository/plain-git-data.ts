import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { isMissing } from '../../files/failure.ts';

/** What of a git directory git and makima read and write, as far as one entry of it can lead somewhere else. */
const looked = ['', 'info', 'logs', 'logs/refs', 'objects', 'objects/info', 'refs', 'refs/makima', 'refs/makima/kept', 'worktrees'];
/** Nothing of makima's runs hooks; git's older form of a HEAD is a link, of which only the name counts. */
const mayBeLink: ReadonlySet<string> = new Set(['hooks', 'HEAD']);

/** Holds one directory of git data to that, what is below it apart. @throws MakimaError GIT_FAILED */
export const requirePlain = async (directory: string): Promise<void> => {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries) {
    const isElsewhere = entry.isSymbolicLink() && !mayBeLink.has(entry.name);
    if (!isElsewhere && !entry.isFIFO() && !entry.isCharacterDevice() && !entry.isBlockDevice()) continue;
    throw new MakimaError(
      'GIT_FAILED',
      `${path.join(directory, entry.name)} is ${isElsewhere ? 'a link' : 'a FIFO or device'}, which git never makes there; put back what was there`,
    );
  }
};

/**
 * Holds a worktree's git data to being files and directories, before anything is read of it or written there: by a link that an
 * agent put in their place (`refs` of the user's repository) a ref of makima's would land there, and git waits for a FIFO until its
 * time is up.
 *
 * @param adminDirs - of worktrees in it
 * @throws MakimaError GIT_FAILED
 */
export const requirePlainGitData = async (gitDir: string, ...adminDirs: readonly string[]): Promise<void> => {
  await Promise.all([...looked.map((name) => path.join(gitDir, name)), ...adminDirs].map(requirePlain));
};
