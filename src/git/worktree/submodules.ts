import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError, messageOf } from '../../errors.ts';
import { isMissing } from '../../files/failure.ts';
import { isDirectory } from '../../files/look.ts';
import {
  contentProtocols,
  git,
  type GitOptions,
  remoteAccess,
  splitNul,
  whileLocked,
  withoutForeignFilters,
  withRepositoryLock,
} from '../command/index.ts';
import { configOf, findLocalRepository } from '../repository/index.ts';
import { placeOf, type Worktree } from './worktree.ts';

const maxDepth = 8;

/** One checkout whose submodules are brought in. */
interface Level {
  place: GitOptions & { gitDir: string; workTree: string };
  /** The same repository's `modules` directory in the user's source, null where there is none. */
  sourceModules: string | null;
  /** The path from the worktree's root, for messages. */
  prefix: string;
  depth: number;
}

/**
 * Checks out a worktree's submodules, and theirs. A submodule that the user's source has is taken from there, without the
 * network; another one may come from a remote, but not from a path of this machine, which a repository's content must not
 * choose.
 *
 * @returns a warning for each one that could not be had; the task goes on without it
 */
export const updateSubmodules = async (worktree: Worktree, signal?: AbortSignal): Promise<string[]> => {
  let sourceModules: string | null = null;
  if (worktree.sourcePath !== null && (await hasGitmodules(worktree.path))) {
    const local = await findLocalRepository(worktree.sourcePath).catch((error: unknown) => {
      // moved away since, where a worktree is had back
      if (error instanceof MakimaError && error.code === 'INVALID_REPOSITORY') return null;
      throw error;
    });
    if (local !== null)
      sourceModules = (await isDirectory(path.join(local.gitDir, 'modules')))
        ? path.join(local.gitDir, 'modules')
        : path.join(local.commonDir, 'modules');
  }
  return updateLevel(worktree, { place: placeOf(worktree), sourceModules, prefix: '', depth: 0 }, signal);
};

const hasGitmodules = async (workTree: string): Promise<boolean> => {
  try {
    return (await lstat(path.join(workTree, '.gitmodules'))).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

const updateLevel = async (worktree: Worktree, level: Level, signal?: AbortSignal): Promise<string[]> => {
  if (level.depth > maxDepth || !(await hasGitmodules(level.place.workTree))) return [];
  const warnings: string[] = [];
  for (const [name, submodulePath] of await listSubmodules(level.place.workTree, signal)) {
    const shown = level.prefix + submodulePath;
    try {
      if (!(await isGitlink(level, submodulePath, signal))) continue;
      const fromSource = await updateOne(worktree, level, name, submodulePath, signal);
      const gitDir = path.join(level.place.gitDir, 'modules', name);
      const place = { gitDir, workTree: path.join(level.place.workTree, submodulePath) };
      warnings.push(
        ...(await updateLevel(
          worktree,
          {
            place,
            sourceModules: fromSource === null ? null : path.join(fromSource, 'modules'),
            prefix: `${shown}/`,
            depth: level.depth + 1,
          },
          signal,
        )),
      );
    } catch (error) {
      signal?.throwIfAborted();
      warnings.push(`The submodule ${shown} could not be checked out: ${messageOf(error)}`);
    }
  }
  return warnings;
};

/** Names and paths in `.gitmodules`; git itself refuses most bad names, those that leave `modules/` are refused here too. */
export const listSubmodules = async (workTree: string, signal?: AbortSignal): Promise<[string, string][]> => {
  const { stdout } = await git(
    ['config', '--file', path.join(workTree, '.gitmodules'), '--no-includes', '--null', '--get-regexp', '^submodule\\..*\\.path$'],
    { signal, answers: [1] },
  );
  const found: [string, string][] = [];
  for (const field of splitNul(stdout)) {
    const text = field.toString('utf8');
    const end = text.indexOf('\n');
    const name = text.slice('submodule.'.length, end - '.path'.length);
    const value = text.slice(end + 1);
    const parts = [...name.split('/'), ...value.split('/')];
    if (
      end === -1 ||
      name === '' ||
      value === '' ||
      parts.includes('..') ||
      parts.includes('.git') ||
      path.isAbsolute(name) ||
      path.isAbsolute(value) ||
      name.startsWith('-')
    )
      continue;
    found.push([name, value]);
  }
  return found;
};

const isGitlink = async (level: Level, submodulePath: string, signal?: AbortSignal): Promise<boolean> => {
  const { stdout } = await git(['ls-files', '--stage', '-z', '--', `:(top,literal)${submodulePath}`], { ...level.place, signal });
  return stdout.subarray(0, 6).toString('latin1') === '160000';
};

/** @returns the submodule's git directory in the user's source where it was taken from there */
const updateOne = async (
  worktree: Worktree,
  level: Level,
  name: string,
  submodulePath: string,
  signal?: AbortSignal,
): Promise<string | null> => {
  const access = await remoteAccess(level.place.gitDir, 'unused:', signal);
  const config = [...(access.options.config ?? []), ...(await withoutForeignFilters(level.place, signal))];
  const update = async (url: string | null): Promise<void> => {
    const options: GitOptions = {
      ...level.place,
      signal,
      remote: true,
      config: url === null ? config : [...config, [`submodule.${name}.url`, url]],
      env: { ...access.options.env, GIT_ALLOW_PROTOCOL: url === null ? contentProtocols : 'file' },
    };
    const spec = `:(top,literal)${submodulePath}`;
    // registers the submodule in the configuration that all worktrees share, hence under the lock
    await withRepositoryLock(worktree.gitDir, () => whileLocked(() => git(['submodule', '--quiet', 'init', '--', spec], options), signal));
    await git(['submodule', '--quiet', 'update', '--checkout', '--', spec], options);
  };
  const source = level.sourceModules === null ? null : path.join(level.sourceModules, name);
  if (source !== null && (await isDirectory(path.join(source, 'objects')))) {
    try {
      await update(source);
      const url = (await configOf(source, signal)).get('remote.origin.url');
      const ownConfig = path.join(level.place.gitDir, 'modules', name, 'config');
      if (url !== undefined) await git(['config', '--file', ownConfig, 'remote.origin.url', url], { signal });
      return source;
    } catch {
      // the source's copy may lack the commit; where the remote fails as well, its error is the one to tell
      signal?.throwIfAborted();
    }
  }
  await update(null);
  return null;
};
