import type { Selectable, Transaction } from 'kysely';
import { MakimaError } from '../errors.ts';
import type { taskChangesRow } from './rows.ts';
import type { Session, Tables } from './tables.ts';

export type TaskRow = Selectable<Tables['tasks']>;

/** @throws MakimaError TASK_NOT_FOUND */
export const requireTask = async (trx: Transaction<Tables>, id: string): Promise<TaskRow> => {
  const row = await trx.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new MakimaError('TASK_NOT_FOUND');
  return row;
};

/** @returns the row as it is then; nothing where its status is no longer the one that was read */
export const changeTask = async (
  trx: Transaction<Tables>,
  { changedAt }: Pick<Session, 'changedAt'>,
  current: TaskRow,
  row: ReturnType<typeof taskChangesRow>,
): Promise<TaskRow | undefined> =>
  trx
    .updateTable('tasks')
    .set({ ...row, updatedAt: changedAt() })
    .where('id', '=', current.id)
    .where('status', '=', current.status)
    .returningAll()
    .executeTakeFirst();
