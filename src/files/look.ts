import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { isMissing } from './failure.ts';

/** Whether something is at a path, links followed. */
export const isThere = async (file: string): Promise<boolean> => {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/** What is at a path, a link not followed; null where nothing is. */
export const statOf = async (file: string | Buffer): Promise<Stats | null> => {
  try {
    return await lstat(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Whether it is a directory, not a link to one. */
export const isDirectory = async (directory: string): Promise<boolean> => (await statOf(directory))?.isDirectory() ?? false;

/** The names in a directory, links followed; none where it is not there. */
export const namesIn = async (directory: string): Promise<string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};
