import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from './failure.ts';

/** A log that is larger when a daemon starts is put aside, in the place of the one before. */
const maxBytes = 10 * 1024 * 1024;
/** What is shown of a start that failed. */
const tailBytes = 4000;

export const logOf = (home: string): string => join(home, 'daemon.log');

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** With those above it. Node's own way to do so tries for ever where a file system makes none and says that the parent is missing (`/proc`). */
const makeDirectories = (path: string): void => {
  if (isDirectory(path)) return;
  if (!isDirectory(dirname(path))) makeDirectories(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another may have made it in this moment.
    if (!isDirectory(path)) throw error;
  }
};

/**
 * Opens the log of a daemon that is about to be started.
 * @returns its descriptor, and how long the log was before
 * @throws Failure HOME_NOT_USABLE where the home cannot be made or written to
 */
export const openLog = (home: string): { fd: number; from: number } => {
  const path = logOf(home);
  try {
    makeDirectories(home);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > maxBytes) renameSync(path, `${path}.1`);
    const fd = openSync(path, 'a', 0o600);
    return { fd, from: fstatSync(fd).size };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(
      `The home ${home} cannot be used: ${why}. Make it a directory that you can write to, or name another by --home or MAKIMA_HOME.`,
      { code: 'HOME_NOT_USABLE' },
    );
  }
};

/** The last lines that were written since a place in the log. */
export const lastLines = (home: string, from: number): string => {
  const fd = openSync(logOf(home), 'r');
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(from, size - tailBytes);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, start)).trimEnd();
  } finally {
    closeSync(fd);
  }
};
