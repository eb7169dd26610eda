import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MakimaError } from '../errors.ts';
import { codeOf } from './failure.ts';

const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/**
 * Writes a file so that it is there as a whole or not at all, also after a power cut, once this returns.
 * @throws MakimaError DISK_FULL
 */
export const storeDurably = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') {
      throw new MakimaError('DISK_FULL', `There is no space left to write ${path}`, { cause: error });
    }
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
};
