import { createHash } from 'node:crypto';
import type { CreateTask } from '../../schemas/task-requests.ts';
import type { Task } from '../../schemas/task.ts';
import { branchName } from '../domain/branch-name.ts';
import { MakimaError } from '../errors.ts';
import { checkRelativePath } from '../files/relative-path.ts';
import { checkBranchName } from '../git/command/index.ts';
import { openTarget } from '../git/delivery/index.ts';
import { checkSource, parseRepositoryUrl } from '../git/repository/index.ts';
import { requireTask } from './access.ts';
import type { Actions, Caller } from './actions.ts';
import type { TaskContext } from './context.ts';
import { requireRoom } from './room-for-work.ts';
import { startExisting } from './start-task.ts';

/** What this version does not do yet is refused, rather than taken and not done. */
const refuseUnavailable = (request: CreateTask): void => {
  if ((request.dependsOn ?? []).length > 0) throw new MakimaError('DEPENDS_ON_UNAVAILABLE');
};

const findParent = async (context: TaskContext, caller: Caller, request: CreateTask): Promise<Task | null> => {
  if (request.parentTaskId === undefined) {
    if (caller.kind === 'tool-key')
      throw new MakimaError('FORBIDDEN', 'A tool key makes tasks under its own task only: parentTaskId is missing');
    return null;
  }
  const parent = await requireTask(context, caller, request.parentTaskId, 'read');
  if (!parent.isOrchestrator) throw new MakimaError('INVALID_PARENT', `Task ${parent.id} is no orchestrator`);
  if (request.completionAction !== undefined && request.completionAction !== 'none') throw new MakimaError('SUBTASK_COMPLETION_ACTION');
  if (parent.depth + 1 > context.maxDepth)
    throw new MakimaError(
      'DEPTH_EXCEEDED',
      `A task under ${parent.id} would be at depth ${parent.depth + 1}, and ${context.maxDepth} is the most`,
    );
  return parent;
};

const rootId = async (context: TaskContext, task: Task): Promise<string> => (await context.store.ancestors(task.id)).at(-1)?.id ?? task.id;

/** A continuation stays in its tree: what another tree's worktree holds is not this caller's to copy. */
const checkContinuation = async (context: TaskContext, caller: Caller, sourceId: string, parent: Task | null): Promise<void> => {
  const source = await requireTask(context, caller, sourceId, 'read');
  if (caller.kind === 'tool-key' && parent && (await rootId(context, source)) !== (await rootId(context, parent)))
    throw new MakimaError('INVALID_CONTINUATION');
  if (!(await context.store.getWorktree(source.id)))
    throw new MakimaError('INVALID_CONTINUATION', `Task ${source.id} has no worktree to continue from`);
};

/** Where the work goes: the repository that it comes from, where that is on this machine and no other is named. */
const targetOf = (context: TaskContext, request: CreateTask): string | null => {
  if (request.targetRepoPath !== undefined) return request.targetRepoPath;
  if ((request.completionAction ?? 'none') === 'none') return null;
  const repositoryUrl = request.repositoryUrl ?? null;
  if (parseRepositoryUrl(repositoryUrl, context.userHome).kind === 'local') return repositoryUrl;
  throw new MakimaError(
    'NO_COMPLETION_TARGET',
    `completionAction ${String(request.completionAction)} needs a targetRepoPath, since the task's own repository is none on this machine`,
  );
};

/** A subtask works on its parent's repository; naming another is a mistake that must not pass unseen. */
const inherit = (
  context: TaskContext,
  request: CreateTask,
  parent: Task | null,
): Pick<Task, 'repositoryUrl' | 'baseBranch' | 'targetBranch' | 'targetRepoPath' | 'agent'> => {
  if (parent) {
    const { repositoryUrl } = request;
    if (repositoryUrl !== undefined && repositoryUrl !== parent.repositoryUrl)
      throw new MakimaError('INVALID_REPOSITORY', "A subtask works on its parent's repository");
  }
  return {
    repositoryUrl: parent ? parent.repositoryUrl : (request.repositoryUrl ?? null),
    baseBranch: request.baseBranch ?? parent?.baseBranch ?? null,
    targetBranch: request.targetBranch ?? parent?.targetBranch ?? null,
    targetRepoPath: parent ? null : targetOf(context, request),
    agent: request.agent ?? parent?.agent ?? context.drivers.default.name,
  };
};

const checkRequest = async (context: TaskContext, task: Task): Promise<void> => {
  context.drivers.get(task.agent); // throws INVALID_AGENT
  for (const branch of [task.baseBranch, task.targetBranch]) if (branch !== null) await checkBranchName(branch);
  for (const path of task.copyFiles) checkRelativePath(path);
  if (task.copyFiles.length > 0 && task.parentTaskId === null)
    throw new MakimaError('INVALID_PATH', "copyFiles come from the parent's worktree, and this task has no parent");
  if (task.targetRepoPath !== null) await openTarget(task.targetRepoPath, context.userHome);
  // A subtask's repository was checked with its parent, and may be one that only the parent made.
  if (task.parentTaskId === null) await checkSource(parseRepositoryUrl(task.repositoryUrl, context.userHome), task.baseBranch);
};

/** Makes a task, and starts it where the request says so. */
export const createTask =
  (context: TaskContext): Actions['createTask'] =>
  async (caller, request, idempotencyKey) => {
    const parent = await findParent(context, caller, request);
    refuseUnavailable(request);
    if (request.continueFromTaskId !== undefined) await checkContinuation(context, caller, request.continueFromTaskId, parent);
    const id = context.newId();
    const task: Task = {
      id,
      name: request.name,
      plan: request.plan,
      status: 'pending',
      isOrchestrator: request.isOrchestrator ?? false,
      parentTaskId: parent?.id ?? null,
      depth: parent ? parent.depth + 1 : 0,
      ...inherit(context, request, parent),
      completionAction: request.completionAction ?? 'none',
      continueFromTaskId: request.continueFromTaskId ?? null,
      copyFiles: request.copyFiles ?? [],
      dependsOn: [],
      priority: request.priority ?? 0,
      overlayPath: null,
      branch: branchName(request.name, id),
      baseCommit: null,
      sessionId: null,
      progressSummary: null,
      errorMessage: null,
      warnings: [],
      exitCode: null,
      usage: null,
      completion: null,
      createdAt: context.now().toISOString(),
      queuedAt: null,
      startedAt: null,
      completedAt: null,
    };
    await checkRequest(context, task);
    await requireRoom(context);
    const { task: made } = await context.store.createTask(task, {
      maxTasks: context.maxTasks,
      ...(caller.kind === 'tool-key' && { keyId: caller.keyId }),
      ...(idempotencyKey !== null && {
        idempotency: {
          scope: caller.kind === 'owner' ? 'owner' : caller.taskId,
          key: idempotencyKey,
          requestHash: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
        },
      }),
    });
    // Also where the task was made by an earlier try that died before it was started.
    return request.start === true && made.status === 'pending' ? startExisting(context, caller, made) : made;
  };
