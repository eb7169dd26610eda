import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { isThere } from '../../files/look.ts';

/**
 * Puts a task's git directory where it outlives the task, with everything that its agent made: commits, branches, stashes. A
 * rename; nothing there is no error. An older one of the same name goes on under another.
 *
 * @param keptDir - the directory of all that are kept, on the disk of the git directory
 */
export const keepRepository = async (gitDir: string, keptDir: string): Promise<void> => {
  const kept = path.join(keptDir, path.basename(gitDir));
  await mkdir(keptDir, { recursive: true, mode: 0o700 });
  if (!(await isThere(gitDir))) return;
  await clearWork(gitDir);
  if (await isThere(kept)) await rename(kept, kept.replace(/(?:\.git)?$/, `.${crypto.randomUUID()}.git`));
  await rename(gitDir, kept).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  // what a look that was under way has put there meanwhile; from here on nobody finds the way
  await clearWork(kept);
};

/** What is needed while somebody works in it only. */
const clearWork = async (gitDir: string): Promise<void> => {
  for (const name of ['makima-tmp', 'makima-look']) await rm(path.join(gitDir, name), { recursive: true, force: true });
};

/** Takes it back from there. @returns false where it is not kept */
export const takeBackRepository = async (gitDir: string, keptDir: string): Promise<boolean> => {
  try {
    await rename(path.join(keptDir, path.basename(gitDir)), gitDir);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};
