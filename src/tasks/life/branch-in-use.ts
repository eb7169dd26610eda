import type { Task } from '../../../schemas/task.ts';
import { quoteName } from '../../domain/names/quote-name.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { findLocalRepository, parseRepositoryUrl, repositoryName } from '../../git/repository/index.ts';
import type { Needs } from '../parts.ts';

/** What tells that two tasks have their branches of one repository: all worktrees of one on this machine share them. */
const repositoryOf = async (task: Task, userHome: string): Promise<string | null> => {
  const source = parseRepositoryUrl(task.repositoryUrl, userHome);
  if (source.kind !== 'local') return repositoryName(source, task.id);
  try {
    return (await findLocalRepository(source.path)).commonDir;
  } catch (error) {
    // gone since: nobody can bring work there
    if (error instanceof MakimaError && error.code === 'INVALID_REPOSITORY') return null;
    throw error;
  }
};

/** One that waits for the other begins when that one's work is brought out, at the tip that it has by then. */
const isInOrder = (task: Task, other: Task): boolean =>
  task.dependsOn.includes(other.id) || (other.status === 'queued' && other.dependsOn.includes(task.id));

/**
 * Holds a task that goes on with an existing branch against those that do so now, until what they made of it is brought out: of two that begin
 * at one tip only the first could bring the branch forward. One that depends on another may follow it.
 * @throws MakimaError BRANCH_IN_USE
 */
export const requireFreeBranch = async (
  { store, completions, userHome }: Needs<'store' | 'completions' | 'userHome'>,
  task: Task,
): Promise<void> => {
  if (task.continuesBranch === null || task.branch === null) return;
  const others = (await store.listContinuing(task.branch)).filter(
    (other) =>
      other.id !== task.id &&
      !isInOrder(task, other) &&
      (isActive(other.status) || other.completion?.status === 'running' || completions.isRunning(other.id)),
  );
  if (others.length === 0) return;
  const repository = await repositoryOf(task, userHome);
  for (const other of others)
    if (repository !== null && (await repositoryOf(other, userHome)) === repository)
      throw new MakimaError('BRANCH_IN_USE', `Task ${other.id} (${quoteName(other.name)}) works on the branch ${task.branch}`, {
        details: { taskId: other.id },
      });
};
