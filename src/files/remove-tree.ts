import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from './failure.ts';

/**
 * Removes a directory with everything in it, read-only directories too (Go's module cache is made of them, and a plain `rm`
 * stops there). Links are removed, never followed. Nothing there is no error.
 */
export const removeTree = async (directory: string): Promise<void> => {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw error;
    await makeWritable(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
};

const makeWritable = async (directory: string): Promise<void> => {
  try {
    if (!(await lstat(directory)).isDirectory()) return;
    await chmod(directory, 0o700);
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await makeWritable(path.join(directory, entry.name));
    }
  } catch (error) {
    // a process that is just ending may remove files as we do
    if (!isMissing(error)) throw error;
  }
};
