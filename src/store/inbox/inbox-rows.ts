import type { Transaction } from 'kysely';
import { putMessages } from '../messages/message-rows.ts';
import type { Session, Tables } from '../tables.ts';
import { inChunks } from '../task-reads.ts';
import type { InboxEntry, InboxRows } from './inbox-records.ts';

/**
 * Has the parent of a task be told of it, within a transaction of the caller's: what is committed is told, whatever dies meanwhile. A
 * parent that is done looks at nothing any more, and has no entry; one that waits, is stopped or has failed can go on with its session.
 */
export const tellParent = async (
  trx: Transaction<Tables>,
  { id, parentTaskId }: { id: string; parentTaskId: string | null },
  { kind, about }: Pick<InboxEntry, 'kind' | 'about'>,
): Promise<void> => {
  if (parentTaskId === null) return;
  await trx
    .insertInto('inbox')
    .columns(['taskId', 'subtaskId', 'kind', 'about'])
    .expression((e) =>
      e
        .selectFrom('tasks')
        .select((of) => ['tasks.id', of.val(id).as('subtaskId'), of.val(kind).as('kind'), of.val(about).as('about')])
        .where('tasks.id', '=', parentTaskId)
        .where('tasks.status', '<>', 'done'),
    )
    // One that was not told before the task was started again, and ended again, is told as it then is.
    .onConflict((conflict) => conflict.columns(['taskId', 'subtaskId', 'kind', 'about']).doNothing())
    .execute();
};

/** Forgets what a task's agent was not told, within a transaction of the caller's. */
export const clearInbox = async (trx: Transaction<Tables>, taskId: string): Promise<void> => {
  await trx.deleteFrom('inbox').where('taskId', '=', taskId).execute();
};

const remove = async (trx: Transaction<Tables>, seqs: readonly number[]): Promise<void> => {
  for (const chunk of inChunks(seqs)) await trx.deleteFrom('inbox').where('seq', 'in', chunk).execute();
};

export const inboxRows = (session: Session): InboxRows => {
  const { read, write } = session;
  return {
    listInbox: (taskId) => read((db) => db.selectFrom('inbox').selectAll().where('taskId', '=', taskId).orderBy('seq').execute()),

    tellInbox: (message, seqs, { runId, results }) =>
      write(async (trx) => {
        await putMessages(trx, session, [message]);
        await remove(trx, seqs);
        await trx.updateTable('runs').set({ askedAfter: results }).where('runId', '=', runId).execute();
      }),

    settleInbox: (seqs) => write((trx) => remove(trx, seqs)),

    settleInboxEnd: (taskId, subtaskId) =>
      write(async (trx) => {
        await trx.deleteFrom('inbox').where('taskId', '=', taskId).where('subtaskId', '=', subtaskId).where('kind', '=', 'ended').execute();
      }),
  };
};
