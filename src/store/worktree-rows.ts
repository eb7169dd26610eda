import { worktreeOf } from './rows.ts';
import type { Session } from './tables.ts';
import type { WorktreeRows } from './task-store.ts';

export const worktreeRows = ({ read, write }: Session): WorktreeRows => ({
  saveWorktree: ({ taskId, record, repositoryDir, createdAt }) =>
    write(async (trx) => {
      const row = { record: JSON.stringify(record), repositoryDir, createdAt };
      await trx
        .insertInto('worktrees')
        .values({ taskId, ...row })
        .onConflict((conflict) => conflict.column('taskId').doUpdateSet(row))
        .execute();
    }),

  getWorktree: (taskId) =>
    read(async (db) => {
      const row = await db.selectFrom('worktrees').selectAll().where('taskId', '=', taskId).executeTakeFirst();
      return row ? worktreeOf(row) : null;
    }),

  worktreeTaskIds: () => read(async (db) => (await db.selectFrom('worktrees').select('taskId').execute()).map(({ taskId }) => taskId)),

  deleteWorktree: (taskId) =>
    write(async (trx) => {
      const deleted = await trx.deleteFrom('worktrees').where('taskId', '=', taskId).returning('seq').execute();
      return deleted.length > 0;
    }),

  listWorktrees: (repositoryDir) =>
    read(async (db) => {
      let query = db.selectFrom('worktrees').selectAll().orderBy('seq');
      if (repositoryDir !== undefined) query = query.where('repositoryDir', '=', repositoryDir);
      return (await query.execute()).map(worktreeOf);
    }),
});
