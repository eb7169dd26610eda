import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from './local-repository.ts';
import type { Worktree } from './worktree.ts';

/** A worktree that an agent made of its task's repository, as `git worktree add` does, and agents do for their own helpers. */
export interface LinkedWorktree {
  path: string;
  adminDir: string;
  commonDir: string;
  /** The commit of a detached HEAD, null where HEAD names a branch. */
  head: string | null;
}

const textOf = async (file: string): Promise<string | null> => {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** The linked worktrees of a task's repository, its own apart, read off its files. */
export const linkedWorktrees = async ({ gitDir, adminDir: own }: Pick<Worktree, 'gitDir' | 'adminDir'>): Promise<LinkedWorktree[]> => {
  const parent = path.join(gitDir, 'worktrees');
  const names = await readdir(parent).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found: LinkedWorktree[] = [];
  for (const name of names) {
    const adminDir = path.join(parent, name);
    if (adminDir === own) continue;
    const [dotGit, head] = [await textOf(path.join(adminDir, 'gitdir')), await textOf(path.join(adminDir, 'HEAD'))];
    if (dotGit === null) continue;
    const directory = path.dirname(path.resolve(adminDir, dotGit));
    found.push({ path: await realpath(directory).catch(() => directory), adminDir, commonDir: gitDir, head: head !== null && /^[0-9a-f]{40,64}$/.test(head) ? head : null });
  }
  return found;
};
