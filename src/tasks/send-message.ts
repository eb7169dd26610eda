import { requireRunning, requireTask, type Caller } from './access.ts';
import type { Needs } from './parts.ts';

/**
 * Says something more to a running agent, as its user.
 * @returns whether the agent has it already; else it has it when it reads next
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TASK_NOT_RUNNING, AGENT_INPUT_CLOSED
 */
export const sendMessage = async (
  parts: Needs<'store' | 'runs'>,
  caller: Caller,
  taskId: string,
  message: string,
): Promise<{ delivered: boolean }> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  requireRunning(task);
  return parts.runs.send(task.id, message);
};
