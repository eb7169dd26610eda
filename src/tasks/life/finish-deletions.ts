import { isDirectory } from '../../files/look.ts';
import { allTaskCards, emptyTrash, leadsTo, removeWorktree, trashOf } from '../../git/worktree/index.ts';
import type { Needs } from '../parts.ts';

/**
 * Goes on with deletions in the middle of which an earlier daemon died: tasks whose rows are gone and whose worktrees or
 * logs are not. Not for a store that began empty: there every row is gone.
 */
export const finishDeletions = async ({ store, log, directories }: Needs<'store' | 'log' | 'directories'>): Promise<void> => {
  const trash = trashOf(directories.worktrees);
  const known = new Set(await store.worktreeTaskIds());
  for (const { task, worktree, isDeleted } of await allTaskCards(directories, (taskId) => !known.has(taskId))) {
    if (!isDeleted || (await store.getTask(task.id)) !== null) continue;
    // a card is in reach of agents: a directory that it names goes only where it is a worktree of this repository
    const isThere = await isDirectory(worktree.path);
    if (isThere && !(await leadsTo(worktree.path, worktree.gitDir))) continue;
    if (isThere || (await isDirectory(worktree.adminDir))) await removeWorktree(worktree, { keptDir: directories.kept, trash });
  }
  const logs = log.taskIds();
  const tasks = new Set(await store.taskIds());
  for (const taskId of logs) if (!tasks.has(taskId)) log.remove(taskId);
};

/** Removes what deletions put aside, while everything else goes on. */
export const emptyTrashSoon = ({ directories, report }: Needs<'directories' | 'report'>): void => {
  emptyTrash(trashOf(directories.worktrees)).catch((error: unknown) => report('removing deleted worktrees', error));
};
