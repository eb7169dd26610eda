import { Kysely } from 'kysely';
import { MakimaError } from '../errors.ts';
import { approvalRows } from './approvals/approval-rows.ts';
import { commitTogether } from './commit-together.ts';
import { inboxRows } from './inbox/inbox-rows.ts';
import { mergeRows } from './merge-rows.ts';
import { messageRows } from './messages/message-rows.ts';
import { migrate } from './migrations.ts';
import { outboxRows } from './outbox-rows.ts';
import { relocate } from './relocate.ts';
import { rememberTasks } from './remembered-tasks.ts';
import { runRows } from './run-rows.ts';
import { NodeSqliteDialect, openSqlite, sqliteFailure, sqliteIdentity } from './sqlite.ts';
import { spendingRows } from './spending/spending-rows.ts';
import { callError, openError } from './store-error.ts';
import type { Session, Tables } from './tables.ts';
import { taskReads } from './task-reads.ts';
import type { TaskStore } from './task-store.ts';
import { taskWrites } from './task-writes.ts';
import { toolKeyRows } from './tool-key-rows.ts';
import { webhookRows } from './webhook-rows.ts';
import { worktreeRows } from './worktree-rows.ts';

export interface StoreOptions {
  /** The clock of the outbox. */
  now?: () => Date;
}

/** @throws StoreUnusableError, MakimaError DISK_FULL */
const connect = async (file: string): Promise<Kysely<Tables>> => {
  try {
    const database = openSqlite(file);
    try {
      const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
      await migrate(db, sqliteIdentity, file);
      return db;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw openError(error, sqliteFailure(error), file);
  }
};

/** The latest `updatedAt`, empty where there is no task. */
const lastChange = async (db: Kysely<Tables>): Promise<string> =>
  (
    await db
      .selectFrom('tasks')
      .select((e) => e.fn.max('updatedAt').as('last'))
      .executeTakeFirst()
  )?.last ?? '';

/** The tasks with messages that an agent does not have, or of a run that is not over. */
const withMail = async (db: Kysely<Tables>): Promise<Set<string>> =>
  new Set((await db.selectFrom('messages').select('taskId').distinct().where('text', '<>', '').execute()).map(({ taskId }) => taskId));

/** Whoever asks for what changed since a time must not miss a change because the clock was set back. */
const neverBack =
  (from: string, now: () => Date): Session['changedAt'] =>
  () => {
    const at = now().toISOString();
    return (from = at > from ? at : from);
  };

/**
 * Opens the store, making or migrating the database where needed.
 * @param file - the absolute path of the database; its directory is there. `-wal` and `-shm` files stand beside it
 * @throws StoreUnusableError where it is of a newer version, damaged or inaccessible; MakimaError DISK_FULL
 */
export const openStore = async (file: string, { now = () => new Date() }: StoreOptions = {}): Promise<TaskStore> => {
  const db = await connect(file);
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | null = null;

  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing) throw new MakimaError('NOT_READY', 'The store is closed: the daemon is shutting down');
    const result = work();
    underWay.add(result);
    try {
      return await result;
    } catch (error) {
      throw callError(error, sqliteFailure(error));
    } finally {
      underWay.delete(result);
    }
  };

  const together = commitTogether(db, (error) => {
    const failure = sqliteFailure(error);
    return failure !== null && failure !== 'no-such-owner';
  });
  const session: Session = {
    tasks: rememberTasks(),
    mail: await withMail(db),
    // Kysely lets one transaction or query at a time onto a connection of a database that has but one.
    read: (work) => call(() => work(db)),
    write: (work) => call(() => together(work)),
    now: () => now().toISOString(),
    changedAt: neverBack(await lastChange(db), now),
  };

  return {
    ...taskReads(session),
    ...taskWrites(session),
    ...runRows(session),
    ...worktreeRows(session),
    ...toolKeyRows(session),
    ...mergeRows(session),
    ...approvalRows(session),
    ...inboxRows(session),
    ...outboxRows(session),
    ...messageRows(session),
    ...spendingRows(session),
    ...webhookRows(session),
    getMeta: (key) =>
      session.read(async (db) => (await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst())?.value ?? null),
    setMeta: (key, value) =>
      session.write(async (trx) => {
        await trx
          .insertInto('meta')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute();
      }),
    relocate: relocate(session),
    close() {
      closing ??= Promise.allSettled(underWay).then(async () => {
        // what was written last is as gone as the rest
        session.tasks.forgetAll();
        await db.destroy();
      });
      session.tasks.forgetAll();
      return closing;
    },
  };
};
