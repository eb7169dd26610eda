import { existsSync } from 'node:fs';
import { openPlain, sqliteFailure, type PlainDatabase } from './sqlite.ts';
import { openError } from './store-error.ts';

/** What a state file tells of the home it belongs to. */
export interface HomeEvidence {
  daemonId: string | null;
  /** Absolute paths of things directly below `repositories` and `runs`. */
  paths: string[];
}

/**
 * Looks for a home that does not say which it is. A file that is new, damaged or not there tells nothing: whoever opens it
 * next says so, and begins a new one.
 * @throws StoreUnusableError where it cannot be reached
 */
export const readHomeEvidence = (file: string): HomeEvidence => {
  if (!existsSync(file)) return { daemonId: null, paths: [] };
  let database: PlainDatabase | null = null;
  try {
    database = openPlain(file);
    const paths = database.texts('select distinct repositoryDir from worktrees union select directory from runs');
    return { daemonId: database.texts("select value from meta where key = 'daemonId'")[0] ?? null, paths };
  } catch (error) {
    const failure = sqliteFailure(error);
    if (failure !== null && failure !== 'damaged') throw openError(error, failure, file);
    return { daemonId: null, paths: [] };
  } finally {
    database?.close();
  }
};
