import type { Budget } from '../../../schemas/task.ts';

/** A budget as it was asked for; one without any limit is none. */
export const budgetOf = (budget: Budget | null | undefined): Budget | null =>
  budget == null || Object.keys(budget).length === 0 ? null : budget;
