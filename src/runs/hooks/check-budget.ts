import type { Ledger } from '../../ledger/ledger.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { RunHook } from './hook.ts';

/** Whether there is anything left of the budgets that a task is under, before anything is made for it; and what its agent itself is held to. */
export const checkBudget = ({ budgets, ledger }: { budgets: Pick<Budgets, 'leftFor'>; ledger: Pick<Ledger, 'say'> }): RunHook => ({
  name: 'budget',
  async prepare({ task, driver }) {
    const left = await budgets.leftFor(task);
    if (left.maxCostUsd !== undefined && driver.tellsNoCost)
      ledger.say(
        task.id,
        `${driver.name} tells no cost, so the budget's dollars do not hold it: maxTokens, maxTurns and maxMinutes do`,
        'warning',
      );
    return Object.keys(left).length === 0 ? undefined : { launch: { budget: left } };
  },
});
