import type { Selectable, Transaction } from 'kysely';
import type { EventPayload } from '../../../schemas/event.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { post } from '../outbox-rows.ts';
import type { Session, Tables } from '../tables.ts';
import { inChunks } from '../task-reads.ts';
import type { MessageRecord, MessageRows, NewMessage } from './message-records.ts';

/** What may wait for one agent; each is as long as a request may make it. */
const maxWaiting = 100;
const maxWaitingCharacters = 8_000_000;
/** So many lines of a message stand in the log of its task. */
const maxLines = 1000;

const messageOf = ({ seq: _seq, ...message }: Selectable<Tables['messages']>): MessageRecord => message;

const note = (action: 'queued' | 'delivered' | 'withdrawn', { id, kind }: Pick<NewMessage, 'id' | 'kind'>): EventPayload => ({
  type: 'message',
  messageId: id,
  action,
  kind,
});

/** What an agent is told, as its log has it. */
const lines = (text: string): EventPayload[] => {
  const all = text.split('\n');
  const more = all.length - maxLines;
  const shown = more > 0 ? [...all.slice(0, maxLines), `… and ${more} more lines`] : all;
  return shown.map((content) => ({ type: 'output', stream: 'stdin', content }));
};

const ofTask = (trx: Transaction<Tables>, taskId: string, states: MessageRecord['state'][]) =>
  trx.selectFrom('messages').selectAll().where('taskId', '=', taskId).where('state', 'in', states).orderBy('seq');

const requireRoom = async (trx: Transaction<Tables>, { taskId, text }: NewMessage): Promise<void> => {
  const waiting = await ofTask(trx, taskId, ['waiting', 'handed']).execute();
  const characters = waiting.reduce((sum, each) => sum + each.text.length, text.length);
  if (waiting.length < maxWaiting && characters <= maxWaitingCharacters) return;
  throw new MakimaError('TOO_MANY_MESSAGES', `${waiting.length} messages wait for the agent, which has not taken them`);
};

/** Puts messages at the end of their tasks' order within a transaction of the caller's. What is there already, by its id, stays as it is. */
export const putMessages = async (
  trx: Transaction<Tables>,
  { mail, now }: Pick<Session, 'mail' | 'now'>,
  messages: readonly NewMessage[],
): Promise<void> => {
  for (const message of messages) {
    // Whatever becomes of the transaction: who is in here wrongly costs a read.
    mail.add(message.taskId);
    const put = await trx
      .insertInto('messages')
      .values({ ...message, state: 'waiting', runId: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('seq')
      .execute();
    if (put.length > 0) await post(trx, message.taskId, now(), [note('queued', message)]);
  }
};

const find = async (trx: Transaction<Tables>, taskId: string, id: string): Promise<MessageRecord | null> => {
  const row = await trx.selectFrom('messages').selectAll().where('id', '=', id).where('taskId', '=', taskId).executeTakeFirst();
  return row ? messageOf(row) : null;
};

type Change = Partial<Pick<MessageRecord, 'state' | 'runId' | 'text'>>;

const change = async (trx: Transaction<Tables>, messages: readonly MessageRecord[], changes: Change): Promise<void> => {
  for (const ids of inChunks(messages.map(({ id }) => id))) await trx.updateTable('messages').set(changes).where('id', 'in', ids).execute();
};

export const messageRows = (session: Session): MessageRows => {
  const { read, write, now, mail } = session;
  return {
    putMessage: (message) =>
      write(async (trx) => {
        const task = await trx.selectFrom('tasks').select('status').where('id', '=', message.taskId).executeTakeFirst();
        if (!task) throw new MakimaError('TASK_NOT_FOUND');
        if (!isActive(task.status)) throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
        if (message.kind !== 'inbox') await requireRoom(trx, message);
        await putMessages(trx, session, [message]);
      }),

    mayHaveMessages: (taskId) => mail.has(taskId),

    waitingMessages: async (taskId) => {
      if (!mail.has(taskId)) return [];
      return read(async (db) =>
        (
          await db
            .selectFrom('messages')
            .selectAll()
            .where('taskId', '=', taskId)
            .where('state', 'in', ['waiting', 'handed'])
            .orderBy('seq')
            .execute()
        ).map(messageOf),
      );
    },

    handMessages: async (taskId, runId, { kinds, limit }) => {
      if (!mail.has(taskId)) return [];
      return write(async (trx) => {
        const all = (await ofTask(trx, taskId, ['waiting', 'handed']).execute()).map(messageOf);
        const earlier = all.filter(({ state }) => state === 'handed');
        const chosen = all.filter(({ state, kind }) => state === 'waiting' && kinds.includes(kind)).slice(0, limit ?? undefined);
        await change(trx, chosen, { state: 'handed', runId });
        await post(
          trx,
          taskId,
          now(),
          chosen.flatMap(({ text }) => lines(text)),
        );
        return [...earlier, ...chosen];
      });
    },

    deliveredMessage: (taskId, id) =>
      write(async (trx) => {
        const message = await find(trx, taskId, id);
        if (message?.state !== 'handed') return;
        await change(trx, [message], { state: 'delivered' });
        await post(trx, taskId, now(), [note('delivered', message)]);
      }),

    settleMessages: async (taskId, runId, which) => {
      if (!mail.has(taskId)) return;
      await write(async (trx) => {
        const all = (await ofTask(trx, taskId, ['handed', 'delivered']).where('runId', '=', runId).execute()).map(messageOf);
        const has = ({ id, state }: MessageRecord): boolean =>
          which !== 'none' && (state === 'delivered' || which.written.includes(id)) && !which.unread.includes(id);
        const [delivered, returned] = [all.filter(has), all.filter((each) => !has(each))];
        await change(trx, delivered, { state: 'delivered', text: '' });
        await change(trx, returned, { state: 'waiting', runId: null });
        const told = delivered.filter(({ state }) => state === 'handed').map((each) => note('delivered', each));
        await post(trx, taskId, now(), [...told, ...returned.map((each) => note('queued', each))]);
      });
    },

    withdrawMessage: (taskId, id, { handed } = { handed: false }) =>
      write(async (trx) => {
        const message = await find(trx, taskId, id);
        if (message === null) throw new MakimaError('MESSAGE_NOT_FOUND', `Task ${taskId} has no message ${id}`);
        if (message.state === 'withdrawn') return;
        if (message.state !== 'waiting' && !(handed && message.state === 'handed'))
          throw new MakimaError('MESSAGE_DELIVERED', message.state === 'handed' ? 'The message is on its way into the agent' : undefined);
        await change(trx, [message], { state: 'withdrawn', text: '' });
        await post(trx, taskId, now(), [note('withdrawn', message)]);
      }),
  };
};
