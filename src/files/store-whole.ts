import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFull } from './failure.ts';
import { MakimaError } from '../errors.ts';

/**
 * Writes a file so that it is there as a whole or not at all, however this process dies. After a power cut it may be missing or
 * empty: for what means nothing then, such as the files of an agent, which the cut has ended. No sync, and no turn of the
 * thread pool, makes it twenty times as cheap as storeDurably.
 * @throws MakimaError DISK_FULL
 */
export const storeWhole = (path: string, bytes: string | Uint8Array): void => {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (isFull(error)) throw new MakimaError('DISK_FULL', `There is no space left to write ${path}`, { cause: error });
    throw error;
  }
};
