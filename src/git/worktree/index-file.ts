import { constants } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { temporaryFile, type Worktree } from './worktree.ts';

/** The worktree's index. */
export const indexOf = (worktree: Worktree): string => path.join(worktree.adminDir, 'index');

/**
 * Git takes a file for unchanged if its times are those in the index and older than the index itself. The copy must not be
 * younger than the original, or an edit in the same second as the last `git add` is missed: whole seconds, downwards.
 *
 * @returns false where there is no index
 */
export const copyIndex = async (from: string, to: string): Promise<boolean> => {
  try {
    const { mtimeMs } = await stat(from);
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    const seconds = Math.floor(mtimeMs / 1000);
    await utimes(to, seconds, seconds);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/** Runs a step on a copy of an index, which is removed afterwards unless the step has moved it elsewhere. */
export const withIndexCopy = async <T>(worktree: Worktree, from: string, step: (indexFile: string) => Promise<T>): Promise<T> => {
  const indexFile = await temporaryFile(worktree.gitDir, 'index');
  try {
    await copyIndex(from, indexFile);
    return await step(indexFile);
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
};

/** Puts an index in the place of the worktree's own, within `withIndexLock`. */
export const installIndex = async (worktree: Worktree, indexFile: string): Promise<void> => {
  const file = await open(indexFile, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(indexFile, indexOf(worktree));
};

/**
 * Whether two index files are the same to the byte; one that is missing equals only another that is.
 */
export const sameIndex = async (one: string, other: string): Promise<boolean> => {
  const [first, second] = await Promise.all([bytesOf(one), bytesOf(other)]);
  return first === null || second === null ? first === second : first.equals(second);
};

const bytesOf = async (file: string): Promise<Buffer | null> => {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};
