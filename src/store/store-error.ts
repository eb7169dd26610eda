import { MakimaError, messageOf } from '../errors.ts';

/** The database cannot be used at all, so that the daemon cannot start. The message says why and what to do. */
export class StoreUnusableError extends Error {
  override readonly name = 'StoreUnusableError';
  readonly reason: 'newer' | 'damaged' | 'inaccessible';

  /** @param why - goes on after "The database <file> cannot be used: ", without a full stop */
  constructor(reason: 'newer' | 'damaged' | 'inaccessible', file: string, why: string, options?: { cause: unknown }) {
    super(`The database ${file} cannot be used: ${why}.`, options);
    this.reason = reason;
  }
}

/** What a database's own error means, in words that hold for every database. */
export type Failure = 'disk-full' | 'damaged' | 'inaccessible' | 'no-such-owner';

/** The failure of a call, as its caller meets it; anything unknown stays as it is. */
export const callError = (thrown: unknown, failure: Failure | null): unknown => {
  if (failure === 'disk-full')
    return new MakimaError('DISK_FULL', `The database could not be written (${messageOf(thrown)})`, { cause: thrown });
  // A row refers to nothing but tasks, so what is missing is the task.
  if (failure === 'no-such-owner') return new MakimaError('TASK_NOT_FOUND', undefined, { cause: thrown });
  if (failure === 'damaged') return new MakimaError('INTERNAL', `The database is damaged (${messageOf(thrown)})`, { cause: thrown });
  return thrown;
};

/** The failure of the start; a full disk stays a MakimaError DISK_FULL. */
export const openError = (thrown: unknown, failure: Failure | null, file: string): unknown => {
  if (failure === 'damaged') {
    const why = `it is damaged or no database (${messageOf(thrown)}). Move it away, together with its -wal and -shm files, to start with an empty one; the worktrees stay where they are`;
    return new StoreUnusableError('damaged', file, why, { cause: thrown });
  }
  if (failure === 'inaccessible') {
    return new StoreUnusableError(
      'inaccessible',
      file,
      `${messageOf(thrown)}. Check that this user may write it and its directory, and that no other program holds it`,
      { cause: thrown },
    );
  }
  return callError(thrown, failure);
};
