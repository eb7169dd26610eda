import type { MergeCheck, SubtaskBranch } from '../../../schemas/merge.ts';
import type { Task } from '../../../schemas/task.ts';
import { isDirectory } from '../../files/look.ts';
import { branchFacts, headOf } from '../../git/snapshot/index.ts';
import type { Worktree } from '../../git/worktree/index.ts';
import { unintegratedOf, workOfSubtasks } from '../../integration/gate.ts';
import { worktreeOf } from '../../ledger/worktree-of.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/** The branches of a task's subtasks, and how each stands to its worktree. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const listBranches = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<SubtaskBranch[]> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const into = await worktreeOf(parts, task.id);
  const { subtasks, work, gate } = await workOfSubtasks(parts, task);
  const left = new Set(gate.left.map((each) => each.task.id));
  const head = into !== null && (await isDirectory(into.adminDir)) ? await headOf(into) : null;
  const against = into === null || head === null ? null : { commit: head, gitDir: into.gitDir };
  const standing: { subtask: Task; worktree: Worktree }[] = [];
  for (const subtask of subtasks) {
    const worktree = await worktreeOf(parts, subtask.id);
    if (worktree !== null) standing.push({ subtask, worktree });
  }
  const facts = await branchFacts(
    standing.map(({ worktree }) => worktree),
    against,
  );
  return standing.map(({ subtask, worktree }, position) => {
    const isSkipped = work.get(subtask.id)?.kind === 'skipped';
    return {
      name: worktree.branch,
      taskId: subtask.id,
      taskName: subtask.name,
      isMerged: !isSkipped && !left.has(subtask.id),
      isSkipped,
      ...(facts[position] ?? { ahead: 0, lastCommit: null, lastCommitMessage: null }),
    };
  });
};

/** Whether all work of subtasks is in the task's worktree or left out on purpose, and what is not. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const checkMerge = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<MergeCheck> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const { gate } = await workOfSubtasks(parts, task);
  const unmerged = unintegratedOf(gate).map(({ taskId: id, name, branch, reason }) => ({ taskId: id, taskName: name, branch, reason }));
  return {
    canComplete: unmerged.length === 0,
    unmergedBranches: unmerged.map(({ branch }) => branch),
    mergedCount: gate.mergedCount,
    skippedCount: gate.skippedCount,
    unmerged,
  };
};
