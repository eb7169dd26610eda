import type { Task } from '../../schemas/task.ts';
import { isActive, isTerminal } from '../domain/status-machine.ts';
import type { StopOptions } from '../runs/runs.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

const stopOne = async (context: TaskContext, task: Task, options: StopOptions): Promise<void> => {
  if (isTerminal(task.status)) return;
  if (task.status === 'pending') {
    await context.ledger.transition(task.id, {
      to: 'interrupted',
      patch: { completedAt: context.now().toISOString() },
      events: [{ type: 'end', status: 'interrupted' }],
    });
    return;
  }
  await context.runs.stop(task.id, options);
};

/**
 * A stopped orchestrator makes no more subtasks, since its key died first; what one below it has made before it was asked
 * itself is found by the next look. More looks than a tree is deep are due to somebody else who goes on making them.
 */
const maxLooks = 100;

/**
 * Stops all that was started below a task, whoever is higher first: whose key is dead adds nothing. What was never started
 * stays as it is.
 * @param options.again - asks those too that are being stopped already, as a person does who wants it to be quicker
 * @returns how many were asked
 */
export const stopBelow = async (
  context: TaskContext,
  task: Task,
  { graceful, again }: { graceful: boolean; again: boolean },
): Promise<number> => {
  const seen = new Set<string>();
  let asked = 0;
  for (let look = 0; look < maxLooks; look += 1) {
    const active = (await context.store.listDescendants(task.id)).filter(({ id, status }) => isActive(status) && !seen.has(id));
    if (active.length === 0) break;
    for (const each of active) {
      seen.add(each.id);
      if (!again && (await context.store.currentRun(each.id))?.stopRequested != null) continue;
      await stopOne(context, each, { graceful, keepSubtasks: false });
      asked += 1;
    }
  }
  return asked;
};

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
