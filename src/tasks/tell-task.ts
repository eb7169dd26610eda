import type { MessageKind } from '../../schemas/message.ts';
import type { Task } from '../../schemas/task.ts';
import { isActive, isTerminal } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { findTask, type Caller } from './access.ts';
import { queueTask, type Starting } from './life/queue-task.ts';
import { requireSettledRun } from './life/settled-run.ts';
import type { Needs } from './parts.ts';

/** What saying something to a task uses. */
export type Telling = Starting & Needs<'store' | 'newId'>;

/** It ended while it was being told. */
const isEnding = (error: unknown): boolean =>
  error instanceof MakimaError && (error.code === 'AGENT_INPUT_CLOSED' || error.code === 'TASK_NOT_RUNNING');

/**
 * Says something more to the agent of a task, at the end of what it is told. A task that has ended goes on with its session
 * for it, where that is wanted; one whose agent is about to end, when it has.
 * @param message.resume - start a task that has ended
 * @returns whether the agent has it already; else it has it when that fits
 * @throws MakimaError TASK_NOT_RUNNING, AGENT_INPUT_CLOSED, TOO_MANY_MESSAGES, DISK_FULL, NO_SESSION, COMPLETION_RUNNING, TASK_ACTIVE
 */
export const tellTask = async (
  parts: Telling,
  caller: Caller,
  task: Task,
  { resume, ...message }: { kind: MessageKind; text: string; resume: boolean },
): Promise<{ id: string; delivered: boolean }> => {
  if (isActive(task.status)) {
    try {
      return await parts.runs.send(task.id, message);
    } catch (error) {
      if (!resume || !isEnding(error)) throw error;
      await requireSettledRun(parts, task.id);
      const ended = await findTask(parts, task.id);
      if (!isTerminal(ended.status)) throw error;
      return tellTask(parts, caller, ended, { resume, ...message });
    }
  }
  if (!resume || task.status === 'pending') throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
  const id = parts.newId();
  await queueTask(parts, caller, task, { resume, message: { id, ...message } });
  return { id, delivered: false };
};
