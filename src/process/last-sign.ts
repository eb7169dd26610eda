import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { exitFile, runPaths } from './run-directory.ts';

/** When the agent of a run that is over ended, or at the least wrote last, which may have been while no daemon looked; null where nothing tells. */
export const lastSign = (directory: string): Date | null => {
  for (const path of [join(directory, exitFile), runPaths(directory).out]) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined) return found.mtime;
  }
  return null;
};
