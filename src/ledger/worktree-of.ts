import { MakimaError } from '../errors.ts';
import { parseWorktree, type Worktree } from '../git/worktree/index.ts';
import type { TaskStore } from '../store/task-store.ts';

/** The task's worktree as it was recorded, null where it has none. */
export const worktreeOf = async ({ store }: { store: TaskStore }, taskId: string): Promise<Worktree | null> => {
  const row = await store.getWorktree(taskId);
  return row === null ? null : parseWorktree(row.record);
};

/** @throws MakimaError WORKTREE_NOT_FOUND */
export const requireWorktree = async (parts: { store: TaskStore }, taskId: string): Promise<Worktree> => {
  const worktree = await worktreeOf(parts, taskId);
  if (!worktree) throw new MakimaError('WORKTREE_NOT_FOUND', `Task ${taskId} has no worktree`);
  return worktree;
};
