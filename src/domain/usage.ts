import type { Usage } from '../../schemas/task.ts';

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0, turns: 0 };

/** The sum of two usages, field by field. */
export const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  costUsd: a.costUsd + b.costUsd,
  turns: a.turns + b.turns,
});

/** What of a usage is not in another, field by field. */
export const withoutUsage = (usage: Usage, other: Usage): Usage => ({
  inputTokens: usage.inputTokens - other.inputTokens,
  outputTokens: usage.outputTokens - other.outputTokens,
  cacheReadTokens: usage.cacheReadTokens - other.cacheReadTokens,
  cacheWriteTokens: usage.cacheWriteTokens - other.cacheWriteTokens,
  costUsd: usage.costUsd - other.costUsd,
  turns: usage.turns - other.turns,
});

/** What was used and for how long. */
export interface Spent extends Usage {
  /** How long the agent ran, in milliseconds. */
  runningMs: number;
}

export const nothingSpent: Spent = { ...noUsage, runningMs: 0 };

/** The sum of two, field by field. */
export const addSpent = (a: Spent, b: Spent): Spent => ({ ...addUsage(a, b), runningMs: a.runningMs + b.runningMs });

/** Every token that went to the model or came from it, those of the cache too. */
export const tokensOf = (usage: Usage): number => usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;

/** What a task of a tree has used, as the store has it. */
export interface SpentByTask {
  id: string;
  parentTaskId: string | null;
  usage: Usage;
  runningMs: number;
  /** Since when its agent runs, in ISO 8601; null where it does not. */
  runningSince: string | null;
  /** What subtasks of it had used that were deleted, with all that was below them. */
  deleted: Spent;
}

/** What one task has used until now, without what is below it. @param now - in milliseconds since 1970 */
export const spentBy = (task: Pick<SpentByTask, 'usage' | 'runningMs' | 'runningSince'>, now: number): Spent => {
  // A clock that was set back takes nothing away.
  const open = task.runningSince === null ? 0 : Math.max(0, now - Date.parse(task.runningSince));
  return { ...task.usage, runningMs: task.runningMs + open };
};

/** The tasks of a tree's rows that are at or below one of them, the row itself first. @param tree - a parent comes before its children */
export const atOrBelow = <Row extends Pick<SpentByTask, 'id' | 'parentTaskId'>>(tree: readonly Row[], top: string): Row[] => {
  const ids = new Set([top]);
  return tree.filter(({ id, parentTaskId }) => {
    if (id === top) return true;
    if (parentTaskId === null || !ids.has(parentTaskId)) return false;
    ids.add(id);
    return true;
  });
};

/** What a task and all below it have used, subtasks that were deleted too. @param tree - a parent comes before its children */
export const spentInTree = (tree: readonly SpentByTask[], top: string, now: number): Spent =>
  atOrBelow(tree, top).reduce((sum, row) => addSpent(addSpent(sum, spentBy(row, now)), row.deleted), nothingSpent);
