import type { SpentUsage, UsageReport } from '../../../schemas/usage.ts';
import { describeLimit } from '../../domain/budget.ts';
import { withinLine } from './text-answers.ts';

const spent = (usage: SpentUsage): string => {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return `$${usage.costUsd.toFixed(4)}, ${usage.turns} turns, ${read} tokens in, ${usage.outputTokens} out, ${usage.minutes.toFixed(1)} minutes`;
};

/** What a task has used, for a shell: `task: …`, `tree: …`, a `run` for each of its runs and a `budget` for each limit that it is under. */
export const usageLines = ({ task, tree, runs, budgets }: UsageReport): string =>
  [
    `task: ${spent(task)}`,
    `tree: ${spent(tree)}`,
    ...runs.map(({ number, usage }) => `run ${number}: ${spent(usage)}`),
    ...budgets.flatMap(({ taskId, taskName, limits }) =>
      limits.map((state) => `budget of ${taskId} (${withinLine(taskName)}): ${describeLimit(state)}`),
    ),
  ]
    .map((line) => `${line}\n`)
    .join('');
