import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Identity } from '../first-migrations.ts';

/** What agents are to be told, and whether the next run of a task, or a run, goes on with its agent's session. */
export const messageTables = (identity: Identity): Migration => ({
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [table, column] of [
      ['tasks', 'resumeNext'],
      ['runs', 'resume'],
    ] as const)
      await db.schema
        .alterTable(table)
        .addColumn(column, 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    let messages = db.schema.createTable('messages').addColumn('seq', 'integer', identity);
    for (const column of ['kind', 'text', 'createdAt', 'state']) messages = messages.addColumn(column, 'text', (c) => c.notNull());
    await messages
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('taskId', 'text', (c) => c.notNull().references('tasks.id').onDelete('cascade'))
      .addColumn('runId', 'text')
      .execute();
    await db.schema.createIndex('messages_task').on('messages').columns(['taskId', 'state']).execute();
  },
});
