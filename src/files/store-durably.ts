import { randomUUID } from 'node:crypto';
import { closeSync, fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MakimaError } from '../errors.ts';
import { isFull } from './failure.ts';

const sync = (file: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fsync(file, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });

/**
 * Makes a file and writes it, and waits until its bytes are on the disk. Only that wait goes through the thread pool: the rest is
 * memory, and takes less time than one turn there.
 * @throws the system's error, EEXIST where something is at the path
 */
export const writeSynced = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, bytes);
    await sync(file);
  } finally {
    closeSync(file);
  }
};

const syncDirectory = async (path: string): Promise<void> => {
  const directory = openSync(path, 'r');
  try {
    await sync(directory);
  } finally {
    closeSync(directory);
  }
};

/**
 * Writes a file so that it is there as a whole or not at all, also after a power cut, once this returns.
 * @throws MakimaError DISK_FULL
 */
export const storeDurably = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeSynced(temporary, bytes);
    renameSync(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    if (isFull(error)) {
      throw new MakimaError('DISK_FULL', `There is no space left to write ${path}`, { cause: error });
    }
    throw error;
  }
};
