import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { isThere } from '../../files/look.ts';
import { git } from '../command/index.ts';
import { symbolicBranch } from '../repository/index.ts';
import type { TargetRepository } from './target-repository.ts';

/** One of the places where a repository's branches are checked out. */
export interface Checkout {
  /** The directory with the files, null where it is not there (a removed one, a drive that is not mounted). */
  path: string | null;
  /** What git remembers of where it is. */
  described: string;
  /** The git directory, of a linked worktree its own. */
  gitDir: string;
  commonDir: string;
  /** The branch that HEAD names. */
  branch: string | null;
  /** A branch that an operation under way will move when it ends, by the operation's name. */
  held: { branch: string; operation: string }[];
}

const textOf = async (file: string): Promise<string | null> => {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** During these HEAD is detached, and the branch is written over at the end: git too counts it as checked out. */
const heldBranches = async (gitDir: string): Promise<Checkout['held']> => {
  const held: Checkout['held'] = [];
  for (const [file, operation] of [
    ['rebase-merge/head-name', 'rebase'],
    ['rebase-apply/head-name', 'rebase'],
    ['BISECT_START', 'bisect'],
  ] as const) {
    const name = await textOf(path.join(gitDir, file));
    if (name !== null) held.push({ branch: name.replace(/^refs\/heads\//, ''), operation });
  }
  const updates = await textOf(path.join(gitDir, 'rebase-merge', 'update-refs'));
  for (const line of updates?.split('\n') ?? [])
    if (line.startsWith('refs/heads/')) held.push({ branch: line.slice('refs/heads/'.length), operation: 'rebase' });
  return held;
};

const configValue = async (gitDir: string, args: readonly string[], signal?: AbortSignal): Promise<string | null> => {
  const { stdout, exitCode } = await git(['config', ...args], { gitDir, signal, answers: [1] });
  return exitCode === 0 ? stdout.toString('utf8').replace(/\n$/, '') : null;
};

/** The main checkout's directory, null for a bare repository. */
const mainPath = async (target: TargetRepository, signal?: AbortSignal): Promise<string | null> => {
  const { commonDir } = target;
  if ((await configValue(commonDir, ['--type=bool', '--get', 'core.bare'], signal)) === 'true') return null;
  const workTree = await configValue(commonDir, ['--get', 'core.worktree'], signal);
  if (workTree !== null) return path.resolve(commonDir, workTree);
  if (target.gitDir === commonDir && target.checkout !== null) return target.checkout;
  return path.basename(commonDir) === '.git' ? path.dirname(commonDir) : null;
};

/** Every checkout of the repository: the main one and all linked worktrees. */
export const listCheckouts = async (target: TargetRepository, signal?: AbortSignal): Promise<Checkout[]> => {
  const { commonDir } = target;
  const found: Checkout[] = [];
  const add = async (gitDir: string, directory: string): Promise<void> => {
    found.push({
      path: (await isThere(directory)) ? directory : null,
      described: directory,
      gitDir,
      commonDir,
      branch: await symbolicBranch(gitDir, 'HEAD', signal),
      held: await heldBranches(gitDir),
    });
  };
  const main = await mainPath(target, signal);
  if (main !== null) await add(commonDir, main);
  const parent = path.join(commonDir, 'worktrees');
  for (const name of (await isThere(parent)) ? await readdir(parent) : []) {
    const gitDir = path.join(parent, name);
    const dotGit = await textOf(path.join(gitDir, 'gitdir'));
    if (dotGit !== null) await add(gitDir, path.dirname(path.resolve(gitDir, dotGit)));
  }
  return found;
};
