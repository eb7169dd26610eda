/** The one file that knows SQLite: how it is opened, spoken to by Kysely, and what its errors mean. */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteAdapter, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { Remembered } from '../domain/remembered.ts';
import type { Identity } from './first-migrations.ts';
import type { Failure } from './store-error.ts';

/** How long a statement waits where another program, a backup say, holds the file. It blocks the process. */
const busyTimeoutMs = 5000;
/** The log is cut back to this after a checkpoint, so that one large burst does not hold the disk for ever. */
const walLimitBytes = 64 * 1024 * 1024;

export const inMemory = ':memory:';

/** SQLite's own code for a damaged file, also of damage that only a look at every page finds. */
const corrupt = 11;

/** Damage is found now and not by some request in a week: 0.6 ms a megabyte, measured on 42 MB. */
const assertWhole = (database: DatabaseSync): void => {
  const found = database.prepare('pragma quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: corrupt });
};

/**
 * Opens or makes the database file, readable by its owner alone (plans hold what plans hold; SQLite gives the
 * -wal and -shm files the same mode).
 *
 * synchronous=FULL: an acknowledged write is on the disk, so a power loss takes nothing. It costs an fsync a
 * transaction: 0.3 ms in the median against 0.03 ms with NORMAL (which outlives kill -9 only), measured on
 * ext4 over 1000 transactions. A task makes some ten of them in its life.
 */
export const openSqlite = (file: string): DatabaseSync => {
  if (file !== inMemory) closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    assertWhole(database);
    database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = ${walLimitBytes}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** A database file that is only looked at, before it is known whose it is. */
export interface PlainDatabase {
  /** Every text in the rows of a query. */
  texts(query: string): string[];
  close(): void;
}

/** Opens a file as it is: nothing is set, migrated or checked. */
export const openPlain = (file: string): PlainDatabase => {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  return {
    texts: (query) =>
      database
        .prepare(query)
        .all()
        .flatMap((row) => Object.values(row))
        .filter((value) => typeof value === 'string'),
    close: () => database.close(),
  };
};

const bindable = (value: unknown): SQLInputValue => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value;
  throw new TypeError(`A ${typeof value} cannot be stored in a column`);
};

const kyselyStatement = (statement: StatementSync): SqliteStatement => ({
  reader: statement.columns().length > 0,
  all: (parameters) => statement.all(...parameters.map(bindable)),
  run: (parameters) => statement.run(...parameters.map(bindable)),
  iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
});

const nothingToDo: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** How many statements stay compiled: more than there are, but for lists of ids of many lengths. */
const maxStatements = 200;

/** The same text is compiled once, which takes longer than it takes to read a row by it. */
const kyselyDatabase = (database: DatabaseSync): SqliteDatabase => {
  const statements = new Remembered<SqliteStatement>(maxStatements);
  const prepare = (sql: string): SqliteStatement => {
    const statement = statements.get(sql) ?? kyselyStatement(database.prepare(sql));
    statements.set(sql, statement);
    return statement;
  };
  return {
    close: () => database.close(),
    prepare: (sql) =>
      // SQLite rolls back by itself where the disk is full; a second rollback would fail and hide that error.
      sql === 'rollback' && !database.isTransaction ? nothingToDo : prepare(sql),
  };
};

class TransactionalAdapter extends SqliteAdapter {
  // SQLite can roll a schema change back, though Kysely does not use it: a death in mid-migration leaves no half of one.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

export class NodeSqliteDialect extends SqliteDialect {
  constructor(database: DatabaseSync) {
    super({ database: kyselyDatabase(database) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** AUTOINCREMENT, and not a plain rowid, which would give a deleted row's number out again. */
export const sqliteIdentity: Identity = (column) => column.primaryKey().autoIncrement();

// https://www.sqlite.org/rescode.html
const failures: Readonly<Record<number, Failure>> = {
  3: 'inaccessible', // PERM
  5: 'inaccessible', // BUSY
  6: 'inaccessible', // LOCKED
  8: 'inaccessible', // READONLY
  10: 'disk-full', // IOERR: what a quota and a file size limit look like
  [corrupt]: 'damaged',
  13: 'disk-full', // FULL
  14: 'inaccessible', // CANTOPEN
  26: 'damaged', // NOTADB
};
const foreignKeyViolated = 787;
const errnoFailures: Readonly<Record<string, Failure>> = { ENOSPC: 'disk-full', EDQUOT: 'disk-full' };

/** What an error of SQLite, or of the file system at the opening, means; null for any other. */
export const sqliteFailure = (thrown: unknown): Failure | null => {
  if (!(thrown instanceof Error)) return null;
  if ('errcode' in thrown && typeof thrown.errcode === 'number') {
    return thrown.errcode === foreignKeyViolated ? 'no-such-owner' : (failures[thrown.errcode & 0xff] ?? null);
  }
  if ('syscall' in thrown && 'code' in thrown && typeof thrown.code === 'string') return errnoFailures[thrown.code] ?? 'inaccessible';
  return null;
};
