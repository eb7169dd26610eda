import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { isDirectory } from '../../files/look.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { commitOf, git, whileLocked, withRepositoryLock } from '../command/index.ts';
import { keepRepository } from './keep-repository.ts';
import type { Worktree } from './worktree.ts';

/**
 * Deletes a worktree of makima 0.1, whose repository is that of other tasks too: its directory first and its administrative
 * directory last, so that what is left after a crash is still known as ours, and found. That one outlives it: what an agent
 * committed in a submodule is nowhere else. Can be repeated.
 * @param keptDir - of the repositories that are kept
 * @param removeFiles - how the directory goes
 */
export const removeSharedWorktree = (
  worktree: Worktree,
  keptDir: string,
  removeFiles: (directory: string) => Promise<void>,
): Promise<void> =>
  withRepositoryLock(worktree.gitDir, async () => {
    await removeFiles(worktree.path);
    await whileLocked(() => git(['update-ref', '-d', `refs/heads/${worktree.branch}`], { gitDir: worktree.gitDir }));
    await keepRepository(worktree.adminDir, keptDir);
  });

/** Where the repositories of a deleted worktree's submodules are. */
export const keptModules = ({ adminDir }: Worktree, keptDir: string): string => path.join(keptDir, path.basename(adminDir), 'modules');

/**
 * Undoes a half-made worktree of makima 0.1: its directory and its place in the shared repository, which has to name the
 * directory as its own; one that it does not name is somebody else's, and stays. So does the branch; nobody works in that
 * repository any more. Can be repeated.
 */
export const clearShared = async ({ gitDir, path: directory }: { gitDir: string; path: string }): Promise<void> => {
  const adminDirs = await adminDirsOf(gitDir, directory);
  if (adminDirs.length === 0) return;
  await removeTree(directory);
  for (const adminDir of adminDirs) await removeTree(adminDir);
};

/** The administrative directories that name a path as theirs. Git writes it without links, also where makima's home is behind one. */
const adminDirsOf = async (gitDir: string, directory: string): Promise<string[]> => {
  const parent = path.join(gitDir, 'worktrees');
  if (!(await isDirectory(parent))) return [];
  const above = path.dirname(directory);
  const real = await realpath(above).catch((error: unknown) => {
    if (isMissing(error)) return above;
    throw error;
  });
  const dotGits = new Set([above, real].map((each) => path.join(each, path.basename(directory), '.git')));
  const found: string[] = [];
  for (const name of await readdir(parent)) {
    const adminDir = path.join(parent, name);
    const dotGit = (await readPlainText(path.join(adminDir, 'gitdir'))) ?? '';
    if (dotGits.has(path.resolve(adminDir, dotGit.trimEnd()))) found.push(adminDir);
  }
  return found;
};

/**
 * A branch of the repository that tasks of makima 0.1 on one source shared.
 * @param name - of the source, whose repository was called so
 * @returns null where there is no such branch
 */
export const sharedBranch = async (
  repositories: string,
  name: string,
  branch: string,
): Promise<{ gitDir: string; commit: string } | null> => {
  const gitDir = path.join(repositories, name);
  const commit = (await isDirectory(gitDir)) ? await commitOf(gitDir, `refs/heads/${branch}`) : null;
  return commit === null ? null : { gitDir, commit };
};
