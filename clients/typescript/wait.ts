import type { Task } from './contract.d.ts';
import { answered } from './answered.ts';
import { MakimaError } from './error.ts';
import type { Transport } from './transport.ts';

export interface WaitOptions {
  /** `end`, if left out: its completion action is over too, and its log complete. `terminal`: its status is final. */
  until?: 'end' | 'terminal';
  /** After which it is given up, in milliseconds; never where left out. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** Shorter than the minute after which proxies give up a connection on which nothing comes. */
const longestPollMs = 50_000;

const isTask = (value: unknown): value is Task => typeof value === 'object' && value !== null && 'id' in value && 'status' in value;

/**
 * Waits for the end of a task, in one request after the other, over restarts of the daemon too.
 * @returns the task as it then is: look at its status
 * @throws MakimaError TIMEOUT with `details.task`, the task as it is when the time is over; UNREACHABLE; the contract's
 */
export const waitFor = async (
  transport: Transport,
  taskId: string,
  { until = 'end', timeoutMs = Infinity, signal }: WaitOptions,
): Promise<Task> => {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const left = Math.max(0, Math.min(giveUpAt - Date.now(), longestPollMs));
    const path = `/api/v1/mesh/tasks/${encodeURIComponent(taskId)}/wait?until=${until}&timeout=${left / 1000}`;
    const response = await answered(await transport.send({ method: 'GET', path, signal }), 'application/json');
    const task: unknown = await response.json();
    if (!isTask(task)) throw new MakimaError('UNEXPECTED_ANSWER', 'What answers is no makima daemon: it said nothing of the task');
    if (response.headers.get('x-makima-over') === 'true') return task;
    if (Date.now() >= giveUpAt)
      throw new MakimaError('TIMEOUT', `The task ${task.name} is ${task.status} still. It goes on: wait again, or stop it.`, {
        details: { task },
      });
  }
};
