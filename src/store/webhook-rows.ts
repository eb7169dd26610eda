import type { Transaction } from 'kysely';
import { MakimaError } from '../errors.ts';
import { webhookOf, webhookRow } from './rows.ts';
import type { Session, Tables } from './tables.ts';
import { inChunks } from './task-reads.ts';
import type { NewDelivery, WebhookRows } from './task-store.ts';

/** Up to where events were looked at for webhooks, in the table of the daemon's own values. */
const positionKey = 'webhooksLookedAt';

const lookedUpTo = async (trx: Transaction<Tables>, value: string): Promise<void> => {
  await trx
    .insertInto('meta')
    .values({ key: positionKey, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
};

const insert = async (trx: Transaction<Tables>, rows: readonly NewDelivery[]): Promise<void> => {
  for (const chunk of inChunks(rows))
    await trx
      .insertInto('deliveries')
      .values(chunk.map((row) => ({ ...row, tries: 0, failingSince: null, nextAt: null })))
      .onConflict((conflict) => conflict.columns(['webhookId', 'taskId', 'eventId']).doNothing())
      .execute();
};

export const webhookRows = ({ read, write }: Session): WebhookRows => ({
  insertWebhook: (webhook, { most, lookFrom }) =>
    write(async (trx) => {
      const { count } = await trx
        .selectFrom('webhooks')
        .select((e) => e.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      if (count >= most) throw new MakimaError('TOO_MANY_WEBHOOKS', `There are ${most} webhooks`);
      await trx.insertInto('webhooks').values(webhookRow(webhook)).execute();
      if (lookFrom !== null) await lookedUpTo(trx, lookFrom);
    }),

  listWebhooks: () =>
    read(async (db) => {
      const rows = await db
        .selectFrom('webhooks')
        .selectAll('webhooks')
        .select((e) =>
          e
            .selectFrom('deliveries')
            .whereRef('deliveries.webhookId', '=', 'webhooks.id')
            .select((inner) => inner.fn.countAll<number>().as('count'))
            .as('pending'),
        )
        .orderBy('seq')
        .execute();
      return rows.map(({ pending, ...row }) => ({ ...webhookOf(row), pending: pending ?? 0 }));
    }),

  deleteWebhook: (id) =>
    write(async (trx) => (await trx.deleteFrom('webhooks').where('id', '=', id).returning('seq').execute()).length > 0),

  webhooksLookedAt: () =>
    read(async (db) => {
      const row = await db.selectFrom('meta').select('value').where('key', '=', positionKey).executeTakeFirst();
      return row?.value ?? null;
    }),

  recountWebhooks: (through) =>
    write(async (trx) => {
      await trx.updateTable('webhooks').set({ since: through }).where('since', '>', through).execute();
    }),

  queueDeliveries: (deliveries, lookedAt) =>
    write(async (trx) => {
      // A webhook may have been deleted meanwhile.
      const known = new Set((await trx.selectFrom('webhooks').select('id').execute()).map(({ id }) => id));
      const rows = deliveries.filter(({ webhookId }) => known.has(webhookId));
      await insert(trx, rows);
      if (lookedAt !== null) await lookedUpTo(trx, lookedAt);
    }),

  boundDeliveries: (webhookId, keep, gap) =>
    write(async (trx) => {
      const first = await trx
        .selectFrom('deliveries')
        .select('eventId')
        .where('webhookId', '=', webhookId)
        .orderBy('eventId', 'desc')
        .offset(keep)
        .limit(1)
        .executeTakeFirst();
      if (!first) return;
      await trx.deleteFrom('deliveries').where('webhookId', '=', webhookId).where('eventId', '<=', first.eventId).execute();
      await insert(trx, [gap(first.eventId)]);
    }),

  nextDelivery: (webhookId, now) =>
    read(async (db) => {
      const oldest = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('webhookId', '=', webhookId)
        .orderBy('eventId')
        .limit(1)
        .executeTakeFirst();
      if (!oldest) return null;
      if (oldest.nextAt === null || oldest.nextAt <= now) return oldest;
      // It has to wait: is there one of another task that has not?
      return (
        (await db
          .selectFrom('deliveries')
          .selectAll('deliveries')
          .innerJoin(
            db
              .selectFrom('deliveries')
              .select((e) => ['taskId', e.fn.min('eventId').as('first')])
              .where('webhookId', '=', webhookId)
              .groupBy('taskId')
              .as('heads'),
            (join) => join.onRef('heads.taskId', '=', 'deliveries.taskId').onRef('heads.first', '=', 'deliveries.eventId'),
          )
          .where('deliveries.webhookId', '=', webhookId)
          // What was not tried yet is first: null is the smallest.
          .orderBy('deliveries.nextAt', (order) => order.asc().nullsFirst())
          .orderBy('deliveries.eventId')
          .limit(1)
          .executeTakeFirst()) ?? oldest
      );
    }),

  settleDelivery: ({ webhookId, seq }, { at, hurry }) =>
    write(async (trx) => {
      await trx.deleteFrom('deliveries').where('seq', '=', seq).execute();
      await trx.updateTable('webhooks').set({ lastDeliveredAt: at }).where('id', '=', webhookId).execute();
      if (hurry) await trx.updateTable('deliveries').set({ nextAt: null }).where('webhookId', '=', webhookId).execute();
    }),

  postponeDelivery: ({ webhookId, seq }, { error, at, failingSince, nextAt }) =>
    write(async (trx) => {
      await trx
        .updateTable('deliveries')
        .set((e) => ({ tries: e('tries', '+', 1), failingSince, nextAt }))
        .where('seq', '=', seq)
        .execute();
      await trx.updateTable('webhooks').set({ lastError: error, lastErrorAt: at }).where('id', '=', webhookId).execute();
    }),

  disableWebhook: (id, { at, reason, error }) =>
    write(async (trx) => {
      await trx.updateTable('webhooks').set({ disabledAt: at, reason, lastError: error, lastErrorAt: at }).where('id', '=', id).execute();
      await trx.deleteFrom('deliveries').where('webhookId', '=', id).execute();
    }),
});
