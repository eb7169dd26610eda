import type { WaitingMessage } from '../../schemas/message.ts';
import { canonicalId } from '../domain/names/canonical-id.ts';
import { requireTask, type Caller } from './access.ts';
import type { Needs } from './parts.ts';
import { tellTask, type Telling } from './tell-task.ts';

/**
 * Says something more to the agent of a task, as its user.
 * @param options.resume - a task that has ended goes on with its agent's session for it
 * @returns whether the agent has it already; else it has it when that fits
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, and what tellTask throws
 */
export const sendMessage = async (
  parts: Telling,
  caller: Caller,
  taskId: string,
  message: string,
  { resume = false }: { resume?: boolean | undefined } = {},
): Promise<{ id: string; delivered: boolean }> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  return tellTask(parts, caller, task, { kind: 'user', text: message, resume });
};

/** What the agent of a task does not have yet, in its order. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const listMessages = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<WaitingMessage[]> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return (await parts.store.waitingMessages(task.id)).map(({ id, kind, text, state, createdAt }) => ({
    id,
    taskId: task.id,
    kind,
    message: text,
    state: state === 'waiting' ? state : 'handed',
    createdAt,
  }));
};

/** Takes back what the agent does not have yet, again to no effect. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, MESSAGE_NOT_FOUND, MESSAGE_DELIVERED */
export const withdrawMessage = async (
  parts: Needs<'store' | 'ledger'>,
  caller: Caller,
  taskId: string,
  messageId: string,
): Promise<void> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  await parts.ledger.commit(parts.store.withdrawMessage(task.id, canonicalId(messageId)));
};
