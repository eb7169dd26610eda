import type { Task } from '../../schemas/task.ts';
import { withCarried } from './continuation.ts';

/**
 * What became of a subtask's work: `integrated`: it is in the parent's worktree, merged or copied; `skipped`: it was left
 * out on purpose; `nothing`: it never had a worktree; `left`: it would be left behind, for the reason given.
 */
export type SubtaskWork = { kind: 'integrated' | 'skipped' | 'nothing' } | { kind: 'left'; reason: string };

export interface CompletionGate {
  /** Subtasks that keep the parent from being finished. */
  left: { task: Task; reason: string }[];
  mergedCount: number;
  skippedCount: number;
}

/**
 * Whether all work of the subtasks is accounted for. One whose work is contained in a later one of its continuation chain
 * is integrated with that one; a skipped one carries nothing.
 *
 * @param subtasks - the direct ones
 * @param work - what became of each, by its id
 */
export const completionGate = (subtasks: readonly Task[], work: ReadonlyMap<string, SubtaskWork>): CompletionGate => {
  const kindOf = (task: Task): SubtaskWork['kind'] => work.get(task.id)?.kind ?? 'nothing';
  const integrated = withCarried(subtasks, new Set(subtasks.filter((task) => kindOf(task) === 'integrated').map(({ id }) => id)));
  const left = subtasks.flatMap((task) => {
    const found = work.get(task.id);
    return found?.kind === 'left' && !integrated.has(task.id) ? [{ task, reason: found.reason }] : [];
  });
  const skippedCount = subtasks.filter((task) => kindOf(task) === 'skipped' && !integrated.has(task.id)).length;
  const mergedCount = subtasks.filter((task) => integrated.has(task.id) && kindOf(task) !== 'nothing').length;
  return { left, mergedCount, skippedCount };
};
