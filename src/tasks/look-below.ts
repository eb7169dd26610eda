import { nameSome } from '../domain/name-some.ts';
import type { Task, Warning } from '../../schemas/task.ts';
import { isActive, isTerminal } from '../domain/status-machine.ts';
import type { Below } from '../runs/context.ts';
import type { TaskContext } from './context.ts';
import { describeWhatIsLeft } from './integration.ts';
import { stopBelow } from './stop-task.ts';

const maxNamed = 5;

const nameThem = (tasks: readonly Task[]): string =>
  nameSome(
    tasks.map(({ id, name, status }) => `${id} ("${name}": ${status})`),
    maxNamed,
  );

/**
 * What of a task's subtasks somebody should look at; it asks the store alone.
 * SUBTASKS_UNATTENDED: some were never started, or still run. SUBTASKS_FAILED: of those that were started none ended well,
 * none of their work was merged, and not all of it was left out on purpose.
 */
export const subtaskWarnings = async (context: TaskContext, task: Task): Promise<Warning[]> => {
  const subtasks = await context.store.listChildren(task.id);
  if (subtasks.length === 0) return [];
  const became = new Map((await context.store.listIntegrations(task.id)).map(({ subtaskId, state }) => [subtaskId, state]));
  const warnings: Warning[] = [];
  const unattended = subtasks.filter(({ id, status }) => !isTerminal(status) && became.get(id) !== 'skipped');
  if (unattended.length > 0)
    warnings.push({
      code: 'SUBTASKS_UNATTENDED',
      message: `Nobody attends to subtasks that were never started or still run: ${nameThem(unattended)}. Start, stop or delete them`,
    });
  const started = subtasks.filter(({ status }) => status !== 'pending');
  const isLost = ({ id, status }: Task): boolean => !isActive(status) && status !== 'done' && became.get(id) !== 'merged';
  if (started.length > 0 && started.every(isLost) && started.some(({ id }) => became.get(id) !== 'skipped')) {
    warnings.push({
      code: 'SUBTASKS_FAILED',
      message: `No subtask ended well: ${nameThem(started)}. Read their errors, start them again or make better ones`,
    });
  }
  return warnings;
};

/** @param context - asked for at each call: runs are made before it is whole */
export const lookBelow = (context: () => TaskContext): Below => ({
  whatIsLeft: (task) => describeWhatIsLeft(context(), task),
  warnings: (task) => subtaskWarnings(context(), task),
  stop: async (task) => {
    const { ledger } = context();
    const stopped = await stopBelow(context(), task, { graceful: true, again: false });
    if (stopped > 0) ledger.say(task.id, `Its ${stopped} active subtasks are stopped with it (MAKIMA_KEEP_SUBTASKS=true keeps them)`);
  },
});
