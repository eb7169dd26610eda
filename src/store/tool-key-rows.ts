import type { Transaction } from 'kysely';
import { MakimaError } from '../errors.ts';
import { post } from './outbox-rows.ts';
import { toolKeyOf } from './rows.ts';
import type { Session, Tables } from './tables.ts';
import type { ToolKeyRows } from './task-store.ts';

/**
 * A key that dies while a request of it is under way takes the request along: what a stop has looked at stays as it was seen.
 * @throws MakimaError UNAUTHENTICATED
 */
export const requireKey = async (trx: Transaction<Tables>, keyId: string | undefined): Promise<void> => {
  if (keyId === undefined) return;
  const key = await trx.selectFrom('tool_keys').select('seq').where('id', '=', keyId).executeTakeFirst();
  if (!key) throw new MakimaError('UNAUTHENTICATED', 'The tool key was revoked while this was asked for');
};

export const toolKeyRows = ({ read, write, now }: Session): ToolKeyRows => ({
  insertToolKey: (key, events = []) =>
    write(async (trx) => {
      await trx.insertInto('tool_keys').values(key).execute();
      await post(trx, key.taskId, now(), events);
    }),

  findToolKeyByHash: (keyHash) =>
    read(async (db) => {
      const row = await db.selectFrom('tool_keys').selectAll().where('keyHash', '=', keyHash).executeTakeFirst();
      return row ? toolKeyOf(row) : null;
    }),

  listToolKeys: (taskId) =>
    read(async (db) => (await db.selectFrom('tool_keys').selectAll().where('taskId', '=', taskId).orderBy('seq').execute()).map(toolKeyOf)),

  deleteToolKey: (taskId, id, events = []) =>
    write(async (trx) => {
      const deleted = await trx.deleteFrom('tool_keys').where('id', '=', id).where('taskId', '=', taskId).returning('seq').execute();
      if (deleted.length === 0) return false;
      await post(trx, taskId, now(), events);
      return true;
    }),

  deleteToolKeysOfRun: (runId) =>
    write(async (trx) => (await trx.deleteFrom('tool_keys').where('runId', '=', runId).returningAll().execute()).map(toolKeyOf)),
});
