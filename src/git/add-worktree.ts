import { lstat, mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../errors.ts';
import { commitOf } from './default-branch.ts';
import { git, gitText, gitYes, whileLocked } from './git-command.ts';
import { lfsWarning } from './lfs.ts';
import { isMissing } from './local-repository.ts';
import { sealMakimaDirectory } from './makima-directory.ts';
import { checkBranchName } from './ref-name.ts';
import { removeTree } from './remove-tree.ts';
import { keptRefs } from './repository.ts';
import { withRepositoryLock } from './repository-lock.ts';
import { updateSubmodules } from './submodules.ts';
import { withoutForeignFilters } from './trusted-config.ts';
import { isDirectory, placeOf, type Worktree, type WorktreeRepository } from './worktree.ts';

export interface NewWorktree {
  /** Absolute; it does not exist, is empty, or was left half-made by an earlier attempt. */
  path: string;
  /** Without `refs/heads/`. */
  branch: string;
  commit: string;
  /** What changes are measured against; the commit itself where left out. */
  baseCommit?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Makes a worktree with a branch of its own, its submodules and the sealed `.makima/`. Undone wholly when it fails. Can be
 * repeated after a crash at any point, as long as no agent has worked in it: what an earlier attempt left is replaced.
 *
 * @throws MakimaError TARGET_EXISTS, REPOSITORY_BUSY, DISK_FULL, GIT_FAILED (a filter that failed is named)
 * @returns the worktree, and what the user should know
 */
export const addWorktree = async (repository: WorktreeRepository, wanted: NewWorktree): Promise<{ worktree: Worktree; warnings: string[] }> => {
  const worktree = await linkWorktree(repository, wanted);
  try {
    const place = placeOf(worktree);
    await git(['reset', '--quiet', '--hard', '--no-recurse-submodules'], { ...place, signal: wanted.signal, config: await withoutForeignFilters(place.gitDir, wanted.signal) });
    await sealMakimaDirectory(worktree);
    const warnings = await updateSubmodules(worktree, wanted.signal);
    const lfs = await lfsWarning(worktree.gitDir, wanted.commit, wanted.signal);
    return { worktree, warnings: lfs === null ? warnings : [...warnings, lfs] };
  } catch (error) {
    await unlinkWorktree(worktree);
    throw error;
  }
};

/**
 * The worktree without its files: the branch, the administrative directory and an empty directory with a `.git` file. The
 * short part that needs the repository's lock; the files are checked out outside of it.
 */
export const linkWorktree = async (repository: WorktreeRepository, wanted: NewWorktree): Promise<Worktree> => {
  await checkBranchName(wanted.branch);
  await mkdir(path.dirname(wanted.path), { recursive: true });
  const { gitDir } = repository;
  return withRepositoryLock(gitDir, async () => {
    const made = { path: wanted.path, gitDir, adminDir: '', branch: wanted.branch, baseCommit: wanted.baseCommit ?? wanted.commit, sourcePath: repository.sourcePath, origin: repository.origin };
    try {
      const args = ['worktree', 'add', '--quiet', '--no-checkout', '-b', wanted.branch, '--', wanted.path, wanted.commit];
      await whileLocked(async () => {
        await clearHalfMade(gitDir, wanted);
        await git(args, { gitDir, signal: wanted.signal });
      }, wanted.signal);
      const adminDir = (await adminDirsOf(gitDir, wanted.path))[0];
      if (adminDir === undefined) throw new MakimaError('GIT_FAILED', `git made no administrative directory for ${wanted.path}`);
      return { ...made, adminDir };
    } catch (error) {
      await clearHalfMade(gitDir, wanted);
      throw error;
    }
  });
};

/**
 * Undoes a worktree: its directory first and its administrative directory last, so that what is left after a crash is still
 * known as ours, and found. Can be repeated.
 * @param removeFiles - how the directory goes; at once where left out
 */
export const unlinkWorktree = (worktree: Worktree, removeFiles: (directory: string) => Promise<void> = removeTree): Promise<void> =>
  withRepositoryLock(worktree.gitDir, async () => {
    await removeFiles(worktree.path);
    await whileLocked(() => git(['update-ref', '-d', `refs/heads/${worktree.branch}`], { gitDir: worktree.gitDir }));
    await removeTree(worktree.adminDir);
  });

/**
 * Undoes a worktree of which perhaps only a part was made and in which no agent has worked. Can be repeated. A directory
 * at this path that git does not know as a worktree of this repository is somebody else's, and stays.
 */
export const clearUnused = (gitDir: string, place: Pick<NewWorktree, 'path' | 'branch'>): Promise<void> =>
  withRepositoryLock(gitDir, async () => {
    if (!(await isDirectory(gitDir))) return;
    const adminDirs = await adminDirsOf(gitDir, place.path);
    if (adminDirs.length > 0 || !(await isOccupied(place.path))) await removeTree(place.path);
    for (const adminDir of adminDirs) await removeTree(adminDir);
    const ref = `refs/heads/${place.branch}`;
    const tip = await commitOf(gitDir, ref);
    if (tip === null) return;
    // a branch from before: commits that only it holds are somebody's work
    if ((await gitText(['rev-list', '--max-count=1', ref, '--not', `--exclude=${ref}`, '--all'], { gitDir })) !== '') await keepTip(gitDir, place.branch, tip);
    await whileLocked(() => git(['update-ref', '-d', ref, tip], { gitDir }));
  });

const keepTip = async (gitDir: string, branch: string, tip: string, signal?: AbortSignal): Promise<void> => {
  await git(['update-ref', `${keptRefs}branches/${branch}/${tip}`, tip], { gitDir, signal });
};

/** Removes what an earlier attempt left at this path and under this branch. A failed `git worktree add` leaves both. */
const clearHalfMade = async (gitDir: string, wanted: NewWorktree): Promise<void> => {
  const adminDirs = await adminDirsOf(gitDir, wanted.path);
  if (await isOccupied(wanted.path)) {
    if (adminDirs.length === 0) throw new MakimaError('TARGET_EXISTS', `${wanted.path} exists and is not a worktree of ${gitDir}`);
    await removeTree(wanted.path);
  }
  for (const adminDir of adminDirs) await removeTree(adminDir);
  const ref = `refs/heads/${wanted.branch}`;
  const tip = await commitOf(gitDir, ref, wanted.signal);
  if (tip === null) return;
  // commits that only this branch holds are somebody's work: they stay under a private ref
  if (!(await gitYes(['merge-base', '--is-ancestor', tip, wanted.commit], { gitDir, signal: wanted.signal }))) {
    await keepTip(gitDir, wanted.branch, tip, wanted.signal);
  }
  await whileLocked(() => git(['update-ref', '-d', ref, tip], { gitDir, signal: wanted.signal }), wanted.signal);
};

/** Something is there other than an empty directory. */
const isOccupied = async (target: string): Promise<boolean> => {
  try {
    if (!(await lstat(target)).isDirectory()) return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  return (await readdir(target)).length > 0;
};

/** The administrative directories that name this path as theirs. */
const adminDirsOf = async (gitDir: string, target: string): Promise<string[]> => {
  const parent = path.join(gitDir, 'worktrees');
  if (!(await isDirectory(parent))) return [];
  const dotGits = new Set([path.join(target, '.git'), path.join(await realpath(path.dirname(target)), path.basename(target), '.git')]);
  const found: string[] = [];
  for (const name of await readdir(parent)) {
    const gitdir = await readFile(path.join(parent, name, 'gitdir'), 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    if (dotGits.has(gitdir.replace(/\n$/, ''))) found.push(path.join(parent, name));
  }
  return found;
};
