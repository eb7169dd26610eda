import { Type, type Static } from '@sinclair/typebox';
import type { Completion, Task } from '../../schemas/task.ts';
import { branchName } from '../domain/names/branch-name.ts';
import { MakimaError } from '../errors.ts';
import { commitIdentity, openTarget, type TargetRepository } from '../git/delivery/index.ts';
import { parseWorktree, type Worktree } from '../git/worktree/index.ts';
import type { CompletionContext } from './context.ts';

/** What is to be done, as it is stored while it is under way. */
export const CompletionOrder = Type.Object({
  action: Type.Union([Type.Literal('branch'), Type.Literal('merge'), Type.Literal('pr')]),
  targetRepoPath: Type.String(),
  targetBranch: Type.Union([Type.String(), Type.Null()]),
  /** Conflict markers in the work are meant. */
  force: Type.Optional(Type.Boolean()),
});
export type CompletionOrder = Static<typeof CompletionOrder>;

/** What came of it so far: a part stays true where a later one fails. */
export type Outcome = Pick<Completion, 'branch' | 'commitSha' | 'prUrl'>;

/** One completion action of one task. */
export interface Job {
  task: Task;
  order: CompletionOrder;
  worktree: Worktree;
  target: TargetRepository;
  /** The task's branch in the target repository. */
  branch: string;
  /** Author and committer. @throws MakimaError NO_COMMIT_IDENTITY */
  identity: () => Promise<Record<string, string>>;
  outcome: Outcome;
  signal: AbortSignal;
}

/** @throws MakimaError WORKTREE_NOT_FOUND, INVALID_REPOSITORY, MERGE_IN_PROGRESS */
export const openJob = async (context: CompletionContext, task: Task, order: CompletionOrder): Promise<Job> => {
  const row = await context.store.getWorktree(task.id);
  if (row === null) throw new MakimaError('WORKTREE_NOT_FOUND', `Task ${task.id} has no worktree`);
  if ((await context.store.getMerge(task.id)) !== null)
    throw new MakimaError('MERGE_IN_PROGRESS', "A merge is open in the task's worktree, whose conflicts must not go into the repository");
  const target = await openTarget(order.targetRepoPath, context.userHome);
  let known: Promise<Record<string, string>> | null = null;
  return {
    task,
    order,
    worktree: parseWorktree(row.record),
    target,
    branch: task.branch ?? branchName(task.name, task.id),
    identity: () => (known ??= commitIdentity(target.gitDir, context.commitAuthor, context.shutdown)),
    outcome: { branch: null, commitSha: null, prUrl: null },
    signal: context.shutdown,
  };
};
