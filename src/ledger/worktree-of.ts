import { MakimaError } from '../errors.ts';
import { parseWorktree, type Worktree } from '../git/worktree/index.ts';
import type { TaskStore } from '../store/task-store.ts';

/** The task's worktree as it was recorded, null where it has none. Its files may be put away. */
export const worktreeOf = async ({ store }: { store: TaskStore }, taskId: string): Promise<Worktree | null> => {
  const row = await store.getWorktree(taskId);
  return row === null ? null : parseWorktree(row.record);
};

/** @throws MakimaError WORKTREE_NOT_FOUND where it never had one, or its files are put away */
export const requireWorktree = async ({ store }: { store: TaskStore }, taskId: string): Promise<Worktree> => {
  const row = await store.getWorktree(taskId);
  if (row === null) throw new MakimaError('WORKTREE_NOT_FOUND', `Task ${taskId} has no worktree`);
  if (row.awaySince !== null)
    throw new MakimaError(
      'WORKTREE_NOT_FOUND',
      `The worktree of task ${taskId} was put away on ${row.awaySince.slice(0, 10)}: \`makima restore ${taskId}\` brings it back, and so does a start of the task`,
    );
  return parseWorktree(row.record);
};
