import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Identity } from '../first-migrations.ts';

/** What orchestrators' agents are yet to be told of their subtasks, and when that was last done. */
export const inboxTables = (identity: Identity): Migration => ({
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('runs').addColumn('askedAfter', 'integer').execute();
    const ownedByTask = (column: ColumnDefinitionBuilder) => column.notNull().references('tasks.id').onDelete('cascade');
    let inbox = db.schema.createTable('inbox').addColumn('seq', 'integer', identity);
    for (const column of ['taskId', 'subtaskId']) inbox = inbox.addColumn(column, 'text', ownedByTask);
    for (const column of ['kind', 'about']) inbox = inbox.addColumn(column, 'text', (c) => c.notNull());
    await inbox.execute();
    await db.schema.createIndex('inbox_of').on('inbox').columns(['taskId', 'subtaskId', 'kind', 'about']).unique().execute();
    // A deleted subtask takes its entries along, and is looked for by this.
    await db.schema.createIndex('inbox_subtask').on('inbox').column('subtaskId').execute();
  },
});
