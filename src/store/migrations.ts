import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { messageOf } from '../errors.ts';
import { StoreUnusableError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** The column that numbers rows, whose spelling differs from database to database. */
export type Identity = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

type Migrations = Record<string, Migration>;

/**
 * Every step from an empty database to this version's. A step that was released is never edited: a further one
 * follows it, under a name that sorts after it.
 */
const migrations = (identity: Identity): Migrations => ({
  '0001-tasks': {
    async up(db: Kysely<unknown>): Promise<void> {
      const table = (name: string) => db.schema.createTable(name).addColumn('seq', 'integer', identity);
      const ownedByTask = (column: ColumnDefinitionBuilder) => column.notNull().references('tasks.id').onDelete('cascade');

      await table('tasks')
        .addColumn('id', 'text', (c) => c.notNull().unique())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('plan', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('isOrchestrator', 'integer', (c) => c.notNull())
        .addColumn('parentTaskId', 'text', (c) => c.references('tasks.id'))
        .addColumn('depth', 'integer', (c) => c.notNull())
        .addColumn('agent', 'text', (c) => c.notNull())
        .addColumn('repositoryUrl', 'text')
        .addColumn('baseBranch', 'text')
        .addColumn('targetBranch', 'text')
        .addColumn('targetRepoPath', 'text')
        .addColumn('completionAction', 'text', (c) => c.notNull())
        .addColumn('continueFromTaskId', 'text')
        .addColumn('copyFiles', 'text', (c) => c.notNull())
        .addColumn('dependsOn', 'text', (c) => c.notNull())
        .addColumn('priority', 'integer', (c) => c.notNull())
        .addColumn('overlayPath', 'text')
        .addColumn('branch', 'text')
        .addColumn('baseCommit', 'text')
        .addColumn('sessionId', 'text')
        .addColumn('progressSummary', 'text')
        .addColumn('errorMessage', 'text')
        .addColumn('exitCode', 'integer')
        .addColumn('usage', 'text')
        .addColumn('completion', 'text')
        .addColumn('createdAt', 'text', (c) => c.notNull())
        .addColumn('queuedAt', 'text')
        .addColumn('startedAt', 'text')
        .addColumn('completedAt', 'text')
        .addColumn('idempotencyScope', 'text')
        .addColumn('idempotencyKey', 'text')
        .addColumn('requestHash', 'text')
        .execute();
      await db.schema.createIndex('tasks_idempotency').on('tasks').columns(['idempotencyScope', 'idempotencyKey']).unique().execute();
      await db.schema.createIndex('tasks_parent').on('tasks').column('parentTaskId').execute();
      await db.schema.createIndex('tasks_status').on('tasks').column('status').execute();

      await table('runs')
        .addColumn('runId', 'text', (c) => c.notNull().unique())
        .addColumn('taskId', 'text', ownedByTask)
        .addColumn('number', 'integer', (c) => c.notNull())
        .addColumn('directory', 'text', (c) => c.notNull())
        .addColumn('handle', 'text')
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('baseUsage', 'text', (c) => c.notNull())
        .addColumn('createdAt', 'text', (c) => c.notNull())
        .addColumn('endedAt', 'text')
        .addColumn('stopRequested', 'text')
        .addColumn('finishRequested', 'integer', (c) => c.notNull())
        .addColumn('endedByDaemon', 'integer', (c) => c.notNull())
        .addColumn('exitCode', 'integer')
        .execute();
      await db.schema.createIndex('runs_number').on('runs').columns(['taskId', 'number']).unique().execute();
      // The database itself refuses a second live run of a task, whoever forgets to look.
      await db.schema
        .createIndex('runs_current')
        .on('runs')
        .column('taskId')
        .unique()
        .where(sql.ref('state'), '<>', sql.lit('ended'))
        .execute();

      await table('worktrees')
        .addColumn('taskId', 'text', (c) => ownedByTask(c).unique())
        .addColumn('record', 'text', (c) => c.notNull())
        .addColumn('repositoryDir', 'text', (c) => c.notNull())
        .addColumn('createdAt', 'text', (c) => c.notNull())
        .execute();

      await table('tool_keys')
        .addColumn('id', 'text', (c) => c.notNull().unique())
        .addColumn('taskId', 'text', ownedByTask)
        .addColumn('keyHash', 'text', (c) => c.notNull().unique())
        .addColumn('label', 'text')
        .addColumn('createdAt', 'text', (c) => c.notNull())
        .addColumn('expiresAt', 'text')
        .addColumn('runId', 'text')
        .execute();
      await db.schema.createIndex('tool_keys_task').on('tool_keys').column('taskId').execute();
      await db.schema.createIndex('tool_keys_run').on('tool_keys').column('runId').execute();

      await table('outbox')
        .addColumn('taskId', 'text', ownedByTask)
        .addColumn('at', 'text', (c) => c.notNull())
        .addColumn('payload', 'text', (c) => c.notNull())
        .execute();
      await db.schema.createIndex('outbox_task').on('outbox').column('taskId').execute();

      await db.schema
        .createTable('meta')
        .addColumn('key', 'text', (c) => c.primaryKey())
        .addColumn('value', 'text', (c) => c.notNull())
        .execute();
    },
  },
  '0002-merges': {
    async up(db: Kysely<unknown>): Promise<void> {
      const ownedByTask = (column: ColumnDefinitionBuilder) => column.notNull().references('tasks.id').onDelete('cascade');

      await db.schema
        .createTable('integrations')
        .addColumn('seq', 'integer', identity)
        .addColumn('subtaskId', 'text', (c) => ownedByTask(c).unique())
        .addColumn('taskId', 'text', ownedByTask)
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('commitSha', 'text')
        .addColumn('sourceCommit', 'text')
        .addColumn('sourceTree', 'text')
        .addColumn('reason', 'text')
        .addColumn('at', 'text', (c) => c.notNull())
        .execute();
      await db.schema.createIndex('integrations_task').on('integrations').column('taskId').execute();

      // One merge at a time in a worktree. The subtask may be deleted while its work is being merged, hence no reference.
      await db.schema
        .createTable('open_merges')
        .addColumn('seq', 'integer', identity)
        .addColumn('taskId', 'text', (c) => ownedByTask(c).unique())
        .addColumn('subtaskId', 'text', (c) => c.notNull())
        .addColumn('sourceBranch', 'text', (c) => c.notNull())
        .addColumn('phase', 'text', (c) => c.notNull())
        .addColumn('record', 'text', (c) => c.notNull())
        .addColumn('startedAt', 'text', (c) => c.notNull())
        .execute();
    },
  },
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
