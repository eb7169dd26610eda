import { isTerminal } from '../domain/status-machine.ts';
import { stopBelow, stopOne } from '../runs/stop-below.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** Stops a task and, unless told otherwise, all below it. The task comes first: where the daemon dies in between, its run's end stops the rest. */
export const stopTask =
  (context: TaskContext): Actions['stopTask'] =>
  async (caller, taskId, request) => {
    const task = await requireTask(context, caller, taskId, 'command');
    const graceful = request.graceful ?? true;
    const keepSubtasks = request.subtasks === undefined ? context.keepSubtasks : request.subtasks === 'keep';
    await stopOne(context, task, { graceful, keepSubtasks });
    context.reached('stop stored');
    if (!keepSubtasks) await stopBelow(context, task, { graceful, again: true });
    return { task: (await context.store.getTask(task.id)) ?? task, wasTerminal: isTerminal(task.status) };
  };
