import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { checkBranchName, commitOf, treeOf } from '../git/command/index.ts';
import { mergeSource, type MergeSource, type PlannedSource, planSource } from '../git/snapshot/index.ts';
import type { Worktree } from '../git/worktree/index.ts';
import { requireWorktree } from '../ledger/worktree-of.ts';
import type { Integration, TaskStore } from '../store/task-store.ts';

/** What was merged of a subtask, as the store has it; null where nothing was. */
export const mergedSource = (integration: Integration | undefined): MergeSource | null =>
  integration?.sourceCommit != null && integration.sourceTree !== null
    ? { commit: integration.sourceCommit, tree: integration.sourceTree }
    : null;

const previousOf = (subtask: Task, integrations: readonly Integration[]): MergeSource | null =>
  mergedSource(integrations.find(({ subtaskId }) => subtaskId === subtask.id));

/** What the subtask's worktree holds now, as a commit. @throws MakimaError WORKTREE_NOT_FOUND */
export const sourceOfSubtask = async (
  parts: { store: TaskStore },
  subtask: Task,
  integrations: readonly Integration[],
): Promise<{ worktree: Worktree; source: MergeSource }> => {
  const worktree = await requireWorktree(parts, subtask.id);
  const message = `${subtask.name}\n\nUncommitted work of ${worktree.branch}, kept to be merged.`;
  return { worktree, source: await mergeSource(worktree, previousOf(subtask, integrations), message) };
};

/** The same with no commit made, for a look ahead. @throws MakimaError WORKTREE_NOT_FOUND */
export const plannedSourceOf = async (
  parts: { store: TaskStore },
  subtask: Task,
  integrations: readonly Integration[],
): Promise<{ gitDir: string; source: PlannedSource }> => {
  const worktree = await requireWorktree(parts, subtask.id);
  return { gitDir: worktree.gitDir, source: await planSource(worktree, previousOf(subtask, integrations)) };
};

/** A branch of the subtask's repository by its name, as a warning tells it. @throws MakimaError WORKTREE_NOT_FOUND, INVALID_REF, BRANCH_NOT_FOUND */
export const branchOfSubtask = async (
  parts: { store: TaskStore },
  subtask: Task,
  branch: string,
): Promise<{ worktree: Worktree; source: MergeSource }> => {
  await checkBranchName(branch);
  const worktree = await requireWorktree(parts, subtask.id);
  const commit = await commitOf(worktree.gitDir, `refs/heads/${branch}`);
  if (commit === null) throw new MakimaError('BRANCH_NOT_FOUND', `The repository of task ${subtask.id} has no branch ${branch}`);
  return { worktree, source: { commit, tree: await treeOf(worktree.gitDir, commit) } };
};
