import path from 'node:path';
import { withRepositoryLock } from '../../command/index.ts';

/**
 * One at a time puts a task's worktree away, brings it back, copies it whole or finds out whether there is one to work in.
 * @param gitDir - the task's git directory
 */
export const withPresenceLock = <T>(gitDir: string, step: () => Promise<T>): Promise<T> =>
  withRepositoryLock(path.join(gitDir, 'presence'), step);
