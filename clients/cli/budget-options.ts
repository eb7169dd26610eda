import { InvalidArgumentError, type Command } from 'commander';
import type { CreateTask } from '../typescript/index.ts';
import { wholeNumber } from './read-options.ts';

export type Budget = NonNullable<CreateTask['budget']>;

/** The limits of a budget, as they are typed. */
export interface BudgetOptions {
  maxCost?: number;
  maxTokens?: number;
  maxTurns?: number;
  maxMinutes?: number;
}

/** @throws InvalidArgumentError */
const amount = (text: string): number => {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It is a number above 0, such as 5 or 0.5.');
  return Number(text);
};
/** Also as `200k` or `1.5M`. @throws InvalidArgumentError */
const tokens = (text: string): number => {
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?)([kM]?)$/.exec(text) ?? [];
  const count = Number(digits) * { '': 1, k: 1000, M: 1_000_000 }[unit === 'k' || unit === 'M' ? unit : ''];
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It is a whole number above 0, such as 500000, 500k or 2M.');
  return count;
};
/** @throws InvalidArgumentError */
const turns = (text: string): number => {
  const count = wholeNumber(text);
  if (count < 1) throw new InvalidArgumentError('It is a whole number above 0.');
  return count;
};

/** The options of a command by which a task's budget is said. */
export const withBudgetOptions = (command: Command): Command =>
  command
    .option('--max-cost <dollars>', 'what it and all below it may cost, in US dollars', amount)
    .option('--max-tokens <count>', 'how many tokens they may use, read or written, those of the cache too', tokens)
    .option('--max-turns <count>', 'how many turns their agents may take', turns)
    .option('--max-minutes <count>', 'how many minutes their agents may run, together', amount);

/** What was said of a budget; null where nothing was. */
export const budgetOf = ({ maxCost, maxTokens, maxTurns, maxMinutes }: BudgetOptions): Budget | null => {
  const budget: Budget = {
    ...(maxCost !== undefined && { maxCostUsd: maxCost }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(maxTurns !== undefined && { maxTurns }),
    ...(maxMinutes !== undefined && { maxMinutes }),
  };
  return Object.keys(budget).length === 0 ? null : budget;
};
