import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { checkBranchName } from '../git/command/index.ts';
import { openTarget } from '../git/delivery/index.ts';
import { requireWorktree } from '../ledger/worktree-of.ts';
import { requireOwner, requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** How long the last run's end is waited for, in milliseconds. */
const endingTime = 10_000;

/** Runs a task's completion action, again or for the first time. Its result is the task's `completion`, however it ends. */
export const runCompletion =
  (context: TaskContext): Actions['runCompletion'] =>
  async (caller, taskId, request) => {
    requireOwner(caller);
    const task = await requireTask(context, caller, taskId, 'own');
    if (task.parentTaskId !== null) throw new MakimaError('SUBTASK_COMPLETION_ACTION');
    if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
    const action = request.action ?? (task.completionAction === 'none' ? undefined : task.completionAction);
    const targetRepoPath = request.targetRepoPath ?? task.targetRepoPath;
    const targetBranch = request.targetBranch ?? task.targetBranch;
    if (action === undefined)
      throw new MakimaError('NO_COMPLETION_TARGET', 'The task has no completion action of its own, and the request names none');
    if (targetRepoPath === null)
      throw new MakimaError('NO_COMPLETION_TARGET', 'The task has no targetRepoPath, and the request gives none');
    await openTarget(targetRepoPath, context.userHome);
    if (targetBranch !== null) await checkBranchName(targetBranch);
    await requireWorktree(context, task.id);
    if (context.completions.isRunning(task.id)) throw new MakimaError('COMPLETION_RUNNING');
    // A task is done a moment before its agent has left, and that runs the action by itself.
    if (!(await context.runs.settled(task.id, endingTime))) throw new MakimaError('TASK_ACTIVE', "The task's last run is still ending");
    const { message, prUrl, commitSha, branch } = await context.completions.run(task, {
      action,
      targetRepoPath,
      targetBranch,
      ...(request.force === true && { force: true }),
    });
    return { success: true, message, prUrl, commitSha, branch };
  };
