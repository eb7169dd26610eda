import { MakimaError } from '../errors.ts';
import { isDirectory } from '../files/look.ts';
import { diffFiles, diffPatch } from '../git/snapshot/index.ts';
import type { Worktree } from '../git/worktree/index.ts';
import { requireWorktree } from '../ledger/worktree-of.ts';
import { requireTask } from './access.ts';
import type { Actions, Caller } from './actions.ts';
import type { TaskContext } from './context.ts';

/** Where a task works and what it changed there. */
export const readWorktree = (context: TaskContext): Pick<Actions, 'getWorktree' | 'diffPatch' | 'diffFiles'> => {
  const present = async (caller: Caller, taskId: string): Promise<Worktree> => {
    const task = await requireTask(context, caller, taskId, 'read');
    const worktree = await requireWorktree(context, task.id);
    if (!(await isDirectory(worktree.path)))
      throw new MakimaError('WORKTREE_NOT_FOUND', `The worktree ${worktree.path} is no longer there`);
    return worktree;
  };
  return {
    async getWorktree(caller, taskId) {
      const task = await requireTask(context, caller, taskId, 'read');
      const { path, branch, baseCommit } = await requireWorktree(context, task.id);
      return { path, branch, baseCommit, exists: await isDirectory(path) };
    },
    async diffPatch(caller, taskId) {
      const worktree = await present(caller, taskId);
      return diffPatch(worktree, worktree.baseCommit);
    },
    async diffFiles(caller, taskId) {
      const worktree = await present(caller, taskId);
      return diffFiles(worktree, worktree.baseCommit);
    },
  };
};
