import type { Budget, Task } from '../../../schemas/task.ts';
import { describeLimit, isUsedUp, limitsOf, type LimitState } from '../../domain/budget.ts';
import { atOrBelow, spentInTree, type Spent, type SpentByTask } from '../../domain/usage.ts';
import { MakimaError } from '../../errors.ts';
import type { RunContext } from '../context.ts';

type Parts = Pick<RunContext, 'store' | 'now'>;

/** How the budget of a task stands: it is for the task and all below it. */
export interface Standing {
  task: Task;
  budget: Budget;
  spent: Spent;
  /** What is at and below the task. */
  tree: SpentByTask[];
  limits: LimitState[];
}

/** The tasks with a budget at and above a task, the nearest first. Known without a query, where they were used lately. */
const withBudget = async ({ store }: Parts, taskId: string): Promise<{ task: Task; budget: Budget }[]> => {
  const found: { task: Task; budget: Budget }[] = [];
  for (let id: string | null = taskId; id !== null;) {
    const task: Task | null = await store.getTask(id);
    if (task?.budget) found.push({ task, budget: task.budget });
    id = task?.parentTaskId ?? null;
  }
  return found;
};

/** How each budget stands that a task is under, the nearest first: none is one query. */
export const standingsOver = async (parts: Parts, taskId: string): Promise<Standing[]> => {
  const budgets = await withBudget(parts, taskId);
  const top = budgets.at(-1);
  if (top === undefined) return [];
  const all = await parts.store.spendingBelow(top.task.id);
  const now = parts.now().getTime();
  return budgets.map(({ task, budget }) => {
    const spent = spentInTree(all, task.id, now);
    return { task, budget, spent, tree: atOrBelow(all, task.id), limits: limitsOf(budget, spent) };
  });
};

/** Which limits of a budget are used up, as a sentence without its full stop. @param limits - one or more */
export const describeUsedUp = (task: Pick<Task, 'id' | 'name'>, limits: readonly LimitState[]): string =>
  `The budget of task ${task.id} (${JSON.stringify(task.name)}) is used up (BUDGET_EXCEEDED): ${limits.map(describeLimit).join(', ')}`;

/** Why a task was stopped, and what to do. @param what - without its full stop */
export const whyStopped = (what: string): string => new MakimaError('BUDGET_EXCEEDED', what).message;

/** What of the budgets is used up, as a sentence without its full stop; null where nothing is. */
export const whatIsUsedUp = (standings: readonly Standing[]): string | null => {
  for (const { task, limits } of standings) {
    const over = limits.filter(isUsedUp);
    if (over.length > 0) return describeUsedUp(task, over);
  }
  return null;
};
