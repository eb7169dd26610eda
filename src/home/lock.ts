import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

/** Released by the operating system when the process dies, however it dies. */
export interface HomeLock {
  release(): void;
}

/** Another daemon has the home. */
export class HomeInUseError extends Error {
  override readonly name = 'HomeInUseError';
}

/**
 * Makes this the only daemon on its home. Node has no flock; SQLite's own exclusive lock is one, on every platform, and
 * unlike a file with a pid in it cannot go stale.
 * @throws HomeInUseError
 */
export const lockHome = (home: string): HomeLock => {
  const database = new DatabaseSync(join(home, 'lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message))
      throw new HomeInUseError(`Another makima daemon is running on ${home}`, { cause: error });
    throw error;
  }
  return { release: () => database.close() };
};
