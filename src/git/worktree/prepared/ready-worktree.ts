import { lstat, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { configText, diffTrees } from '../../command/index.ts';
import { isMissing } from '../../../files/failure.ts';
import { stampAt } from '../../../files/stamp.ts';
import { type Base, filtersOf, type Repository } from '../../repository/index.ts';
import { writeDotGit } from '../dot-git.ts';
import type { Worktree } from '../worktree.ts';
import { standAsTheyDid, type UserSettings } from './user-settings.ts';

/** The files of a commit, checked out before anybody asked for them, with the index that git made of them. */
export interface ReadyWorktree {
  /** All that belongs to it is below this. */
  directory: string;
  /** The files alone: no repository is theirs yet. */
  files: string;
  /** Where git left the index and its log. */
  adminDir: string;
  commit: string;
  /** The repository's settings with which it was checked out. */
  settings: string;
  user: UserSettings;
  /** How it stood when it was ready. */
  seal: string;
  bytes: number;
}

/** What a checkout writes beside the index. */
const records = ['ORIG_HEAD', 'logs'];
/** So many entries at the top are looked at, so that taking costs the same at any size. */
const maxLooked = 100;

export const settingsText = ({ facts }: Repository): string => configText([...facts.settings]);

/** What tells that somebody was at it: each directory on the way, the index, and what is at the top. */
export const sealOf = async ({ directory, files, adminDir }: Pick<ReadyWorktree, 'directory' | 'files' | 'adminDir'>): Promise<string> => {
  const names = (await readdir(files)).sort();
  const looked = [
    directory,
    files,
    adminDir,
    path.join(adminDir, 'index'),
    ...names.slice(0, maxLooked).map((name) => path.join(files, name)),
  ];
  return [names.length, ...looked.map((file) => `${file} ${stampAt(file).text}`)].join('\n');
};

const isUntouched = async (ready: ReadyWorktree): Promise<boolean> => {
  try {
    return (await sealOf(ready)) === ready.seal;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/**
 * Whether bringing its files to another commit gives what checking that out does: each file that is the same in both is written the
 * same way, as long as the attributes are. Where names differ by case alone, files of one could be taken for those of the other.
 */
const canFollow = async (
  ready: ReadyWorktree,
  { facts }: Repository,
  cacheDir: string,
  commit: string,
  signal?: AbortSignal,
): Promise<boolean> => {
  if (facts.settings.some(([key, value]) => key === 'core.ignorecase' && value === 'true')) return false;
  if ((await filtersOf(cacheDir, commit, signal)).length > 0) return false;
  const changes = await diffTrees(cacheDir, ready.commit, commit, signal);
  return changes.every(
    ({ path: file, before, after }) =>
      !/(?:^|\/)\.git(?:attributes|modules)$/.test(file.toString('latin1')) && before?.mode !== '160000' && after?.mode !== '160000',
  );
};

/** Whether a worktree made of it is the one that would be made of a base now. */
export const isStillRight = async (
  ready: ReadyWorktree,
  repository: Repository,
  { commit }: Base,
  signal?: AbortSignal,
): Promise<boolean> => {
  if (ready.settings !== settingsText(repository) || repository.cacheDir === null) return false;
  return (
    standAsTheyDid(ready.user) &&
    (await isUntouched(ready)) &&
    (ready.commit === commit || (await canFollow(ready, repository, repository.cacheDir, commit, signal)))
  );
};

/**
 * Makes it the files of a worktree whose repository is there and whose directory is not. The `.git` file is in it before it has
 * its place: whoever finds it there knows whose it is. Of another commit than the base, git has to bring it there afterwards.
 */
export const moveInto = async (ready: ReadyWorktree, worktree: Worktree, reached: (point: string) => void): Promise<void> => {
  writeDotGit(worktree, ready.files);
  reached('prepared worktree named');
  // the log of a checkout that is yet to come is git's to write
  for (const name of ['index', ...(ready.commit === worktree.baseCommit ? records : [])])
    await rename(path.join(ready.adminDir, name), path.join(worktree.adminDir, name));
  reached('prepared index moved');
  await rename(ready.files, worktree.path);
  reached('prepared worktree moved');
};

/**
 * Whether what is made in one directory can be renamed into another, and is as if it had been made there: both in one place, on one
 * disk, and neither is a link or hands down a group or a bit of its own.
 */
export const areAlike = async (one: string, other: string): Promise<boolean> => {
  const [first, second] = await Promise.all([lstat(one), lstat(other)]);
  const alike = first.dev === second.dev && first.gid === second.gid && (first.mode & 0o7000) === (second.mode & 0o7000);
  return alike && first.isDirectory() && second.isDirectory() && path.dirname(one) === path.dirname(other);
};
