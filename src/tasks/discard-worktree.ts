import type { Task } from '../../schemas/task.ts';
import { keepSnapshot, removeWorktree } from '../git/remove-worktree.ts';
import { runProjectCommand } from '../runs/project-commands.ts';
import type { TaskContext } from './context.ts';
import { worktreeOf } from './worktree-of.ts';

/** Removes a task's worktree after what is in it was kept under a private ref. Can be repeated. */
export const discardWorktree = async (context: TaskContext, task: Task): Promise<void> => {
  const worktree = await worktreeOf(context, task.id);
  if (!worktree) return;
  await keepSnapshot(worktree, task.id);
  const failure = await runProjectCommand({ which: 'teardown', worktree: worktree.path, runId: `teardown-${task.id}`, env: context.inheritedEnv, timeoutMs: context.projectCommandTimeoutMs });
  // A worktree whose teardown fails is still to go: the user asked for it.
  if (failure !== null) context.report(`the teardown command of task ${task.id}`, failure);
  await removeWorktree(worktree);
  await context.store.deleteWorktree(task.id);
};
