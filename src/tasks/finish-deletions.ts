import { removeWorktree } from '../git/remove-worktree.ts';
import { allTaskCards } from '../git/task-card.ts';
import { emptyTrash, trashOf } from '../git/trash.ts';
import { isDirectory } from '../git/worktree.ts';
import type { TaskContext } from './context.ts';

/**
 * Goes on with deletions in the middle of which an earlier daemon died: tasks whose rows are gone and whose worktrees or
 * logs are not. Not for a store that began empty: there every row is gone.
 */
export const finishDeletions = async (context: TaskContext, repositoriesDirectory: string): Promise<void> => {
  for (const { task, worktree, isDeleted } of await allTaskCards(repositoriesDirectory)) {
    if (!isDeleted || (await context.store.getTask(task.id)) !== null) continue;
    if ((await isDirectory(worktree.path)) || (await isDirectory(worktree.adminDir))) await removeWorktree(worktree, trashOf(context.worktreesDirectory));
  }
  for (const { taskId } of context.log.sizes()) if ((await context.store.getTask(taskId)) === null) context.log.remove(taskId);
};

/** Removes what deletions put aside, while everything else goes on. */
export const emptyTrashSoon = (context: TaskContext): void => {
  emptyTrash(trashOf(context.worktreesDirectory)).catch((error: unknown) => context.report('removing deleted worktrees', error));
};
