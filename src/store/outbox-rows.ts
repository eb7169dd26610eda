import type { Transaction } from 'kysely';
import type { EventPayload } from '../../schemas/event.ts';
import { outboxEventOf } from './rows.ts';
import type { Session, Tables } from './tables.ts';
import { inChunks } from './task-reads.ts';
import type { OutboxRows } from './task-store.ts';

/** Puts events into the outbox, in their order, within a transaction of the caller's. */
export const post = async (trx: Transaction<Tables>, taskId: string, at: string, payloads: readonly EventPayload[]): Promise<void> => {
  for (const chunk of inChunks(payloads)) {
    await trx
      .insertInto('outbox')
      .values(chunk.map((payload) => ({ taskId, at, payload: JSON.stringify(payload) })))
      .execute();
  }
};

export const outboxRows = ({ read, write, now }: Session): OutboxRows => ({
  addEvents: (taskId, payloads) => write((trx) => post(trx, taskId, now(), payloads)),

  pendingEvents: (limit, after = 0) =>
    read(async (db) =>
      (await db.selectFrom('outbox').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute()).map(outboxEventOf),
    ),

  settleEvents: (upToSeq) =>
    write(async (trx) => {
      await trx.deleteFrom('outbox').where('seq', '<=', upToSeq).execute();
    }),
});
