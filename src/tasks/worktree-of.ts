import { MakimaError } from '../errors.ts';
import { parseWorktree, type Worktree } from '../git/worktree/index.ts';
import type { TaskContext } from './context.ts';

/** The task's worktree as it was recorded, null where it has none. */
export const worktreeOf = async (context: TaskContext, taskId: string): Promise<Worktree | null> => {
  const row = await context.store.getWorktree(taskId);
  return row === null ? null : parseWorktree(row.record);
};

/** @throws MakimaError WORKTREE_NOT_FOUND */
export const requireWorktree = async (context: TaskContext, taskId: string): Promise<Worktree> => {
  const worktree = await worktreeOf(context, taskId);
  if (!worktree) throw new MakimaError('WORKTREE_NOT_FOUND', `Task ${taskId} has no worktree`);
  return worktree;
};
