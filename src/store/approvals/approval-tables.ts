import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The step that makes the tables of what agents ask and of what was decided once and for all, and the mark of who asks nobody.
 * @param identity - of the column that numbers rows
 */
export const approvalTables = (identity: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder): Migration => ({
  async up(db: Kysely<unknown>): Promise<void> {
    const ownedByTask = (column: ColumnDefinitionBuilder) => column.notNull().references('tasks.id').onDelete('cascade');
    let approvals = db.schema.createTable('approvals').addColumn('seq', 'integer', identity).addColumn('taskId', 'text', ownedByTask);
    for (const column of ['runId', 'requestId', 'kind', 'tool', 'input', 'suggestions', 'status', 'createdAt'])
      approvals = approvals.addColumn(column, 'text', (c) => c.notNull());
    for (const column of ['questions', 'message', 'answers', 'updatedInput', 'remember', 'decidedAt', 'decidedBy'])
      approvals = approvals.addColumn(column, 'text');
    await approvals.addColumn('id', 'text', (c) => c.notNull().unique()).execute();
    // What an agent asks is asked once, however often its output is read.
    await db.schema.createIndex('approvals_request').on('approvals').columns(['runId', 'requestId']).unique().execute();
    await db.schema.createIndex('approvals_task').on('approvals').columns(['taskId', 'status']).execute();
    await db.schema.createIndex('approvals_status').on('approvals').column('status').execute();

    await db.schema
      .alterTable('runs')
      .addColumn('actsUnasked', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();

    let rules = db.schema.createTable('approval_rules').addColumn('seq', 'integer', identity).addColumn('taskId', 'text', ownedByTask);
    for (const column of ['scope', 'decision', 'tool', 'createdAt']) rules = rules.addColumn(column, 'text', (c) => c.notNull());
    for (const column of ['rule', 'input', 'message']) rules = rules.addColumn(column, 'text');
    await rules.execute();
    await db.schema.createIndex('approval_rules_task').on('approval_rules').column('taskId').execute();
  },
});
