/**
 * Small things done to what is makima's own and new, without the thread pool: the kernel does each in memory in some microseconds,
 * where a turn there takes a hundred of two processors. Nothing here waits for anybody: a FIFO is not opened, a file system that
 * makes no directories is not asked again.
 */
import { closeSync, constants, lstatSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs';
import { codeOf, isMissing } from './failure.ts';

/** Whether nothing is at a path, not even a link that leads nowhere. */
export const isFree = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
};

/**
 * Makes a directory in one that is there.
 * @param mode - within the umask
 * @returns false where it was there already
 * @throws the file system's error
 */
export const makeDirectory = (directory: string, mode = 0o777): boolean => {
  try {
    mkdirSync(directory, { mode });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(directory).isDirectory()) return false;
    throw error;
  }
};

/** Makes a file. @throws the file system's error, EEXIST where anything is at the path */
export const writeNew = (file: string, bytes: string | Uint8Array, mode = 0o666): void => {
  writeFileSync(file, bytes, { flag: 'wx', mode });
};

/** Makes a file, or writes over the one that is there. @throws the file system's error, ENXIO where it is a FIFO */
export const writeOver = (file: string, bytes: string | Uint8Array): void => {
  const opened = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK);
  try {
    writeFileSync(opened, bytes);
  } finally {
    closeSync(opened);
  }
};
