import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../errors.ts';
import { checkBranchName, commitOf, treeOf } from '../../git/command/index.ts';
import { mergeSource, type MergeSource } from '../../git/snapshot/index.ts';
import type { Worktree } from '../../git/worktree/index.ts';
import { requireWorktree } from '../../ledger/worktree-of.ts';
import type { Integration } from '../../store/task-store.ts';
import type { TaskContext } from '../context.ts';

/** @throws MakimaError TASK_NOT_FOUND, NOT_A_SUBTASK */
export const requireSubtask = async (context: TaskContext, task: Task, subtaskId: string): Promise<Task> => {
  const subtask = await context.store.getTask(subtaskId.toLowerCase());
  if (!subtask) throw new MakimaError('TASK_NOT_FOUND', `There is no task ${subtaskId}`);
  if (subtask.parentTaskId !== task.id) throw new MakimaError('NOT_A_SUBTASK', `Task ${subtask.id} is no subtask of task ${task.id}`);
  return subtask;
};

/**
 * The subtask that is to be merged.
 * @throws MakimaError VALIDATION_FAILED (neither is given, or they name different ones), TASK_NOT_FOUND, NOT_A_SUBTASK
 */
export const findSubtask = async (
  context: TaskContext,
  task: Task,
  wanted: { sourceBranch?: string; subtaskId?: string },
): Promise<Task> => {
  const { sourceBranch, subtaskId } = wanted;
  if (subtaskId !== undefined) {
    const subtask = await requireSubtask(context, task, subtaskId);
    if (sourceBranch !== undefined && sourceBranch !== subtask.branch)
      throw new MakimaError('VALIDATION_FAILED', `${JSON.stringify(sourceBranch)} is not the branch of task ${subtask.id}`);
    return subtask;
  }
  if (sourceBranch === undefined) throw new MakimaError('VALIDATION_FAILED', 'Either sourceBranch or subtaskId is needed');
  const subtask = (await context.store.listChildren(task.id)).find(({ branch }) => branch === sourceBranch);
  if (!subtask) throw new MakimaError('NOT_A_SUBTASK', `${JSON.stringify(sourceBranch)} is the branch of no subtask of task ${task.id}`);
  return subtask;
};

/** What the subtask's worktree holds now, as a commit. @throws MakimaError WORKTREE_NOT_FOUND */
export const sourceOfSubtask = async (
  context: TaskContext,
  subtask: Task,
  integrations: readonly Integration[],
): Promise<{ worktree: Worktree; source: MergeSource }> => {
  const worktree = await requireWorktree(context, subtask.id);
  const merged = integrations.find(({ subtaskId }) => subtaskId === subtask.id);
  const previous =
    merged?.sourceCommit != null && merged.sourceTree !== null ? { commit: merged.sourceCommit, tree: merged.sourceTree } : null;
  return {
    worktree,
    source: await mergeSource(worktree, previous, `${subtask.name}\n\nUncommitted work of ${worktree.branch}, kept to be merged.`),
  };
};

/** A branch of the subtask's repository by its name, as a warning tells it. @throws MakimaError WORKTREE_NOT_FOUND, INVALID_REF, BRANCH_NOT_FOUND */
export const branchOfSubtask = async (
  context: TaskContext,
  subtask: Task,
  branch: string,
): Promise<{ worktree: Worktree; source: MergeSource }> => {
  await checkBranchName(branch);
  const worktree = await requireWorktree(context, subtask.id);
  const commit = await commitOf(worktree.gitDir, `refs/heads/${branch}`);
  if (commit === null) throw new MakimaError('BRANCH_NOT_FOUND', `The repository of task ${subtask.id} has no branch ${branch}`);
  return { worktree, source: { commit, tree: await treeOf(worktree.gitDir, commit) } };
};
