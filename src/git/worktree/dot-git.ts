import { realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { writeOver } from '../../files/at-once.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import type { Worktree } from './worktree.ts';

const dotGitOf = (directory: string): string => path.join(directory, '.git');

/**
 * The `.git` file, by which an agent's git finds its place in the repository. Where both are in makima's home it is told by a relative path,
 * so that it holds when the home is moved.
 * @param files - where the worktree's files are until they are moved to its path
 */
export const writeDotGit = (
  { path: directory, gitDir, adminDir }: Pick<Worktree, 'path' | 'gitDir' | 'adminDir'>,
  files: string = directory,
): void => {
  const from = path.join(realpathSync.native(path.dirname(directory)), path.basename(directory));
  const to = realpathSync.native(adminDir);
  const home = realpathSync.native(path.dirname(path.dirname(gitDir)));
  writeOver(dotGitOf(files), `gitdir: ${from.startsWith(`${home}/`) ? path.relative(from, to) : to}\n`);
};

/** Where a directory's `.git` file leads, null where there is none. */
const dotGitTarget = async (directory: string): Promise<string | null> => {
  const target = /^gitdir: (.+?)\n?$/s.exec((await readPlainText(dotGitOf(directory))) ?? '')?.[1];
  return target === undefined ? null : path.resolve(await realpath(directory), target);
};

/** Whether a directory's `.git` file leads into a repository. */
export const leadsTo = async (directory: string, gitDir: string): Promise<boolean> => {
  const target = await dotGitTarget(directory);
  if (target === null) return false;
  const real = (file: string): Promise<string> => realpath(file).catch(() => file);
  // by the name that it has, or had: an earlier attempt may have lost its repository
  return (
    path.dirname(path.dirname(await real(target))) === (await real(gitDir)) || path.dirname(path.dirname(target)) === path.resolve(gitDir)
  );
};

/** Whether a directory's `.git` file leads back to what names it: an agent may write any path into its repository, the user's home too. */
export const leadsBack = async (directory: string, adminDir: string): Promise<boolean> => {
  const target = await dotGitTarget(directory);
  const real = (file: string): Promise<string | null> => realpath(file).catch(() => null);
  return target !== null && (await real(target)) === (await real(adminDir));
};
