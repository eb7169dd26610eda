import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { busyTimeoutMs, sqliteFailure } from './sqlite.ts';
import { openError } from './store-error.ts';

/** What a state file tells of the home it belongs to. */
export interface HomeEvidence {
  daemonId: string | null;
  /** Absolute paths of things directly below `repositories` and `runs`. */
  paths: string[];
}

const textsOf = (database: DatabaseSync, query: string): string[] =>
  database.prepare(query).all().flatMap((row) => Object.values(row)).filter((value) => typeof value === 'string');

/**
 * Looks for a home that does not say which it is. A file that is new, damaged or not there tells nothing: whoever opens it
 * next says so, and begins a new one.
 * @throws StoreUnusableError where it cannot be reached
 */
export const readHomeEvidence = (file: string): HomeEvidence => {
  if (!existsSync(file)) return { daemonId: null, paths: [] };
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    const paths = textsOf(database, 'select distinct repositoryDir from worktrees union select directory from runs');
    return { daemonId: textsOf(database, "select value from meta where key = 'daemonId'")[0] ?? null, paths };
  } catch (error) {
    const failure = sqliteFailure(error);
    if (failure !== null && failure !== 'damaged') throw openError(error, failure, file);
    return { daemonId: null, paths: [] };
  } finally {
    database?.close();
  }
};
