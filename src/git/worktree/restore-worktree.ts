import { mkdir } from 'node:fs/promises';
import { MakimaError } from '../../errors.ts';
import { isDirectory, namesIn } from '../../files/look.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { commitOf, git, gitText, withoutForeignFilters } from '../command/index.ts';
import { configOf, keptRefs, readFacts, requirePlainGitData, settingsIn } from '../repository/index.ts';
import { clearUnused, linkWorktree } from './add-worktree.ts';
import { copyModules } from './continue-worktree.ts';
import { leadsTo, writeDotGit } from './dot-git.ts';
import { keepRepository, takeBackRepository } from './keep-repository.ts';
import { sealMakimaDirectory } from './makima-directory.ts';
import { keptModules } from './shared-worktree.ts';
import { updateSubmodules } from './submodules.ts';
import { writeAdminDir } from './task-repository.ts';
import { adminDirOf, headPlaceOf, placeOf, sharesRepository, type Worktree } from './worktree.ts';

/** A worktree that is back, and what the user should know of it. */
interface Restored {
  worktree: Worktree;
  warnings: string[];
}

/** What was kept of a worktree, and the commit that its HEAD was at. */
interface Kept {
  commit: string;
  head: string;
}

/**
 * Brings back a worktree that was deleted, at its place: what was committed as commits, what was not as uncommitted changes,
 * untracked files and submodules too. What git ignored was not kept.
 *
 * @param worktree - as it was recorded
 * @param name - under which it was kept, as a rule the task's id
 * @param places - `keptDir`: of the repositories that are kept; `gitDir`: where the task's own belongs; `isAway`: its files were put away, so what is at
 *   its place is what an earlier try left
 * @throws MakimaError TARGET_EXISTS where it is still there, WORKTREE_NOT_FOUND where nothing was kept
 */
export const restoreWorktree = async (
  worktree: Worktree,
  name: string,
  places: { keptDir: string; gitDir: string; isAway?: boolean },
  signal?: AbortSignal,
): Promise<Restored> => {
  if (places.isAway === true) await clearLeftover(worktree);
  if (await isDirectory(worktree.path)) throw new MakimaError('TARGET_EXISTS', `The worktree ${worktree.path} is there`);
  if (sharesRepository(worktree)) return restoreShared(worktree, name, places, signal);
  const { keptDir, gitDir } = places;
  const wasKept = !(await isDirectory(gitDir)) && (await takeBackRepository(gitDir, keptDir));
  const own: Worktree = { ...worktree, gitDir, adminDir: adminDirOf(gitDir, worktree.path) };
  try {
    await requirePlainGitData(gitDir, own.adminDir);
    const kept = await requireKept(own, name, signal);
    await mkdir(own.path, { recursive: true });
    // git may have forgotten a worktree whose directory was gone
    if (!(await isDirectory(own.adminDir))) writeAdminDir(own);
    writeDotGit(own);
    return { worktree: own, warnings: await bringBack(own, kept, signal) };
  } catch (error) {
    await removeTree(own.path);
    if (wasKept) await keepRepository(gitDir, keptDir);
    throw error;
  }
};

/** Nobody has worked in what a restore left that was broken off. What does not lead to the repository is somebody else's, and stays. */
const clearLeftover = async ({ path: directory, gitDir }: Worktree): Promise<void> => {
  const isEmpty = (await namesIn(directory)).length === 0;
  if (isEmpty || (await leadsTo(directory, gitDir))) await removeTree(directory);
};

/** A worktree of makima 0.1 comes back with a repository of its own, which borrows the objects of the shared one. */
const restoreShared = async (
  worktree: Worktree,
  name: string,
  { keptDir, gitDir }: { keptDir: string; gitDir: string },
  signal?: AbortSignal,
): Promise<Restored> => {
  const kept = await requireKept(worktree, name, signal);
  const { branch, baseCommit, sourcePath, origin } = worktree;
  const config = await configOf(worktree.gitDir, signal);
  const settings = settingsIn(config, ['user.name', 'user.email', 'remote.origin.url', 'remote.origin.fetch']);
  const repository = {
    kind: 'scratch' as const,
    name,
    cacheDir: worktree.gitDir,
    sourcePath,
    origin,
    facts: await readFacts(worktree.gitDir, settings, signal),
    warnings: [],
    hooksNotRun: null,
  };
  const restored = await linkWorktree(
    repository,
    { path: worktree.path, gitDir, keptDir, branch, base: { branch: null, local: null, commit: baseCommit }, signal },
    { commit: kept.head },
  );
  try {
    await copyModules(keptModules(worktree, keptDir), restored, signal);
    return { worktree: restored, warnings: await bringBack(restored, kept, signal) };
  } catch (error) {
    await clearUnused(restored);
    throw error;
  }
};

const requireKept = async ({ gitDir, branch }: Worktree, name: string, signal?: AbortSignal): Promise<Kept> => {
  const [snapshot, tip] = (await isDirectory(gitDir))
    ? [await commitOf(gitDir, keptRefs + name, signal), await commitOf(gitDir, `refs/heads/${branch}`, signal)]
    : [null, null];
  const commit = snapshot ?? tip;
  if (commit === null) throw new MakimaError('WORKTREE_NOT_FOUND', `Nothing was kept of ${name}`);
  // makima 0.1 kept the tip itself where the directory was gone
  const [, head = commit] =
    snapshot === null || snapshot === tip
      ? []
      : (await gitText(['rev-list', '--parents', '--max-count=1', commit], { gitDir, signal })).trim().split(' ');
  return { commit, head };
};

const bringBack = async (worktree: Worktree, { commit, head }: Kept, signal?: AbortSignal): Promise<string[]> => {
  const place = { ...placeOf(worktree), signal, config: await withoutForeignFilters(headPlaceOf(worktree), signal) };
  await git(['read-tree', '--reset', '-u', commit], place);
  // as long as the index says where each stood
  const warnings = await updateSubmodules(worktree, signal);
  // The files stay as they are; against HEAD they are the changes that had not been committed.
  await git(['reset', '--quiet', '--mixed', head], { ...place, answers: [1] });
  await sealMakimaDirectory(worktree);
  return warnings;
};
