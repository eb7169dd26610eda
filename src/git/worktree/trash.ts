import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { removeTree } from '../../files/remove-tree.ts';

/** Where the worktrees of one directory are put aside: beside them, so on their disk. */
export const trashOf = (worktreesDirectory: string): string => path.join(worktreesDirectory, '.trash');

/**
 * Puts a directory aside, to be removed when there is time: a rename, however large it is. Nothing there is no error.
 * @param trash - on the disk of the directory
 */
export const putAside = async (directory: string, trash: string): Promise<void> => {
  await mkdir(trash, { recursive: true, mode: 0o700 });
  try {
    await rename(directory, path.join(trash, `${path.basename(directory)}-${crypto.randomUUID()}`));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
};

/** Removes what was put aside, now or by a daemon that did not come to it. */
export const emptyTrash = async (trash: string): Promise<void> => {
  let names: string[];
  try {
    names = await readdir(trash);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  for (const name of names) await removeTree(path.join(trash, name));
};
