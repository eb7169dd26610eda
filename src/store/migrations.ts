import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { messageOf } from '../errors.ts';
import { approvalTables } from './approvals/approval-tables.ts';
import { firstMigrations, type Identity } from './first-migrations.ts';
import { inboxTables } from './inbox/inbox-tables.ts';
import { messageTables } from './messages/message-tables.ts';
import { StoreUnusableError } from './store-error.ts';
import type { Tables } from './tables.ts';

type Migrations = Record<string, Migration>;

/**
 * Every step from an empty database to this version's. A step that was released is never edited: a further one
 * follows it, under a name that sorts after it.
 */
const migrations = (identity: Identity): Migrations => ({
  ...firstMigrations(identity),
  '0003-warnings': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('tasks')
        .addColumn('warnings', 'text', (c) => c.notNull().defaultTo('[]'))
        .execute();
    },
  },
  '0004-runs-and-subtasks': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('runs').addColumn('toldAfter', 'integer').execute();
      await db.schema
        .alterTable('runs')
        .addColumn('keepSubtasks', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    },
  },
  '0005-model-and-effort': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const column of ['model', 'effort']) await db.schema.alterTable('tasks').addColumn(column, 'text').execute();
    },
  },
  '0006-updated-at': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('tasks')
        .addColumn('updatedAt', 'text', (c) => c.notNull().defaultTo(''))
        .execute();
      // The last of its times that is known.
      await sql`update tasks set "updatedAt" = coalesce("completedAt", "startedAt", "queuedAt", "createdAt")`.execute(db);
      await db.schema.createIndex('tasks_updated').on('tasks').column('updatedAt').execute();
    },
  },
  '0007-webhooks': {
    async up(db: Kysely<unknown>): Promise<void> {
      // A webhook of a task outlives it: what happened last is yet to be told.
      let webhooks = db.schema.createTable('webhooks').addColumn('seq', 'integer', identity);
      for (const column of ['url', 'types', 'secret', 'createdAt']) webhooks = webhooks.addColumn(column, 'text', (c) => c.notNull());
      for (const column of ['taskId', 'lastDeliveredAt', 'lastError', 'lastErrorAt', 'disabledAt', 'reason'])
        webhooks = webhooks.addColumn(column, 'text');
      await webhooks
        .addColumn('id', 'text', (c) => c.notNull().unique())
        .addColumn('since', 'integer', (c) => c.notNull())
        .execute();

      let deliveries = db.schema.createTable('deliveries').addColumn('seq', 'integer', identity);
      for (const column of ['messageId', 'taskId', 'body']) deliveries = deliveries.addColumn(column, 'text', (c) => c.notNull());
      for (const column of ['eventId', 'tries']) deliveries = deliveries.addColumn(column, 'integer', (c) => c.notNull());
      for (const column of ['failingSince', 'nextAt']) deliveries = deliveries.addColumn(column, 'text');
      await deliveries.addColumn('webhookId', 'text', (c) => c.notNull().references('webhooks.id').onDelete('cascade')).execute();
      const index = (name: string) => db.schema.createIndex(`deliveries_${name}`).on('deliveries');
      await index('event').columns(['webhookId', 'eventId']).execute();
      await index('task').columns(['webhookId', 'taskId', 'eventId']).unique().execute();
    },
  },
  '0008-waits-and-budgets': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const column of ['waitsFor', 'budget']) await db.schema.alterTable('tasks').addColumn(column, 'text').execute();
    },
  },
  '0009-ports': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('runs').addColumn('ports', 'text').execute();
    },
  },
  '0010-existing-branches': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('tasks').addColumn('continuesBranch', 'text').execute();
    },
  },
  '0011-approvals': approvalTables(identity),
  '0012-messages': messageTables(identity),
  '0013-usage': {
    async up(db: Kysely<unknown>): Promise<void> {
      const zero = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0);
      await db.schema.alterTable('tasks').addColumn('runningMs', 'integer', zero).execute();
      for (const column of ['runningSince', 'deletedUsage', 'budgetMarks'])
        await db.schema.alterTable('tasks').addColumn(column, 'text').execute();
      await db.schema.alterTable('runs').addColumn('baseRunningMs', 'integer', zero).execute();
      for (const column of ['usage', 'stopReason']) await db.schema.alterTable('runs').addColumn(column, 'text').execute();
    },
  },
  '0014-worktrees-away': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('worktrees').addColumn('awaySince', 'text').execute();
    },
  },
  '0015-snapshots-expired': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('worktrees')
        .addColumn('isExpired', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    },
  },
  '0016-inbox': inboxTables(identity),
});

/** The steps that the database has taken; null where it has none of our tables yet. */
const stepsTaken = async (db: Kysely<Tables>): Promise<string[] | null> => {
  try {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table('kysely_migration')}`.execute(db);
    return rows.map(({ name }) => name);
  } catch {
    // Where it is anything else that is wrong, the migrator meets it too.
    return null;
  }
};

/**
 * Brings the database to this version's schema. One that has it, as at nearly every start, is only asked for that.
 * @throws StoreUnusableError where a newer version of makima has used it
 */
export const migrate = async (db: Kysely<Tables>, identity: Identity, file: string): Promise<void> => {
  const known = migrations(identity);
  const taken = await stepsTaken(db);
  // The migrator calls an unknown step a corruption; for a person it means that they went back a version.
  const unknown = (taken ?? []).filter((name) => !(name in known));
  if (unknown.length > 0) {
    throw new StoreUnusableError(
      'newer',
      file,
      `it was written by a newer version of makima (${unknown.join(', ')}). Install that version or a later one, or give another MAKIMA_HOME`,
    );
  }
  if (taken?.length === Object.keys(known).length) return;
  const { Migrator } = await import('kysely/migration');
  const { error } = await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(known) } }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error(messageOf(error));
};
