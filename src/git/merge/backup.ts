import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, readlink, rm, rmdir, symlink, unlink, utimes, writeFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from '../../files/failure.ts';
import { statOf } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { copyIndex, indexOf, type Worktree } from '../worktree/index.ts';
import type { MergeRecord } from './record.ts';

/**
 * What git's objects cannot bring back exactly: the index with what is staged in it, and the files that the merge changes,
 * whose bytes a filter or a change of line ends may have made others than the blob's, with their modes and times.
 */
const directoryOf = (worktree: Worktree): string => path.join(worktree.adminDir, 'makima-merge');

export const backupIndex = (worktree: Worktree): string => path.join(directoryOf(worktree), 'index');

const fileOf = (worktree: Worktree, position: number): string => path.join(directoryOf(worktree), 'files', String(position));

/** Begins a backup anew with the index. @returns whether there is one */
export const beginBackup = async (worktree: Worktree): Promise<boolean> => {
  await removeBackup(worktree);
  await mkdir(path.join(directoryOf(worktree), 'files'), { recursive: true });
  return copyIndex(indexOf(worktree), backupIndex(worktree));
};

const installedMark = (worktree: Worktree): string => path.join(directoryOf(worktree), 'index-installed');

/** Notes that from here on the index, and then HEAD, may be the merge's; until then only files are. */
export const markIndexInstalled = (worktree: Worktree): Promise<void> => writeFile(installedMark(worktree), '');

export const isIndexInstalled = async (worktree: Worktree): Promise<boolean> =>
  (await statOf(Buffer.from(installedMark(worktree)))) !== null;

export const removeBackup = (worktree: Worktree): Promise<void> => rm(directoryOf(worktree), { recursive: true, force: true });

/** Copies files of the worktree to the backup; one that is none, or no more there, is left out. */
export const backUpFiles = async (worktree: Worktree, paths: readonly Buffer[]): Promise<MergeRecord['files']> => {
  const files: MergeRecord['files'] = [];
  for (const relative of paths) {
    const source = joinBytes(worktree.path, relative);
    const found = await statOf(source);
    if (found === null || found.isDirectory()) continue;
    const target = fileOf(worktree, files.length);
    if (found.isSymbolicLink()) await writeFile(target, await readlink(source, { encoding: 'buffer' }));
    else await copyFile(source, target, constants.COPYFILE_FICLONE);
    files.push({ path: relative.toString('base64'), link: found.isSymbolicLink(), mode: found.mode & 0o7777, mtimeMs: found.mtimeMs });
  }
  return files;
};

/** Puts the files back as they were, all or those that are wanted: bytes, mode, time. Can be repeated. */
export const restoreFiles = async (
  worktree: Worktree,
  files: MergeRecord['files'],
  isWanted: (path: Buffer) => boolean = () => true,
): Promise<void> => {
  for (const [position, file] of files.entries()) {
    const relative = Buffer.from(file.path, 'base64');
    if (!isWanted(relative)) continue;
    const target = joinBytes(worktree.path, relative);
    await mkdir(parentOf(target), { recursive: true });
    await removeEntry(target);
    const source = fileOf(worktree, position);
    if (file.link) {
      await symlink(await readFile(source), target);
      continue;
    }
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    await chmod(target, file.mode);
    await utimes(target, file.mtimeMs / 1000, file.mtimeMs / 1000);
  }
};

/** Removes files of the worktree and the directories that are empty then. */
export const removeFiles = async (worktree: Worktree, paths: readonly Buffer[]): Promise<void> => {
  for (const relative of paths) {
    await removeEntry(joinBytes(worktree.path, relative));
    for (let at = relative.lastIndexOf(0x2f); at > 0; at = relative.subarray(0, at).lastIndexOf(0x2f)) {
      if (!(await removeEmpty(joinBytes(worktree.path, relative.subarray(0, at))))) break;
    }
  }
};

/** The innermost directory above each path that is there, in base64. */
export const directoriesAbove = async (worktree: Worktree, paths: readonly Buffer[]): Promise<string[]> => {
  const found = new Set<string>();
  for (const relative of paths) {
    for (let at = relative.lastIndexOf(0x2f); at > 0; at = relative.subarray(0, at).lastIndexOf(0x2f)) {
      const directory = relative.subarray(0, at);
      const name = directory.toString('base64');
      if (!found.has(name) && (await statOf(joinBytes(worktree.path, directory)))?.isDirectory() !== true) continue;
      found.add(name);
      break;
    }
  }
  return [...found];
};

/** Makes directories that were there before and went with their last file. */
export const restoreDirectories = async (worktree: Worktree, directories: readonly string[]): Promise<void> => {
  for (const directory of directories) await mkdir(joinBytes(worktree.path, Buffer.from(directory, 'base64')), { recursive: true });
};

const parentOf = (file: Buffer): Buffer => file.subarray(0, file.lastIndexOf(0x2f));

/** A directory that is not empty stays: it holds what is not ours to remove. */
const removeEntry = async (target: Buffer): Promise<void> => {
  const found = await statOf(target);
  if (found === null) return;
  if (found.isDirectory()) await removeEmpty(target);
  else await unlink(target);
};

const removeEmpty = async (directory: Buffer): Promise<boolean> => {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    if (isMissing(error)) return true;
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};
