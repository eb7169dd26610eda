import { isTerminal } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { repositoryOf } from '../git/repository/index.ts';
import { findTaskCard, restoreWorktree as restoreFiles, writeTaskCard } from '../git/worktree/index.ts';
import { requireOwner } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** Brings back a worktree that was deleted, with its task where that was deleted too. Its log is not had back. */
export const restoreWorktree =
  (context: TaskContext): Actions['restoreWorktree'] =>
  async (caller, taskId) => {
    requireOwner(caller);
    const id = taskId.toLowerCase();
    const card = await findTaskCard(context.directories, id);
    const existing = await context.store.getTask(id);
    if (!card) throw new MakimaError(existing ? 'WORKTREE_NOT_FOUND' : 'TASK_NOT_FOUND', `Nothing was kept of a task ${taskId}`);
    if (existing && !isTerminal(existing.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${existing.status}`);
    const { worktree, warnings } = await restoreFiles(card.worktree, id, {
      keptDir: context.directories.kept,
      gitDir: repositoryOf(context.directories, id),
    });
    if (!existing) {
      const parent = card.task.parentTaskId === null ? null : await context.store.getTask(card.task.parentTaskId);
      await context.store.createTask({ ...card.task, parentTaskId: parent?.id ?? null, depth: parent ? card.task.depth : 0 });
    }
    await context.store.saveWorktree({
      taskId: id,
      record: worktree,
      repositoryDir: worktree.gitDir,
      createdAt: context.now().toISOString(),
    });
    const task = await context.ledger.update(id, { overlayPath: worktree.path });
    await writeTaskCard({ task, worktree, isDeleted: false });
    context.ledger.say(id, `The worktree was brought back from what was kept of it: ${worktree.path}`);
    for (const warning of warnings) context.ledger.say(id, warning, 'warning');
    return task;
  };
