import type { Task } from '../../schemas/task.ts';
import { lookOver } from '../git/snapshot/index.ts';
import { parseWorktree } from '../git/worktree/index.ts';
import type { RunContext } from './context.ts';

/**
 * Tells what lies beside the work of a run that has ended: on the task, and in its log. What was told is not told again, so it
 * can be repeated. A look that fails is reported and holds up no end.
 */
export const lookOverRun = async (context: Pick<RunContext, 'store' | 'ledger' | 'report'>, task: Task): Promise<void> => {
  const row = await context.store.getWorktree(task.id);
  if (row === null) return;
  try {
    const found = await lookOver(parseWorktree(row.record));
    if (found.length > 0) await context.ledger.warn(task.id, ...found);
  } catch (error) {
    context.report(`looking over the worktree of task ${task.id}`, error);
  }
};
