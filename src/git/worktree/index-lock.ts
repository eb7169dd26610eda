import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MakimaError } from '../../errors.ts';
import { codeOf, isMissing } from '../../files/failure.ts';
import { withRepositoryLock } from '../command/index.ts';
import { temporaryFile, type Worktree } from './worktree.ts';

/** How long a lock of the agent's own git is waited for, in milliseconds; git holds it for the length of one command. */
export const indexLockWaitMs = 5000;

/** The cause of the REPOSITORY_BUSY of an index lock that could not be had: the step has not begun. */
export class IndexLockHeld extends Error {
  override readonly name = 'IndexLockHeld';
}

/** What stands in a lock of ours, so that one that a killed daemon left is known. */
const mark = 'makima\n';

/** One step at a time that changes what a worktree holds; steps in different worktrees do not wait for each other. */
export const withWorktreeLock = <T>(worktree: Worktree, step: () => Promise<T>): Promise<T> => withRepositoryLock(worktree.adminDir, step);

/**
 * Holds the worktree's `index.lock` during a step, as git itself does, so that no git command of the worktree's own agent
 * changes the index or HEAD meanwhile. Call it within `withWorktreeLock`.
 *
 * @throws MakimaError REPOSITORY_BUSY where another process holds it for longer than git ever does
 */
export const withIndexLock = async <T>(worktree: Worktree, step: () => Promise<T>, waitMs: number = indexLockWaitMs): Promise<T> => {
  const lock = lockOf(worktree);
  await take(worktree, lock, waitMs);
  try {
    return await step();
  } finally {
    await rm(lock, { force: true });
  }
};

const take = async (worktree: Worktree, lock: string, waitMs: number): Promise<void> => {
  const own = await temporaryFile(worktree.gitDir, 'lock');
  await writeFile(own, mark);
  try {
    const deadline = Date.now() + waitMs;
    for (let pause = 10; ; pause = Math.min(pause * 2, 200)) {
      // with its content from the first moment, which creating and then writing it would not give
      if (await linked(own, lock)) return;
      if (await isOurs(lock)) await rm(lock, { force: true });
      else if (Date.now() >= deadline)
        throw new MakimaError('REPOSITORY_BUSY', `${lock} was held by another git process for ${waitMs / 1000} s`, {
          cause: new IndexLockHeld(lock),
        });
      else await delay(pause);
    }
  } finally {
    await rm(own, { force: true });
  }
};

const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

/**
 * Takes away a lock that a killed daemon left, which would refuse every `git add` and `git commit` of the agent. Call it within
 * `withWorktreeLock` and outside `withIndexLock`.
 */
export const dropDeadIndexLock = async (worktree: Worktree): Promise<void> => {
  if (await isOurs(lockOf(worktree))) await rm(lockOf(worktree), { force: true });
};

const lockOf = (worktree: Worktree): string => path.join(worktree.adminDir, 'index.lock');

/** The daemon is alone on its home and one step at a time takes the lock, so a mark that is met is a dead daemon's. */
const isOurs = async (lock: string): Promise<boolean> => {
  try {
    if ((await stat(lock)).size !== mark.length) return false;
    return (await readFile(lock, 'utf8')) === mark;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};
