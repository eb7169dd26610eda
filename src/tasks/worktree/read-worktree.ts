import type { FileChange, WorktreeInfo } from '../../../schemas/worktree.ts';
import { MakimaError } from '../../errors.ts';
import { isDirectory } from '../../files/look.ts';
import { diffFiles as changedFiles, diffPatch as patchOf } from '../../git/snapshot/index.ts';
import { parseWorktree, type Worktree } from '../../git/worktree/index.ts';
import { requireWorktree } from '../../ledger/worktree-of.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

const present = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<Worktree> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const worktree = await requireWorktree(parts, task.id);
  if (!(await isDirectory(worktree.path))) throw new MakimaError('WORKTREE_NOT_FOUND', `The worktree ${worktree.path} is no longer there`);
  return worktree;
};

/** Where a task works, and whether that is there. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND (it never had one) */
export const getWorktree = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<WorktreeInfo> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const row = await parts.store.getWorktree(task.id);
  const { path, branch, baseCommit } = row === null ? await requireWorktree(parts, task.id) : parseWorktree(row.record);
  const awaySince = row?.awaySince ?? null;
  return { path, branch, baseCommit, exists: awaySince === null && (await isDirectory(path)), awaySince };
};

/**
 * What a task changed since its base, committed or not, as a patch.
 * @param paths - of these files alone; of a renamed one both names. All where there are none
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND, GIT_FAILED
 */
export const diffPatch = async (
  parts: Needs<'store'>,
  caller: Caller,
  taskId: string,
  paths: readonly string[] = [],
): Promise<AsyncIterable<Buffer>> => {
  const worktree = await present(parts, caller, taskId);
  return patchOf(worktree, worktree.baseCommit, undefined, paths);
};

/** The files that a task changed since its base, committed or not. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND, GIT_FAILED */
export const diffFiles = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<FileChange[]> => {
  const worktree = await present(parts, caller, taskId);
  return changedFiles(worktree, worktree.baseCommit);
};
