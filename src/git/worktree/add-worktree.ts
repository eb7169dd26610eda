import { mkdirSync } from 'node:fs';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import PQueue from 'p-queue';
import { MakimaError } from '../../errors.ts';
import { isFree, makeDirectory } from '../../files/at-once.ts';
import { isMissing } from '../../files/failure.ts';
import { namesIn, statOf } from '../../files/look.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { git } from '../command/index.ts';
import { type Base, emptyCommit, lfsWarning, linkLfsObjects, type Repository } from '../repository/index.ts';
import { copyEntry } from './copies/copy-entry.ts';
import { copyLinks } from './copies/copy-links.ts';
import type { Skipped } from './copies/step.ts';
import { leadsTo, writeDotGit } from './dot-git.ts';
import { keepRepository } from './keep-repository.ts';
import { makeMakimaDirectory } from './makima-directory.ts';
import type { PreparedWorktrees, Taken } from './prepared/prepared-worktrees.ts';
import { updateSubmodules } from './submodules.ts';
import { hasTaskCard } from './task-card.ts';
import { createTaskRepository } from './task-repository.ts';
import { adminDirOf, placeOf, type Worktree } from './worktree.ts';

/** Where a worktree's branch begins, and who has its commit where the source's cache has not. */
export interface Beginning {
  commit: string;
  /** Git directories in which no agent works. */
  borrows?: readonly string[];
  /** Another task's git directory: its objects are copied, since its agent may clear them away. */
  objectsOf?: string;
}

export interface NewWorktree {
  /** The directory for the files, absolute; it does not exist, is empty, or was left half-made by an earlier attempt. */
  path: string;
  /** The task's git directory. */
  gitDir: string;
  /** Where a git directory goes that an earlier worktree of the task had. */
  keptDir: string;
  /** Without `refs/heads/`. */
  branch: string;
  base: Base;
  signal?: AbortSignal | undefined;
}

/** So many at once: more do not come to their end sooner, and each of them later. */
const checkouts = new PQueue({ concurrency: availableParallelism() });

/**
 * Makes a worktree with a repository and a branch of its own, its submodules and the sealed `.makima/`. Undone wholly when it
 * fails. Can be repeated after a crash at any point, as long as no agent has worked in it: what an earlier attempt left is
 * replaced.
 *
 * @param prepared - whose files are taken where there are any for the base
 * @throws MakimaError TARGET_EXISTS, DISK_FULL, GIT_FAILED (a filter that failed is named)
 * @returns the worktree, and what the user should know
 */
export const addWorktree = async (
  repository: Repository,
  wanted: NewWorktree,
  from: Omit<Beginning, 'commit'> = {},
  prepared?: Pick<PreparedWorktrees, 'take'>,
): Promise<Made> => {
  const isPlain = from.borrows === undefined && from.objectsOf === undefined;
  const taken = isPlain ? ((await prepared?.take(repository, wanted.base, wanted.signal)) ?? null) : null;
  try {
    return await make(repository, wanted, from, taken);
  } catch (error) {
    if (taken === null) throw error;
    wanted.signal?.throwIfAborted();
    // where this fails too, it says what is wrong
    return await make(repository, wanted, from, null);
  } finally {
    taken?.release();
  }
};

interface Made {
  worktree: Worktree;
  warnings: string[];
}

const make = async (repository: Repository, wanted: NewWorktree, from: Omit<Beginning, 'commit'>, taken: Taken | null): Promise<Made> => {
  const { signal, base } = wanted;
  const worktree = await linkWorktree(repository, wanted, { ...from, commit: base.commit }, taken);
  try {
    // nothing is in it, and no agent has written the repository's settings yet
    const isEmpty = base.commit === emptyCommit;
    const looking = isEmpty ? null : lfsWarning(worktree.gitDir, base.commit, signal);
    // both have ended before anything is taken back
    const checkedOut =
      isEmpty || taken?.commit === base.commit
        ? null
        : checkouts.add(() => git(['reset', '--quiet', '--hard', '--no-recurse-submodules'], { ...placeOf(worktree), signal }));
    await Promise.allSettled([looking, checkedOut]);
    await checkedOut;
    const lfs = await looking;
    // that it is ignored, the new repository has from its begin
    await makeMakimaDirectory(worktree);
    const warnings = await updateSubmodules(worktree, signal);
    return { worktree, warnings: lfs === null ? warnings : [...warnings, lfs] };
  } catch (error) {
    await clearUnused(worktree);
    throw error;
  }
};

/**
 * The worktree without its files: the task's repository and a directory with a `.git` file that leads there.
 * @param taken - files to begin with
 */
export const linkWorktree = async (
  repository: Repository,
  wanted: NewWorktree,
  begin: Beginning,
  taken: Taken | null = null,
): Promise<Worktree> => {
  const { gitDir, branch, base } = wanted;
  const { sourcePath, origin, cacheDir } = repository;
  const borrows = [...new Set([...(cacheDir === null ? [] : [cacheDir]), ...(begin.borrows ?? [])])];
  const worktree = {
    path: wanted.path,
    gitDir,
    adminDir: adminDirOf(gitDir, wanted.path),
    borrows,
    branch,
    baseCommit: base.commit,
    sourcePath,
    origin,
  };
  await clearHalfMade(wanted);
  try {
    if (begin.objectsOf !== undefined) await copyObjects(begin.objectsOf, gitDir, wanted.signal);
    mkdirSync(path.dirname(wanted.path), { recursive: true });
    await createTaskRepository(repository, {
      gitDir,
      path: wanted.path,
      branch,
      base: { branch: base.local, commit: base.commit },
      commit: begin.commit,
      borrows,
    });
    if (taken === null) {
      makeDirectory(wanted.path);
      writeDotGit(worktree);
    } else await taken.moveInto(worktree);
    return worktree;
  } catch (error) {
    await clearUnused(worktree);
    throw error;
  }
};

/** Without what says where it borrows: that an agent may have written. */
const copyObjects = async (from: string, to: string, signal?: AbortSignal): Promise<void> => {
  const target = path.join(to, 'objects');
  await mkdir(target, { recursive: true });
  const skip: Skipped[] = [{ name: 'info', at: 'top' }];
  const objects = path.join(from, 'objects');
  const links = await copyLinks(objects, target, 'copy');
  await copyEntry(Buffer.from(objects), Buffer.from(target), Buffer.alloc(0), { existing: 'keep', links, skip, signal });
  await linkLfsObjects(from, to);
};

/**
 * Undoes a worktree of which perhaps only a part was made and in which no agent has worked. Can be repeated. A directory at
 * this path that does not lead to the repository is somebody else's, and stays. The repository goes last: by it what is left is
 * known as ours.
 */
export const clearUnused = async ({ path: directory, gitDir }: Pick<NewWorktree, 'path' | 'gitDir'>): Promise<void> => {
  if (!(await isOccupied(directory)) || (await leadsTo(directory, gitDir))) await removeWithDotGitLast(directory);
  await removeTree(gitDir);
};

/** By its `.git` file what a crash leaves of it is known again. */
const removeWithDotGitLast = async (directory: string): Promise<void> => {
  for (const name of await namesIn(directory)) if (name !== '.git') await removeTree(path.join(directory, name));
  await removeTree(directory);
};

/**
 * Keeps the repository of an earlier worktree that was finished and whose directory is gone, with all that is in it: one with a card. To be done
 * before a note says that what is at this place may be taken back.
 * @throws MakimaError TARGET_EXISTS where something stands in the directory's place
 */
export const keepEarlier = async ({
  path: directory,
  gitDir,
  keptDir,
}: Pick<NewWorktree, 'path' | 'gitDir' | 'keptDir'>): Promise<void> => {
  if (isFree(gitDir) || !(await hasTaskCard(gitDir))) return;
  if (await isOccupied(directory)) {
    const is = (await leadsTo(directory, gitDir)) ? 'a' : 'no';
    throw new MakimaError('TARGET_EXISTS', `${directory} exists and is ${is} worktree of ${gitDir}`);
  }
  await keepRepository(gitDir, keptDir);
};

/** Makes room for a new worktree. */
const clearHalfMade = async (wanted: NewWorktree): Promise<void> => {
  const { path: directory, gitDir } = wanted;
  if (isFree(directory) && isFree(gitDir)) return;
  if ((await isOccupied(directory)) && !(await leadsTo(directory, gitDir)))
    throw new MakimaError('TARGET_EXISTS', `${directory} exists and is no worktree of ${gitDir}`);
  await keepEarlier(wanted);
  await clearUnused({ path: directory, gitDir });
};

/** Something is there other than an empty directory. One with an empty `.git` is as empty: a daemon was killed before it had written it. */
const isOccupied = async (target: string): Promise<boolean> => {
  try {
    if (!(await lstat(target)).isDirectory()) return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  const [name, ...more] = await readdir(target);
  if (name === undefined) return false;
  return more.length > 0 || name !== '.git' || (await statOf(path.join(target, name)))?.size !== 0;
};
