import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The column that numbers rows, whose spelling differs from database to database. */
export type Identity = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

/** The steps to the schema of makima 0.1. They were released: they stay as they are. */
export const firstMigrations = (identity: Identity): Record<string, Migration> => ({
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
});
