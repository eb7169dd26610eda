import { isAbsolute, join, normalize } from 'node:path';
import { MakimaError } from '../errors.ts';
import { cloneStandalone, exists } from '../git/delivery/index.ts';
import { requireWorktree } from '../ledger/worktree-of.ts';
import { requireOwner, requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** @throws MakimaError INVALID_PATH for a path that is neither absolute nor begins with ~ */
const resolveTarget = (targetDir: string, userHome: string): string => {
  const path = targetDir === '~' || targetDir.startsWith('~/') ? join(userHome, targetDir.slice(1)) : targetDir;
  if (!isAbsolute(path) || path.includes('\0')) throw new MakimaError('INVALID_PATH', 'targetDir must be absolute or begin with ~/');
  return normalize(path).replace(/(?<=.)\/+$/, '');
};

/** A stand-alone copy of a worktree, wherever the owner wants it. */
export const cloneWorktree = (context: TaskContext): Pick<Actions, 'cloneWorktree' | 'targetExists'> => ({
  async cloneWorktree(caller, taskId, targetDir) {
    requireOwner(caller);
    const task = await requireTask(context, caller, taskId, 'own');
    const target = resolveTarget(targetDir, context.userHome);
    await cloneStandalone(await requireWorktree(context, task.id), target, {
      forbidden: [context.directories.worktrees, context.daemon.home],
    });
    return { success: true, message: `The work of "${task.name}" is in ${target}, a repository of its own`, targetDir: target };
  },
  async targetExists(caller, targetDir) {
    requireOwner(caller);
    const target = resolveTarget(targetDir, context.userHome);
    return { exists: await exists(target), targetDir: target };
  },
});
