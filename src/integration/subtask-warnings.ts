import type { Task, Warning } from '../../schemas/task.ts';
import { nameSome } from '../domain/names/name-some.ts';
import { isTerminal, isActive } from '../domain/status-machine.ts';
import type { TaskStore } from '../store/task-store.ts';

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
export const subtaskWarnings = async ({ store }: { store: TaskStore }, task: Task): Promise<Warning[]> => {
  const subtasks = await store.listChildren(task.id);
  if (subtasks.length === 0) return [];
  const became = new Map((await store.listIntegrations(task.id)).map(({ subtaskId, state }) => [subtaskId, state]));
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
