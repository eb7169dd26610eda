import type { Task } from '../../schemas/task.ts';
import { isTerminal } from '../domain/status-machine.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

const stopOne = async (context: TaskContext, task: Task, graceful: boolean): Promise<void> => {
  if (isTerminal(task.status)) return;
  if (task.status === 'pending') {
    await context.ledger.transition(task.id, { to: 'interrupted', patch: { completedAt: context.now().toISOString() }, events: [{ type: 'end', status: 'interrupted' }] });
    return;
  }
  await context.runs.stop(task.id, { graceful });
};

/** Stops a task and, unless told otherwise, all below it: the deepest first, so that no orchestrator sees its subtasks vanish. */
export const stopTask =
  (context: TaskContext): Actions['stopTask'] =>
  async (caller, taskId, request) => {
    const task = await requireTask(context, caller, taskId, 'command');
    const graceful = request.graceful ?? true;
    const below = request.subtasks === 'keep' ? [] : await context.store.listDescendants(task.id);
    const started = below.filter((each) => each.status !== 'pending').sort((a, b) => b.depth - a.depth);
    for (const each of started) await stopOne(context, each, graceful);
    await stopOne(context, task, graceful);
    return { task: (await context.store.getTask(task.id)) ?? task, wasTerminal: isTerminal(task.status) };
  };
