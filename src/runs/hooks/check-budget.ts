import type { Budgets } from '../budget/budgets.ts';
import type { RunHook } from './hook.ts';

/** Whether there is anything left of the budgets that a task is under, before anything is made for it; and what its agent itself is held to. */
export const checkBudget = ({ budgets }: { budgets: Pick<Budgets, 'leftFor'> }): RunHook => ({
  name: 'budget',
  async prepare({ task }) {
    const left = await budgets.leftFor(task);
    return Object.keys(left).length === 0 ? undefined : { launch: { budget: left } };
  },
});
