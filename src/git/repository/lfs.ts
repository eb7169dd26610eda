import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from '../../files/failure.ts';
import { git } from '../command/index.ts';
import { filtersOf } from './commit-filters.ts';

const entriesOf = async (directory: string): Promise<string[]> => {
  try {
    return (await lstat(directory)).isDirectory() ? await readdir(directory) : [];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

/**
 * Gives a repository the Git LFS objects that another has, so that files that were never pushed can be
 * checked out. Hard links, since an object is named by its content and never changes; copies on another file system.
 */
export const linkLfsObjects = async (sourceDir: string, gitDir: string): Promise<void> => {
  const from = path.join(sourceDir, 'lfs', 'objects');
  const to = path.join(gitDir, 'lfs', 'objects');
  for (const first of await entriesOf(from)) {
    if (!/^[0-9a-f]{2}$/.test(first)) continue;
    for (const second of await entriesOf(path.join(from, first))) {
      if (!/^[0-9a-f]{2}$/.test(second)) continue;
      const have = new Set(await entriesOf(path.join(to, first, second)));
      for (const name of await entriesOf(path.join(from, first, second))) {
        if (!/^[0-9a-f]{64}$/.test(name) || have.has(name)) continue;
        await linkObject(path.join(from, first, second, name), path.join(to, first, second, name));
      }
    }
  }
};

const linkObject = async (from: string, to: string): Promise<void> => {
  if (!(await lstat(from)).isFile()) return;
  await mkdir(path.dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK') throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
};

/**
 * Says what is wrong where a commit uses Git LFS and it is not installed: without its filter git checks out the small
 * pointer files in place of the content, without a word.
 *
 * @returns the warning, null where all is well
 */
export const lfsWarning = async (gitDir: string, commit: string, signal?: AbortSignal): Promise<string | null> => {
  if (!(await filtersOf(gitDir, commit, signal)).some((line) => line.includes('filter=lfs'))) return null;
  if ((await git(['lfs', 'version'], { gitDir, signal, answers: [1, 127] })).exitCode === 0) return null;
  return 'The repository uses Git LFS, which is not installed: its large files are pointers in this worktree. Install git-lfs and run `git lfs install`';
};
