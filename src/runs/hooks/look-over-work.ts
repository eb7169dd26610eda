import { lookOver } from '../../git/snapshot/index.ts';
import { parseWorktree } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

/**
 * Tells what lies beside the work of a run that has ended: on the task, and in its log. What was told is not told again. A look
 * that fails is reported and holds up no end.
 */
export const lookOverWork = (context: Pick<RunContext, 'store' | 'log' | 'ledger' | 'report'>): RunHook => ({
  name: 'look over',
  async ended({ task }) {
    // Nothing follows the end of a log.
    if (context.log.last(task.id)?.ended === true) return;
    const row = await context.store.getWorktree(task.id);
    if (row === null) return;
    try {
      const found = await lookOver(parseWorktree(row.record));
      if (found.length > 0) await context.ledger.warn(task.id, ...found);
    } catch (error) {
      context.report(`looking over the worktree of task ${task.id}`, error);
    }
  },
});
