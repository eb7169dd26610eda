import { isAbsolute, join, normalize } from 'node:path';
import type { CloneResult, TargetExists } from '../../../schemas/worktree.ts';
import { MakimaError } from '../../errors.ts';
import { cloneStandalone, exists } from '../../git/delivery/index.ts';
import { withPresenceLock } from '../../git/worktree/index.ts';
import { requireWorktree } from '../../ledger/worktree-of.ts';
import { requireOwner, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/** @throws MakimaError INVALID_PATH for a path that is neither absolute nor begins with ~ */
const resolveTarget = (targetDir: string, userHome: string): string => {
  const path = targetDir === '~' || targetDir.startsWith('~/') ? join(userHome, targetDir.slice(1)) : targetDir;
  if (!isAbsolute(path) || path.includes('\0')) throw new MakimaError('INVALID_PATH', 'targetDir must be absolute or begin with ~/');
  return normalize(path).replace(/(?<=.)\/+$/, '');
};

/**
 * Makes a stand-alone copy of a worktree, wherever the owner wants it but where makima keeps its own.
 * @param targetDir - absolute, or below `~`
 * @throws MakimaError FORBIDDEN, TASK_NOT_FOUND, INVALID_PATH, WORKTREE_NOT_FOUND, TARGET_EXISTS, and what git refuses
 */
export const cloneWorktree = async (
  parts: Needs<'store' | 'userHome' | 'directories' | 'home'>,
  caller: Caller,
  taskId: string,
  targetDir: string,
): Promise<CloneResult> => {
  requireOwner(caller);
  const { userHome, directories, home } = parts;
  const task = await requireTask(parts, caller, taskId, 'own');
  const target = resolveTarget(targetDir, userHome);
  const { gitDir } = await requireWorktree(parts, task.id);
  await withPresenceLock(gitDir, async () =>
    cloneStandalone(await requireWorktree(parts, task.id), target, { forbidden: [directories.worktrees, home] }),
  );
  return { success: true, message: `The work of "${task.name}" is in ${target}, a repository of its own`, targetDir: target };
};

/** Whether something is where a copy would go. @throws MakimaError FORBIDDEN, INVALID_PATH */
export const targetExists = async ({ userHome }: Needs<'userHome'>, caller: Caller, targetDir: string): Promise<TargetExists> => {
  requireOwner(caller);
  const target = resolveTarget(targetDir, userHome);
  return { exists: await exists(target), targetDir: target };
};
