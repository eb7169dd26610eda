import type { Task } from '../../../schemas/task.ts';
import { canonicalId } from '../../domain/canonical-id.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { repositoryOf } from '../../git/repository/index.ts';
import { findTaskCard, restoreWorktree as restoreFiles, writeTaskCard } from '../../git/worktree/index.ts';
import { requireOwner, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/**
 * Brings back a worktree that was deleted, with its task where that was deleted too. Its log is not had back.
 * @throws MakimaError FORBIDDEN, TASK_NOT_FOUND, WORKTREE_NOT_FOUND (nothing was kept of it), TASK_ACTIVE, and what git refuses
 */
export const restoreWorktree = async (
  { store, ledger, directories, now }: Needs<'store' | 'ledger' | 'directories' | 'now'>,
  caller: Caller,
  taskId: string,
): Promise<Task> => {
  requireOwner(caller);
  const id = canonicalId(taskId);
  const card = await findTaskCard(directories, id);
  const existing = await store.getTask(id);
  if (!card) throw new MakimaError(existing ? 'WORKTREE_NOT_FOUND' : 'TASK_NOT_FOUND', `Nothing was kept of a task ${taskId}`);
  if (existing && !isTerminal(existing.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${existing.status}`);
  const { worktree, warnings } = await restoreFiles(card.worktree, id, {
    keptDir: directories.kept,
    gitDir: repositoryOf(directories, id),
  });
  if (!existing) {
    const parent = card.task.parentTaskId === null ? null : await store.getTask(card.task.parentTaskId);
    await store.createTask({ ...card.task, parentTaskId: parent?.id ?? null, depth: parent ? card.task.depth : 0 });
  }
  await store.saveWorktree({ taskId: id, record: worktree, repositoryDir: worktree.gitDir, createdAt: now().toISOString() });
  const task = await ledger.update(id, { overlayPath: worktree.path });
  await writeTaskCard({ task, worktree, isDeleted: false });
  ledger.say(id, `The worktree was brought back from what was kept of it: ${worktree.path}`);
  for (const warning of warnings) ledger.say(id, warning, 'warning');
  return task;
};
