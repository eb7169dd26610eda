import { mkdir, readdir, rm, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isThere } from '../../../files/look.ts';
import { git } from '../../command/index.ts';
import { type Base, filtersOf, type Repository } from '../../repository/index.ts';
import { createTaskRepository } from '../task-repository.ts';
import { adminDirOf, headPlaceOf, placeOf } from '../worktree.ts';
import { sealOf, settingsText, type ReadyWorktree } from './ready-worktree.ts';
import { standAsTheyDid, userSettingsOf } from './user-settings.ts';

/** With less than this left on the disk beside it, nothing is prepared: the space is for work. */
export const leftFreeBytes = 1024 ** 3;
const blockBytes = 4096;

/** What is left on the disk of a path. */
export const freeBytes = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

/** What the files of a commit take on a disk, about: git is asked for their lengths alone. */
const bytesOf = async (gitDir: string, commit: string, signal: AbortSignal): Promise<number> => {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--long', '--full-tree', commit], { gitDir, signal, isBackground: true });
  let bytes = 0;
  // `mode type id length`, a tab, and the path, which may have tabs
  for (let start = 0, end = stdout.indexOf(0); end !== -1; start = end + 1, end = stdout.indexOf(0, start)) {
    const tab = stdout.indexOf(0x09, start);
    const length = Number(stdout.toString('latin1', stdout.lastIndexOf(0x20, tab), tab)) || 0;
    bytes += (Math.floor(length / blockBytes) + 1) * blockBytes;
  }
  return bytes;
};

/** Of a partial clone a checkout fetches what is missing, into the repository that it is made for. */
const isPartial = ({ facts }: Repository): boolean =>
  facts.settings.some(([key]) => /^remote\..*\.(?:promisor|partialclonefilter)$/.test(key));

/** An index that keeps nothing elsewhere, and nothing of where it was made; and one process, since nobody waits. */
const ownConfig: [string, string][] = [
  ['core.splitIndex', 'false'],
  ['core.untrackedCache', 'false'],
  ['checkout.workers', '1'],
];

/**
 * Checks a base out before anybody asks for it, by the same command and with the same settings as for a task.
 *
 * @param directory - is there and empty; whoever finds it after a crash removes it
 * @param maxBytes - of its files
 * @returns null where it cannot be said that a task would find the same: filters, submodules, a partial clone, conditional settings;
 *   or where there is no room
 */
export const makeReady = async (
  directory: string,
  repository: Repository,
  base: Base,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ReadyWorktree | null> => {
  const { cacheDir } = repository;
  const { commit } = base;
  if (cacheDir === null || isPartial(repository) || (await filtersOf(cacheDir, commit, signal)).length > 0) return null;
  const bytes = await bytesOf(cacheDir, commit, signal);
  if (bytes > maxBytes || (await freeBytes(directory)) - bytes < leftFreeBytes) return null;
  const gitDir = path.join(directory, 'repository.git');
  const files = path.join(directory, 'files');
  const worktree = { path: files, gitDir, adminDir: adminDirOf(gitDir, files) };
  const branch = 'makima/prepared';
  await createTaskRepository(repository, {
    gitDir,
    path: files,
    branch,
    base: { branch: base.local, commit },
    commit,
    borrows: [cacheDir],
  });
  // in a home that is copied it would lead to the original; git is told where the files are
  await rm(path.join(worktree.adminDir, 'gitdir'));
  await mkdir(files);
  const user = await userSettingsOf(headPlaceOf(worktree), signal);
  if (user === null) return null;
  const place = placeOf({ ...worktree, borrows: [cacheDir], branch, baseCommit: commit, sourcePath: null, origin: null });
  await git(['reset', '--quiet', '--hard', '--no-recurse-submodules'], { ...place, config: ownConfig, signal, isBackground: true });
  if ((await isThere(path.join(files, '.gitmodules'))) || (await readdir(worktree.adminDir)).some((name) => name.startsWith('sharedindex')))
    return null;
  await ageIndex(path.join(worktree.adminDir, 'index'), signal);
  if (!standAsTheyDid(user)) return null;
  const ready = { directory, files, adminDir: worktree.adminDir, commit, settings: settingsText(repository), user, bytes };
  return { ...ready, seal: await sealOf(ready) };
};

/**
 * Git reads again what was written in the second of the index itself. Nobody writes here until that second is over, and an index
 * that is a second younger has the agent's first look read nothing.
 */
const ageIndex = async (index: string, signal: AbortSignal): Promise<void> => {
  const next = Math.floor(Date.now() / 1000) + 1;
  while (Date.now() < next * 1000) await delay(next * 1000 - Date.now() + 1, undefined, { signal, ref: false });
  await utimes(index, next, next);
};
