import type { Transaction } from 'kysely';
import { MakimaError } from '../errors.ts';
import { post } from './outbox-rows.ts';
import { integrationOf, openMergeOf } from './rows.ts';
import type { Session, Tables } from './tables.ts';
import type { Integration, MergeRows } from './task-store.ts';

/** Stores or replaces within a transaction of the caller's. */
const store = async (trx: Transaction<Tables>, integration: Integration): Promise<void> => {
  const { subtaskId, ...row } = integration;
  await trx
    .insertInto('integrations')
    .values(integration)
    .onConflict((conflict) => conflict.column('subtaskId').doUpdateSet(row))
    .execute();
};

export const mergeRows = ({ read, write, now }: Session): MergeRows => ({
  beginMerge: ({ record, ...merge }, events = []) =>
    write(async (trx) => {
      const inserted = await trx
        .insertInto('open_merges')
        .values({ ...merge, record: JSON.stringify(record) })
        .onConflict((conflict) => conflict.column('taskId').doNothing())
        .returning('seq')
        .executeTakeFirst();
      if (!inserted) throw new MakimaError('MERGE_IN_PROGRESS');
      await post(trx, merge.taskId, now(), events);
    }),

  updateMerge: (taskId, { phase, record }, events = []) =>
    write(async (trx) => {
      const row = { ...(phase !== undefined && { phase }), ...(record !== undefined && { record: JSON.stringify(record) }), taskId };
      const changed = await trx.updateTable('open_merges').set(row).where('taskId', '=', taskId).returning('seq').executeTakeFirst();
      if (!changed) throw new MakimaError('NO_MERGE_IN_PROGRESS');
      await post(trx, taskId, now(), events);
    }),

  getMerge: (taskId) =>
    read(async (db) => {
      const row = await db.selectFrom('open_merges').selectAll().where('taskId', '=', taskId).executeTakeFirst();
      return row ? openMergeOf(row) : null;
    }),

  listMerges: () => read(async (db) => (await db.selectFrom('open_merges').selectAll().orderBy('seq').execute()).map(openMergeOf)),

  endMerge: (taskId, integration, events = []) =>
    write(async (trx) => {
      const ended = await trx.deleteFrom('open_merges').where('taskId', '=', taskId).returning('seq').executeTakeFirst();
      if (!ended) return;
      // one that was deleted meanwhile has nothing to be noted of
      const subtask =
        integration && (await trx.selectFrom('tasks').select('id').where('id', '=', integration.subtaskId).executeTakeFirst());
      if (integration && subtask) await store(trx, integration);
      await post(trx, taskId, now(), events);
    }),

  saveIntegration: (integration, events = []) =>
    write(async (trx) => {
      await store(trx, integration);
      await post(trx, integration.taskId, now(), events);
    }),

  listIntegrations: (taskId) =>
    read(async (db) =>
      (await db.selectFrom('integrations').selectAll().where('taskId', '=', taskId).orderBy('seq').execute()).map(integrationOf),
    ),
});
