import type { CompletionResult, RunCompletion } from '../../../schemas/completion.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { checkBranchName } from '../../git/command/index.ts';
import { openTarget } from '../../git/delivery/index.ts';
import { requireWorktree } from '../../ledger/worktree-of.ts';
import { requireOwner, requireTask, type Caller } from '../access.ts';
import { requireSettledRun } from '../life/settled-run.ts';
import type { Needs } from '../parts.ts';

/**
 * Runs a task's completion action now, again or for the first time. Its result is the task's `completion`, however it ends.
 * @param request - what it leaves out is the task's own
 * @throws MakimaError FORBIDDEN, TASK_NOT_FOUND, SUBTASK_COMPLETION_ACTION, TASK_ACTIVE, NO_COMPLETION_TARGET,
 *   INVALID_REPOSITORY, INVALID_REF, WORKTREE_NOT_FOUND, COMPLETION_RUNNING, and why the action failed
 */
export const runCompletion = async (
  parts: Needs<'store' | 'runs' | 'completions' | 'userHome'>,
  caller: Caller,
  taskId: string,
  request: RunCompletion,
): Promise<CompletionResult> => {
  requireOwner(caller);
  const { completions, userHome } = parts;
  const task = await requireTask(parts, caller, taskId, 'own');
  if (task.parentTaskId !== null) throw new MakimaError('SUBTASK_COMPLETION_ACTION');
  if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
  const action = request.action ?? (task.completionAction === 'none' ? undefined : task.completionAction);
  const targetRepoPath = request.targetRepoPath ?? task.targetRepoPath;
  const targetBranch = request.targetBranch ?? task.targetBranch;
  if (action === undefined)
    throw new MakimaError('NO_COMPLETION_TARGET', 'The task has no completion action of its own, and the request names none');
  if (targetRepoPath === null) throw new MakimaError('NO_COMPLETION_TARGET', 'The task has no targetRepoPath, and the request gives none');
  await openTarget(targetRepoPath, userHome);
  if (targetBranch !== null) await checkBranchName(targetBranch);
  await requireWorktree(parts, task.id);
  if (completions.isRunning(task.id)) throw new MakimaError('COMPLETION_RUNNING');
  // A task is done a moment before its agent has left, and that runs the action by itself.
  await requireSettledRun(parts, task.id);
  const { message, prUrl, commitSha, branch } = await completions.run(task, {
    action,
    targetRepoPath,
    targetBranch,
    ...(request.force === true && { force: true }),
  });
  return { success: true, message, prUrl, commitSha, branch };
};
