import type { DatabaseSync } from 'node:sqlite';

/** What the migrations after 0002 add. A later one adds its columns, tables and indexes of older tables here. */
const laterColumns = [
  ['tasks', 'warnings'],
  ['tasks', 'model'],
  ['tasks', 'effort'],
  ['tasks', 'waitsFor'],
  ['tasks', 'budget'],
  ['tasks', 'continuesBranch'],
  ['tasks', 'resumeNext'],
  ['tasks', 'updatedAt'],
  ['tasks', 'runningMs'],
  ['tasks', 'runningSince'],
  ['tasks', 'deletedUsage'],
  ['tasks', 'budgetMarks'],
  ['runs', 'toldAfter'],
  ['runs', 'askedAfter'],
  ['runs', 'keepSubtasks'],
  ['runs', 'ports'],
  ['runs', 'actsUnasked'],
  ['runs', 'resume'],
  ['runs', 'usage'],
  ['runs', 'baseRunningMs'],
  ['runs', 'stopReason'],
  ['worktrees', 'awaySince'],
  ['worktrees', 'isExpired'],
] as const;
const laterTables = ['inbox', 'messages', 'deliveries', 'webhooks', 'approvals', 'approval_rules'] as const;
const laterIndexes = ['tasks_updated'] as const;

/** Takes a database back to how makima 0.1 had it, with what is in the columns that it had. */
export const backToOldSchema = (database: DatabaseSync): void => {
  for (const index of laterIndexes) database.exec(`DROP INDEX ${index}`);
  for (const table of laterTables) database.exec(`DROP TABLE ${table}`);
  for (const [table, column] of laterColumns) database.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  database.exec(`DELETE FROM kysely_migration WHERE name > '0002-merges'`);
};
