import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './failure.ts';

const makeOne = async (directory: string, mode: number): Promise<boolean> => {
  try {
    await mkdir(directory, { mode });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(directory)).isDirectory()) return false;
    throw error;
  }
};

/**
 * Makes a directory with those above it, as `mkdir` with `recursive` does where a file system makes any; in one that makes none and
 * says that the parent is missing (`/proc`), Node 24 tries for ever there and takes one of the few threads that all file work has.
 *
 * @param mode - of those that are made, within the umask
 * @returns the first that was made, undefined where all were there
 * @throws the file system's error
 */
export const makeDirectories = async (directory: string, mode = 0o777): Promise<string | undefined> => {
  try {
    return (await makeOne(directory, mode)) ? directory : undefined;
  } catch (error) {
    const above = path.dirname(directory);
    if (codeOf(error) !== 'ENOENT' || above === directory) throw error;
    const first = await makeDirectories(above, mode);
    return (await makeOne(directory, mode)) ? (first ?? directory) : first;
  }
};
