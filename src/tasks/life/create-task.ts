import { createHash } from 'node:crypto';
import type { CreateTask } from '../../../schemas/task-requests.ts';
import type { Task } from '../../../schemas/task.ts';
import { canonicalId } from '../../domain/names/canonical-id.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { checkRelativePath } from '../../files/relative-path.ts';
import { checkBranchName } from '../../git/command/index.ts';
import { openTarget } from '../../git/delivery/index.ts';
import { checkSource, parseRepositoryUrl } from '../../git/repository/index.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { requireFreeBranch } from './branch-in-use.ts';
import { branchOf, requireOneBegin } from './branch-of-request.ts';
import { budgetOf } from './budget-of.ts';
import { checkDependencies, dependencyIds, onDependencies } from './check-dependencies.ts';
import { queueTask, type Starting } from './queue-task.ts';
import { requireRoom } from './room-for-work.ts';

const findParent = async (parts: Needs<'store' | 'maxDepth'>, caller: Caller, request: CreateTask): Promise<Task | null> => {
  const { maxDepth } = parts;
  if (request.parentTaskId === undefined) {
    if (caller.kind === 'tool-key')
      throw new MakimaError('FORBIDDEN', 'A tool key makes tasks under its own task only: parentTaskId is missing');
    return null;
  }
  const parent = await requireTask(parts, caller, request.parentTaskId, 'read');
  if (!parent.isOrchestrator) throw new MakimaError('INVALID_PARENT', `Task ${parent.id} is no orchestrator`);
  if (request.completionAction !== undefined && request.completionAction !== 'none') throw new MakimaError('SUBTASK_COMPLETION_ACTION');
  if (parent.depth + 1 > maxDepth)
    throw new MakimaError('DEPTH_EXCEEDED', `A task under ${parent.id} would be at depth ${parent.depth + 1}, and ${maxDepth} is the most`);
  return parent;
};

const rootId = async ({ store }: Needs<'store'>, task: Task): Promise<string> => (await store.ancestors(task.id)).at(-1)?.id ?? task.id;

/**
 * A subtask continues what is in its own tree, whoever asks: its changes count from where the other's work began, so what it
 * would bring into its parent from another tree or another repository is told by no check. A task at the top may continue any.
 */
const checkContinuation = async (parts: Needs<'store'>, caller: Caller, sourceId: string, parent: Task | null): Promise<void> => {
  const source = await requireTask(parts, caller, sourceId, 'read');
  if (parent && (await rootId(parts, source)) !== (await rootId(parts, parent)))
    throw new MakimaError(
      'INVALID_CONTINUATION',
      `Task ${source.id} ("${source.name}") is in another tree of tasks than ${parent.id}, and merging would bring in all that it holds`,
    );
  // One that has not ended is waited for, but not one above it, whose files are taken as they are then.
  const isAbove =
    parent !== null && (source.id === parent.id || (await parts.store.ancestors(parent.id)).some(({ id }) => id === source.id));
  if ((isAbove || isTerminal(source.status)) && !(await parts.store.getWorktree(source.id)))
    throw new MakimaError('INVALID_CONTINUATION', `Task ${source.id} has no worktree to continue from`);
};

/** Where the work goes: the repository that it comes from, where that is on this machine and no other is named. */
const targetOf = ({ userHome }: Needs<'userHome'>, request: CreateTask): string | null => {
  if (request.targetRepoPath !== undefined) return request.targetRepoPath;
  if ((request.completionAction ?? 'none') === 'none') return null;
  const repositoryUrl = request.repositoryUrl ?? null;
  if (parseRepositoryUrl(repositoryUrl, userHome).kind === 'local') return repositoryUrl;
  throw new MakimaError(
    'NO_COMPLETION_TARGET',
    `completionAction ${String(request.completionAction)} needs a targetRepoPath, since the task's own repository is none on this machine`,
  );
};

/** A subtask works on its parent's repository; naming another is a mistake that must not pass unseen. */
const inherit = (
  parts: Needs<'drivers' | 'userHome'>,
  request: CreateTask,
  parent: Task | null,
): Pick<Task, 'repositoryUrl' | 'baseBranch' | 'targetBranch' | 'targetRepoPath' | 'agent' | 'model' | 'effort'> => {
  if (parent) {
    const { repositoryUrl } = request;
    if (repositoryUrl !== undefined && repositoryUrl !== parent.repositoryUrl)
      throw new MakimaError('INVALID_REPOSITORY', "A subtask works on its parent's repository");
  }
  const agent = request.agent ?? parent?.agent ?? parts.drivers.default.name;
  // What one agent calls a model means nothing to another.
  const sameAgent = parent?.agent === agent ? parent : null;
  return {
    repositoryUrl: parent ? parent.repositoryUrl : (request.repositoryUrl ?? null),
    baseBranch: request.baseBranch ?? parent?.baseBranch ?? null,
    targetBranch: request.targetBranch ?? parent?.targetBranch ?? null,
    targetRepoPath: parent ? null : targetOf(parts, request),
    agent,
    model: request.model ?? sameAgent?.model ?? null,
    effort: request.effort ?? sameAgent?.effort ?? null,
  };
};

const checkRequest = async ({ drivers, userHome }: Needs<'drivers' | 'userHome'>, task: Task): Promise<void> => {
  drivers.get(task.agent); // throws INVALID_AGENT
  for (const branch of [task.baseBranch, task.targetBranch]) if (branch !== null) await checkBranchName(branch);
  for (const path of task.copyFiles) checkRelativePath(path);
  if (task.copyFiles.length > 0 && task.parentTaskId === null)
    throw new MakimaError('INVALID_PATH', "copyFiles come from the parent's worktree, and this task has no parent");
  if (task.targetRepoPath !== null) await openTarget(task.targetRepoPath, userHome);
  // A subtask's repository was checked with its parent, and may be one that only the parent made.
  if (task.parentTaskId === null) await checkSource(parseRepositoryUrl(task.repositoryUrl, userHome), task.baseBranch);
};

/**
 * Makes a task, and starts it where the request says so.
 * @param idempotencyKey - where a task was made with it before, that one is the answer
 * @throws MakimaError for what of the request does not hold: its parent, dependencies, repository, branches, paths, agent; IDEMPOTENCY_KEY_REUSED,
 *   TOO_MANY_TASKS, BUDGET_EXCEEDED, DISK_FULL
 */
export const createTask = async (
  parts: Starting & Needs<'drivers' | 'maxDepth' | 'maxTasks' | 'newId'>,
  caller: Caller,
  request: CreateTask,
  idempotencyKey: string | null,
): Promise<Task> => {
  const { ledger, maxTasks, newId, now } = parts;
  const parent = await findParent(parts, caller, request);
  requireOneBegin(request);
  if (request.continueFromTaskId !== undefined) await checkContinuation(parts, caller, request.continueFromTaskId, parent);
  const id = newId();
  const createdAt = now().toISOString();
  const task: Task = {
    id,
    name: request.name,
    plan: request.plan,
    status: 'pending',
    waitsFor: null,
    isOrchestrator: request.isOrchestrator ?? false,
    parentTaskId: parent?.id ?? null,
    depth: parent ? parent.depth + 1 : 0,
    ...inherit(parts, request, parent),
    budget: budgetOf(request.budget),
    completionAction: request.completionAction ?? 'none',
    continueFromTaskId: request.continueFromTaskId === undefined ? null : canonicalId(request.continueFromTaskId),
    copyFiles: request.copyFiles ?? [],
    dependsOn: dependencyIds(request.dependsOn),
    priority: request.priority ?? 0,
    overlayPath: null,
    ...(await branchOf(parts, request, id)),
    baseCommit: null,
    sessionId: null,
    progressSummary: null,
    errorMessage: null,
    warnings: [],
    exitCode: null,
    usage: null,
    completion: null,
    createdAt,
    updatedAt: createdAt,
    queuedAt: null,
    startedAt: null,
    completedAt: null,
  };
  await checkRequest(parts, task);
  // a repeat is to be answered with the first task, which may be what works on the branch
  if (request.start === true && idempotencyKey === null) await requireFreeBranch(parts, task);
  await requireRoom(parts);
  // Before it is made, where it is not an earlier one that the request is for.
  if (request.start === true && parent !== null && idempotencyKey === null) await parts.runs.budgets.require(parent);
  const create = (): ReturnType<typeof ledger.create> =>
    ledger.create(task, {
      maxTasks,
      ...(caller.kind === 'tool-key' && { keyId: caller.keyId }),
      ...(idempotencyKey !== null && {
        idempotency: {
          scope: caller.kind === 'owner' ? 'owner' : caller.taskId,
          key: idempotencyKey,
          requestHash: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
        },
      }),
    });
  const checked = async (): ReturnType<typeof create> => {
    await checkDependencies(parts, caller, task, true);
    return create();
  };
  const { task: made } = await (task.dependsOn.length > 0 || task.continueFromTaskId !== null ? onDependencies(checked) : create());
  // Also where the task was made by an earlier try that died before it was started.
  return request.start === true && made.status === 'pending' ? queueTask(parts, caller, made, { resume: false }) : made;
};
