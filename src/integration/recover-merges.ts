import { withWorktreeLock } from '../git/worktree/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import { currentMerge } from './current-merge.ts';
import type { MergeParts } from './parts.ts';

/** Takes back what an earlier daemon left half-merged. What fails is reported, and met again by the next call that has to do with it. */
export const recoverMerges = async (parts: MergeParts): Promise<void> => {
  for (const { taskId } of await parts.store.listMerges()) {
    try {
      const [task, into] = [await parts.store.getTask(taskId), await worktreeOf(parts, taskId)];
      if (task !== null && into !== null) await withWorktreeLock(into, () => currentMerge(parts, task, into));
    } catch (error) {
      parts.report(`the merge that was under way in task ${taskId}`, error);
    }
  }
};
