import { lstat, mkdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { isMissing, isRefused } from '../../files/failure.ts';
import { makeDirectories } from '../../files/make-directories.ts';
import { checkParents, hasParents, joinBytes } from '../../files/relative-path.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { commitOf, git, gitText, splitNul, withoutForeignFilters } from '../command/index.ts';
import { configOf, findLocalRepository, originHeads, safeOrigin, sourceHeads, symbolicBranch } from '../repository/index.ts';
import {
  copyEntry,
  copyLinks,
  headPlaceOf,
  makimaDirectory,
  placeOf,
  requireWorktree,
  sharesRepository,
  type Worktree,
} from '../worktree/index.ts';

/**
 * A repository of its own with a task's work: its commits on the task's branch, what is not committed as uncommitted, and
 * untracked files; neither ignored files nor `.makima/`. `origin` is what the task's source calls so, so that a push from it
 * goes where the user's own goes; the source itself where that has none. It shares nothing with makima.
 *
 * @param targetDir - absolute; it must not exist
 * @param forbidden - directories it must not lie in, such as makima's home
 * @throws MakimaError TARGET_EXISTS, INVALID_PATH, WORKTREE_NOT_FOUND, DISK_FULL, GIT_FAILED
 */
export const cloneStandalone = async (
  worktree: Worktree,
  targetDir: string,
  options: { forbidden?: readonly string[]; signal?: AbortSignal } = {},
): Promise<void> => {
  const target = await checkTarget(worktree, targetDir, options.forbidden ?? []);
  await requireWorktree(worktree);
  const firstMade = await makeDirectories(path.dirname(target)).catch((error: unknown) => {
    if (isRefused(error) || isMissing(error))
      throw new MakimaError('INVALID_PATH', `${path.dirname(target)} cannot be made`, { cause: error });
    throw error;
  });
  const aside = path.join(path.dirname(target), `.${path.basename(target)}.makima-${crypto.randomUUID()}`);
  try {
    await makeRepository(worktree, aside, options.signal);
    await copyWork(worktree, aside, options.signal);
    // rename replaces an empty directory without a word
    if (await exists(target)) throw new MakimaError('TARGET_EXISTS', `${targetDir} exists`);
    await rename(aside, target);
  } catch (error) {
    await removeTree(aside);
    if (firstMade !== undefined) await rm(firstMade, { recursive: true, force: true });
    throw error;
  }
};

/**
 * Whether anything is there, a dangling link too.
 * @throws MakimaError INVALID_PATH where nobody can look
 */
export const exists = async (file: string): Promise<boolean> => {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw new MakimaError('INVALID_PATH', `${file} cannot be looked at`, { cause: error });
  }
};

const isInside = (directory: string, outer: string): boolean =>
  directory === outer || directory.startsWith(outer.endsWith('/') ? outer : `${outer}/`);

/** Links in the path are refused, since an agent could make one; those in the root directory are the system's (macOS's /tmp). */
const checkTarget = async (worktree: Worktree, targetDir: string, forbidden: readonly string[]): Promise<string> => {
  if (!path.isAbsolute(targetDir) || targetDir.includes('\0'))
    throw new MakimaError('INVALID_PATH', 'The target directory is not an absolute path');
  const target = path.resolve(targetDir);
  if (target === '/') throw new MakimaError('INVALID_PATH', 'The target directory is the root directory');
  if (await exists(target)) throw new MakimaError('TARGET_EXISTS', `${targetDir} exists`);
  let parent = path.dirname(target);
  while (!(await exists(parent))) parent = path.dirname(parent);
  for (let above = parent; above !== '/'; above = path.dirname(above)) {
    const found = await lstat(above);
    if (found.isDirectory() || (found.isSymbolicLink() && path.dirname(above) === '/')) continue;
    throw new MakimaError('INVALID_PATH', `${above} is ${found.isSymbolicLink() ? 'a link' : 'no directory'}`);
  }
  const real = path.join(await realpath(parent), path.relative(parent, target));
  for (const outer of [worktree.path, worktree.gitDir, ...forbidden]) {
    const realOuter = await realpath(outer).catch((error: unknown) => {
      if (isMissing(error)) return outer;
      throw error;
    });
    if (isInside(real, realOuter)) throw new MakimaError('INVALID_PATH', `${targetDir} lies inside ${outer}, which is makima's`);
  }
  return target;
};

const makeRepository = async (worktree: Worktree, directory: string, signal?: AbortSignal): Promise<void> => {
  const branch = (await symbolicBranch(worktree.adminDir, 'HEAD', signal)) ?? worktree.branch;
  const head = (await commitOf(headPlaceOf(worktree), 'HEAD', signal)) ?? worktree.baseCommit;
  await git(
    [
      'init',
      '--quiet',
      '--template=',
      `--object-format=${head.length === 64 ? 'sha256' : 'sha1'}`,
      `--initial-branch=${branch}`,
      '--',
      directory,
    ],
    { signal },
  );
  const gitDir = path.join(directory, '.git');
  const fetch = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--update-shallow',
    '--update-head-ok',
    '--upload-pack=git-upload-pack',
    '--',
  ];
  // by a temporary ref, since an id is fetched only where the other side allows it
  const ref = `refs/makima/clone/${crypto.randomUUID()}`;
  await git(['update-ref', ref, head], { gitDir: worktree.gitDir, signal });
  try {
    await git(
      [
        ...fetch,
        worktree.gitDir,
        `+${ref}:refs/heads/${branch}`,
        `+${sharesRepository(worktree) ? sourceHeads : originHeads}*:${originHeads}*`,
        '+refs/tags/*:refs/tags/*',
        ...(sharesRepository(worktree) ? [] : [`^${originHeads}HEAD`]),
      ],
      { gitDir, signal },
    );
  } finally {
    await git(['update-ref', '-d', ref], { gitDir: worktree.gitDir });
  }
  const origin = await originOf(worktree, signal);
  const settings: [string, string | null][] = [['remote.origin.url', origin]];
  if (origin !== null) settings.push(['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*']);
  const own = await configOf(worktree.gitDir, signal);
  for (const key of ['user.name', 'user.email']) settings.push([key, own.get(key) ?? null]);
  for (const [key, value] of settings)
    if (value !== null) await git(['config', '--file', path.join(gitDir, 'config'), key, value], { signal });
};

const originOf = async (worktree: Worktree, signal?: AbortSignal): Promise<string | null> => {
  if (worktree.sourcePath === null) return worktree.origin;
  try {
    const source = await findLocalRepository(worktree.sourcePath);
    return safeOrigin(source, (await configOf(source.commonDir, signal)).get('remote.origin.url')) ?? worktree.origin;
  } catch (error) {
    // the source was moved away since
    if (error instanceof MakimaError && error.code === 'INVALID_REPOSITORY') return worktree.origin;
    throw error;
  }
};

const copyWork = async (worktree: Worktree, directory: string, signal?: AbortSignal): Promise<void> => {
  const place = { gitDir: path.join(directory, '.git'), workTree: directory, signal };
  await git(['read-tree', 'HEAD'], place);
  const listed = await git(['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'], {
    ...placeOf(worktree),
    signal,
  });
  const submodules = await gitlinks(worktree, signal);
  const links = await copyLinks(worktree.path, directory, 'keep');
  const top = Buffer.from(makimaDirectory);
  for (const field of splitNul(listed.stdout)) {
    const relative = field[field.length - 1] === 0x2f ? field.subarray(0, -1) : field;
    if (relative.equals(top) || relative.subarray(0, top.length + 1).equals(Buffer.concat([top, Buffer.from('/')]))) continue;
    if (submodules.has(relative.toString('latin1'))) {
      // a submodule's content belongs to its own repository: `git submodule update --init` brings it
      await mkdir(joinBytes(directory, relative), { recursive: true });
      continue;
    }
    // A tracked file above which the agent has put a link in the place of a directory is deleted, for git.
    if (!(await hasParents(worktree.path, relative, false))) continue;
    await checkParents(directory, relative, true);
    await copyEntry(joinBytes(worktree.path, relative), joinBytes(directory, relative), relative, { existing: 'replace', links, signal });
  }
  const config = await withoutForeignFilters({ gitDir: place.gitDir }, signal);
  await git(['update-index', '-q', '--refresh'], { ...place, config, answers: [1] });
};

const gitlinks = async (worktree: Worktree, signal?: AbortSignal): Promise<Set<string>> => {
  const text = await gitText(['ls-tree', '-r', '-z', '--full-tree', 'HEAD'], { ...placeOf(worktree), signal });
  return new Set(
    text
      .split('\0')
      .filter((entry) => entry.startsWith('160000 '))
      .map((entry) => Buffer.from(entry.slice(entry.indexOf('\t') + 1)).toString('latin1')),
  );
};
