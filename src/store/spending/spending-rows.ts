/** What tasks have used: over how long their agents ran, and over subtasks that are no more. */
import type { Selectable, Transaction } from 'kysely';
import type { EventPayload } from '../../../schemas/event.ts';
import type { TaskStatus } from '../../../schemas/task.ts';
import { addSpent, nothingSpent, spentBy, type Spent } from '../../domain/usage.ts';
import { post } from '../outbox-rows.ts';
import { readMarks, spentColumns, spentOf } from '../rows.ts';
import type { Session, Tables } from '../tables.ts';
import { treeOf } from '../task-reads.ts';
import type { SpendingRows } from './spending-records.ts';

type TaskRow = Selectable<Tables['tasks']>;

/** What a move to another status does to the time for which a task's agents ran. @param until - when that ended, in ISO 8601 */
export const runningTime = (
  current: Pick<TaskRow, 'runningMs' | 'runningSince'>,
  to: TaskStatus,
  until: string,
): Partial<Pick<TaskRow, 'runningMs' | 'runningSince'>> => {
  if (to === 'running') return { runningSince: until };
  if (current.runningSince === null) return {};
  return { runningMs: current.runningMs + Math.max(0, Date.parse(until) - Date.parse(current.runningSince)), runningSince: null };
};

/**
 * Has the parents of tasks that are deleted keep what those have used: deleting a subtask frees nothing of a budget.
 * @param rows - all that are deleted, a parent before its children
 */
export const keepUsageOfDeleted = async (
  trx: Transaction<Tables>,
  rows: readonly Pick<TaskRow, (typeof spentColumns)[number]>[],
): Promise<void> => {
  /** Whom what is deleted was below, by the task that is deleted. */
  const keepers = new Map<string, string | null>();
  const sums = new Map<string, Spent>();
  for (const row of rows) {
    const above = row.parentTaskId;
    const known = above === null ? null : keepers.get(above);
    const keeper = known === undefined ? above : known;
    keepers.set(row.id, keeper);
    if (keeper === null) continue;
    const spent = spentOf(row);
    sums.set(keeper, addSpent(sums.get(keeper) ?? nothingSpent, addSpent(spentBy(spent, 0), spent.deleted)));
  }
  for (const [id, sum] of sums) {
    const row = await trx.selectFrom('tasks').select(spentColumns).where('id', '=', id).executeTakeFirst();
    if (row === undefined) continue;
    const deletedUsage = JSON.stringify(addSpent(spentOf(row).deleted, sum));
    await trx.updateTable('tasks').set({ deletedUsage }).where('id', '=', id).execute();
  }
};

export const spendingRows = ({ read, write, now }: Session): SpendingRows => ({
  spendingBelow: (id) =>
    read(async (db) =>
      (await db.selectFrom('tasks').select(spentColumns).where('id', 'in', treeOf(db, id)).orderBy('seq').execute()).map(spentOf),
    ),

  markBudget: (id, { limit, mark, max }, events: { taskId: string; payloads: readonly EventPayload[] }) =>
    write(async (trx) => {
      const row = await trx.selectFrom('tasks').select('budgetMarks').where('id', '=', id).executeTakeFirst();
      if (row === undefined) return false;
      const told = row.budgetMarks === null ? {} : readMarks(row.budgetMarks);
      const key = `${limit}:${mark}`;
      if (told[key] === max) return false;
      await trx
        .updateTable('tasks')
        .set({ budgetMarks: JSON.stringify({ ...told, [key]: max }) })
        .where('id', '=', id)
        .execute();
      await post(trx, events.taskId, now(), events.payloads);
      return true;
    }),
});
