import type { UpdateTask } from '../../../schemas/task-requests.ts';
import { type Task, taskStatuses } from '../../../schemas/task.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import type { TaskChanges } from '../../store/task-store.ts';
import { requireOwner, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { budgetOf } from './budget-of.ts';
import { checkDependencies, dependencyIds, onDependencies } from './check-dependencies.ts';
import { finishTask } from './finish-task.ts';

const whilePending = { in: ['pending'], code: 'TASK_NOT_PENDING' } as const;
/** While no run is under way that was asked to work with something else. */
const betweenRuns = { in: taskStatuses.filter((status) => !isActive(status)), code: 'TASK_ACTIVE' } as const;

/**
 * Changes what may change in the status the task is in; `status: done` finishes it.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, TASK_NOT_PENDING, TASK_ACTIVE, INVALID_DEPENDENCY, and why it cannot be finished
 */
export const updateTask = async (
  parts: Needs<'store' | 'ledger' | 'runs'>,
  caller: Caller,
  taskId: string,
  { status, force, progressSummary, model, effort, budget, ...definition }: UpdateTask,
): Promise<Task> => {
  const task = await requireTask(parts, caller, taskId, 'report');
  const redefines = Object.keys(definition).length > 0;
  const ofNextRun = { ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) };
  const isForNextRun = Object.keys(ofNextRun).length > 0;
  // Whoever has a budget does not raise it.
  if (redefines || isForNextRun || budget !== undefined) requireOwner(caller);
  if (force !== undefined && status === undefined) throw new MakimaError('VALIDATION_FAILED', 'force goes with status "done" only');
  const only = redefines ? whilePending : isForNextRun ? betweenRuns : undefined;
  if (only && !only.in.some((each) => each === task.status)) throw new MakimaError(only.code, `The task is ${task.status}`);
  const changes: TaskChanges = {
    ...definition,
    ...ofNextRun,
    ...(definition.dependsOn && { dependsOn: dependencyIds(definition.dependsOn) }),
    ...(budget !== undefined && { budget: budgetOf(budget) }),
    ...(progressSummary !== undefined && { progressSummary }),
  };
  const change = (): Promise<Task> =>
    status === undefined ? parts.ledger.update(task.id, changes, [], only) : finishTask(parts, task, { changes, force: force ?? false });
  const { dependsOn } = changes;
  const checked = async (): Promise<Task> => {
    await checkDependencies(parts, caller, { ...task, ...(dependsOn && { dependsOn }) }, false);
    return change();
  };
  const changed = await (dependsOn ? onDependencies(checked) : change());
  if (budget !== undefined) parts.runs.budgets.changed(task.id);
  return changed;
};
