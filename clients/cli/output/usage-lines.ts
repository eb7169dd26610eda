import type { UsageReport } from '../../typescript/index.ts';
import { withinLine } from './plain.ts';
import { counted, money } from './sizes.ts';
import { shortTime } from './times.ts';

type Spent = UsageReport['task'];
type Budgets = UsageReport['budgets'];

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

const spent = ({ costUsd, turns, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, minutes }: Spent): string =>
  [
    money(costUsd),
    counted(turns, 'turn'),
    `${whole.format(inputTokens + cacheReadTokens + cacheWriteTokens)} tokens in, ${whole.format(outputTokens)} out`,
    shortTime(minutes * 60_000),
  ]
    .filter((each) => each !== '')
    .join(', ');

const words: Readonly<Record<Budgets[number]['limits'][number]['limit'], (used: number, max: number) => string>> = {
  maxCostUsd: (used, max) => `${money(used) || '$0'} of ${money(max)}`,
  maxTokens: (used, max) => `${whole.format(used)} of ${whole.format(max)} tokens`,
  maxTurns: (used, max) => `${whole.format(used)} of ${whole.format(max)} turns`,
  maxMinutes: (used, max) => `${whole.format(used)} of ${whole.format(max)} minutes`,
};

/** What is used of each limit of one budget, such as `$0.83 of $1.00 (83 %)`. */
export const budgetWords = ({ limits }: Budgets[number]): string =>
  limits.map(({ limit, used, max, percent }) => `${words[limit](used, max)} (${percent} %)`).join(', ');

/** What a task has used: by itself, with all below it, in each of its runs, and of the budgets over it. */
export const usageLines = (taskId: string, { task, tree, runs, budgets }: UsageReport): string => {
  const rows: [string, string][] = [
    ['Task', spent(task)],
    ['Tree', spent(tree)],
    ...runs.map(({ number, usage }): [string, string] => [`Run ${number}`, spent(usage)]),
    ...budgets.map((budget): [string, string] => [
      'Budget',
      `${budgetWords(budget)}${budget.taskId === taskId ? '' : `, of ${withinLine(budget.taskName)}`}`,
    ]),
  ];
  const width = Math.max(...rows.map(([key]) => key.length)) + 2;
  return rows.map(([key, value]) => `${`${key}:`.padEnd(width)}${value}\n`).join('');
};
