import { withWorktreeLock } from '../../git/worktree/index.ts';
import { worktreeOf } from '../../ledger/worktree-of.ts';
import type { TaskContext } from '../context.ts';
import { currentMerge } from './open-merge.ts';

/** Takes back what an earlier daemon left half-merged. What fails is reported, and met again by the next call that has to do with it. */
export const recoverMerges = async (context: TaskContext): Promise<void> => {
  for (const { taskId } of await context.store.listMerges()) {
    try {
      const [task, into] = [await context.store.getTask(taskId), await worktreeOf(context, taskId)];
      if (task !== null && into !== null) await withWorktreeLock(into, () => currentMerge(context, task, into));
    } catch (error) {
      context.report(`the merge that was under way in task ${taskId}`, error);
    }
  }
};
