import type { SubtaskBranch } from '../../../schemas/merge.ts';
import { isDirectory } from '../../files/look.ts';
import { commitOf } from '../../git/command/index.ts';
import { branchFacts } from '../../git/snapshot/index.ts';
import { headPlaceOf } from '../../git/worktree/index.ts';
import { unintegratedOf, workOfSubtasks } from '../../integration/gate.ts';
import { worktreeOf } from '../../ledger/worktree-of.ts';
import { requireTask } from '../access.ts';
import type { Actions } from '../actions.ts';
import type { TaskContext } from '../context.ts';

/** What there is to merge, and whether nothing is left of it. */
export const readBranches = (context: TaskContext): Pick<Actions, 'listBranches' | 'checkMerge'> => ({
  async listBranches(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'read');
    const into = await worktreeOf(context, task.id);
    const { subtasks, work, gate } = await workOfSubtasks(context, task);
    const left = new Set(gate.left.map((each) => each.task.id));
    const head = into !== null && (await isDirectory(into.adminDir)) ? await commitOf(headPlaceOf(into), 'HEAD') : null;
    const against = into === null || head === null ? null : { commit: head, gitDir: into.gitDir };
    const branches: SubtaskBranch[] = [];
    for (const subtask of subtasks) {
      const worktree = await worktreeOf(context, subtask.id);
      if (worktree === null) continue;
      const isSkipped = work.get(subtask.id)?.kind === 'skipped';
      const facts = await branchFacts(worktree, against);
      branches.push({
        name: worktree.branch,
        taskId: subtask.id,
        taskName: subtask.name,
        isMerged: !isSkipped && !left.has(subtask.id),
        isSkipped,
        ...facts,
      });
    }
    return branches;
  },

  async checkMerge(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'read');
    const { gate } = await workOfSubtasks(context, task);
    const unmerged = unintegratedOf(gate).map(({ taskId: id, name, branch, reason }) => ({ taskId: id, taskName: name, branch, reason }));
    return {
      canComplete: unmerged.length === 0,
      unmergedBranches: unmerged.map(({ branch }) => branch),
      mergedCount: gate.mergedCount,
      skippedCount: gate.skippedCount,
      unmerged,
    };
  },
});
