import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Remembered } from '../../domain/remembered.ts';
import { MakimaError } from '../../errors.ts';
import { codeOf, isMissing } from '../../files/failure.ts';
import { statOf } from '../../files/look.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { gitText, git } from '../command/index.ts';

/** A repository on this machine, found by looking at files, never by git's discovery. */
export interface LocalRepository {
  /** The given path with links resolved. */
  path: string;
  /** The git directory, of a linked worktree its own. */
  gitDir: string;
  /** The git directory that all worktrees of the repository share. */
  commonDir: string;
  /** The checkout, null for a bare repository. */
  checkout: string | null;
}

/** The file's text, null where there is none; more than a git file ever holds is refused. */
const readSmall = async (file: string): Promise<string | null> => {
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > 8192) return null;
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

const isGitDir = async (directory: string): Promise<boolean> => {
  const head = await readSmall(path.join(directory, 'HEAD')).catch((error: unknown) => {
    if (codeOf(error) === 'EISDIR') return null;
    throw error;
  });
  if (head === null) return false;
  const common = await commonDirOf(directory);
  const objects = await stat(path.join(common, 'objects')).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  return objects?.isDirectory() === true;
};

const commonDirOf = async (gitDir: string): Promise<string> => {
  const common = await readSmall(path.join(gitDir, 'commondir'));
  return common === null ? gitDir : path.resolve(gitDir, common.trim());
};

/** What `.git` in a directory leads to: itself, or where a `gitdir:` file points. */
const dotGitTarget = async (directory: string): Promise<string | null> => {
  const dotGit = path.join(directory, '.git');
  const found = await stat(dotGit).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (found === null) return null;
  if (found.isDirectory()) return (await isGitDir(dotGit)) ? dotGit : null;
  const target = /^gitdir: (.+?)\n?$/s.exec((await readSmall(dotGit)) ?? '')?.[1];
  if (target === undefined) return null;
  const gitDir = path.resolve(directory, target);
  return (await isGitDir(gitDir)) ? gitDir : null;
};

const enclosing = async (directory: string): Promise<string | null> => {
  for (let parent = path.dirname(directory); parent !== path.dirname(parent); parent = path.dirname(parent)) {
    if ((await dotGitTarget(parent)) !== null) return parent;
  }
  return null;
};

/**
 * Finds the repository at a path: a checkout, a linked worktree, a submodule's checkout, or a bare repository. A directory
 * inside a checkout is refused with the checkout's path, since a worktree is made of the whole repository.
 *
 * @throws MakimaError INVALID_REPOSITORY
 */
export const findLocalRepository = async (given: string): Promise<LocalRepository> => {
  let real: string;
  try {
    real = await realpath(given);
    if (!(await stat(real)).isDirectory()) throw new MakimaError('INVALID_REPOSITORY', `${given} is not a directory`);
    const gitDir = await dotGitTarget(real);
    if (gitDir !== null) return { path: real, gitDir, commonDir: await commonDirOf(gitDir), checkout: real };
    if (await isGitDir(real)) return { path: real, gitDir: real, commonDir: await commonDirOf(real), checkout: null };
  } catch (error) {
    if (error instanceof MakimaError) throw error;
    if (isMissing(error)) throw new MakimaError('INVALID_REPOSITORY', `${given} does not exist`, { cause: error });
    const reason = codeOf(error) ?? 'unknown';
    throw new MakimaError('INVALID_REPOSITORY', `${given} cannot be read (${reason})`, { cause: error });
  }
  const outer = await enclosing(real);
  throw new MakimaError(
    'INVALID_REPOSITORY',
    outer === null
      ? `${given} is not a git repository`
      : `${given} is a directory inside the repository ${outer}, which is the path to give`,
  );
};

/** The branch that HEAD or origin/HEAD of a repository names, null where it is detached or missing. */
export const symbolicBranch = async (
  gitDir: string,
  ref: 'HEAD' | 'refs/remotes/origin/HEAD',
  signal?: AbortSignal,
): Promise<string | null> => {
  const { stdout, exitCode } = await git(['symbolic-ref', '--quiet', ref], { gitDir, signal, answers: [1, 128] });
  if (exitCode !== 0) return null;
  const target = stdout.toString('utf8').trim();
  const prefix = ref === 'HEAD' ? 'refs/heads/' : 'refs/remotes/origin/';
  return target.startsWith(prefix) ? target.slice(prefix.length) : null;
};

/** What configurations said, by their texts: git reads one of its files to the same every time. */
const readConfigs = new Remembered<ReadonlyMap<string, string>>(100);

/** The repository's own configuration file, without what it includes; keys in lower case, of several values the last. */
export const configOf = async (commonDir: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> => {
  const config = path.join(commonDir, 'config');
  if ((await statOf(config)) === null) return new Map();
  const text = await readPlainText(config);
  const known = text === null ? undefined : readConfigs.get(text);
  if (known !== undefined) return known;
  const { stdout } = await git(['config', '--file', config, '--no-includes', '--null', '--list'], { signal });
  const entries = stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '');
  const found = new Map(
    entries.map((entry): [string, string] =>
      entry.includes('\n') ? [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)] : [entry, 'true'],
    ),
  );
  // it may have been written anew meanwhile
  if (text === null || (await readPlainText(config)) !== text) return found;
  readConfigs.set(text, found);
  return found;
};

/** Those of these settings that a configuration has. */
export const settingsIn = (config: ReadonlyMap<string, string>, keys: readonly string[]): [string, string][] =>
  keys.flatMap((key): [string, string][] => {
    const value = config.get(key);
    return value === undefined ? [] : [[key, value]];
  });

/** Whether the repository has a commit that a branch, a tag or HEAD names. */
export const hasCommit = async (gitDir: string, signal?: AbortSignal): Promise<boolean> => {
  if ((await gitText(['for-each-ref', '--count=1', '--format=%(objectname)'], { gitDir, signal })) !== '') return true;
  return (await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { gitDir, signal, answers: [1, 128] })).exitCode === 0;
};
