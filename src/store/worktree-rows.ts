import { terminalStatuses } from '../domain/status-machine.ts';
import { worktreeOf } from './rows.ts';
import type { Session } from './tables.ts';
import type { WorktreeRows } from './task-store.ts';

export const worktreeRows = ({ read, write }: Session): WorktreeRows => ({
  saveWorktree: ({ taskId, record, repositoryDir, createdAt }) =>
    write(async (trx) => {
      const row = { record: JSON.stringify(record), repositoryDir, createdAt, awaySince: null, isExpired: 0 };
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

  dueWorktrees: (before) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('worktrees')
        .innerJoin('tasks', 'tasks.id', 'worktrees.taskId')
        .select('worktrees.taskId')
        .where('worktrees.awaySince', 'is', null)
        .where('worktrees.createdAt', '<', before)
        .where('tasks.status', 'in', terminalStatuses)
        .where((e) => e(e.fn.coalesce('tasks.completedAt', 'tasks.createdAt'), '<', before))
        .orderBy('tasks.completedAt')
        .execute();
      return rows.map(({ taskId }) => taskId);
    }),

  worktreesChangedSince: (since) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('worktrees')
        .innerJoin('tasks', 'tasks.id', 'worktrees.taskId')
        .selectAll('worktrees')
        .where('tasks.updatedAt', '>=', since)
        .where('worktrees.awaySince', 'is', null)
        .execute();
      return rows.map(worktreeOf);
    }),

  unexpiredWorktrees: (before, limit) =>
    read(async (db) => {
      const query = db.selectFrom('worktrees').selectAll().where('awaySince', '<', before).where('isExpired', '=', 0);
      return (await query.orderBy('awaySince').limit(limit).execute()).map(worktreeOf);
    }),

  snapshotsExpired: (taskId) =>
    write(async (trx) => {
      await trx.updateTable('worktrees').set({ isExpired: 1 }).where('taskId', '=', taskId).where('awaySince', 'is not', null).execute();
    }),

  awayBelow: (taskId) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('worktrees')
        .innerJoin('tasks', 'tasks.id', 'worktrees.taskId')
        .select('worktrees.taskId')
        .where('tasks.parentTaskId', '=', taskId)
        .where('worktrees.awaySince', 'is not', null)
        .orderBy('tasks.seq')
        .execute();
      return rows.map((row) => row.taskId);
    }),

  listWorktrees: (repositoryDir) =>
    read(async (db) => {
      let query = db.selectFrom('worktrees').selectAll().orderBy('seq');
      if (repositoryDir !== undefined) query = query.where('repositoryDir', '=', repositoryDir);
      return (await query.execute()).map(worktreeOf);
    }),
});
