import type { Task } from '../../../schemas/task.ts';
import type { SpentUsage, UsageReport } from '../../../schemas/usage.ts';
import { percentOf } from '../../domain/budget.ts';
import { noUsage, spentBy, spentInTree, type Spent } from '../../domain/usage.ts';
import { standingsOver } from '../../runs/budget/standing.ts';
import type { Run } from '../../store/task-store.ts';
import { maySee, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

const minuteMs = 60_000;

const wire = ({ runningMs, ...usage }: Spent): SpentUsage => ({ ...usage, minutes: runningMs / minuteMs });

/** Each run by itself. @param total - how long all of them ran, in milliseconds */
const runsOf = (runs: readonly Run[], total: number): UsageReport['runs'] =>
  runs.map((run, index) => ({
    id: run.runId,
    number: run.number,
    startedAt: run.createdAt,
    endedAt: run.endedAt,
    usage: wire({ ...(run.usage ?? noUsage), runningMs: (runs[index + 1]?.baseRunningMs ?? total) - run.baseRunningMs }),
  }));

const budgetsOver = async (parts: Needs<'store' | 'now'>, caller: Caller, task: Task): Promise<UsageReport['budgets']> => {
  const budgets: UsageReport['budgets'] = [];
  for (const { task: of, limits } of await standingsOver(parts, task.id))
    if (await maySee(parts, caller, of.id))
      budgets.push({ taskId: of.id, taskName: of.name, limits: limits.map((state) => ({ ...state, percent: percentOf(state) })) });
  return budgets;
};

/**
 * What a task has used: by itself, with its tree, in each run, and of the budgets that it is under.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN
 */
export const getUsage = async (parts: Needs<'store' | 'now'>, caller: Caller, taskId: string): Promise<UsageReport> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const tree = await parts.store.spendingBelow(task.id);
  const now = parts.now().getTime();
  const own = spentBy(tree.find(({ id }) => id === task.id) ?? { usage: noUsage, runningMs: 0, runningSince: null }, now);
  return {
    task: wire(own),
    tree: wire(spentInTree(tree, task.id, now)),
    runs: runsOf(await parts.store.listRuns(task.id), own.runningMs),
    budgets: await budgetsOver(parts, caller, task),
  };
};
