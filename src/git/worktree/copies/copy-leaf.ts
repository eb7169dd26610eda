/** What is made of a single entry at its target, and what gives way to it there. */
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  type Stats,
} from 'node:fs';
import { codeOf, isMissing } from '../../../files/failure.ts';
import { staysInside } from './link-places.ts';
import { bytes, type Steady } from './steady.ts';
import type { CopyPath, CopyRules, OpenDirectory } from './step.ts';

export const statOf = (file: Buffer): Stats | null => {
  try {
    return lstatSync(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** @returns false where what stands there stays */
export const makeWay = (to: Buffer, { existing }: Pick<CopyRules, 'existing'>): boolean => {
  const standing = statOf(to);
  if (standing === null) return true;
  if (existing === 'keep') return false;
  // never written through: a link there would lead the content elsewhere
  if (standing.isDirectory()) rmSync(to.toString(), { recursive: true });
  else unlinkSync(to);
  return true;
};

/** Blocks are shared where the file system can. */
const cloning = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
/** The modes that the system takes from a file which is written. */
const specialBits = 0o7000;

/** @returns false where nothing was copied: what stands there stays, or the original is gone */
export const copyFile = ({ path, stat }: Steady, to: Buffer, isNew: boolean, rules: CopyRules): boolean => {
  if (!isNew && !makeWay(to, rules)) return false;
  try {
    // its mode comes along
    copyFileSync(path, to, cloning);
  } catch (error) {
    // of a path that nothing holds, what is there now says nothing of what was
    if (isMissing(error) && statOf(to.subarray(0, to.lastIndexOf(0x2f))) !== null) return false;
    throw error;
  }
  if ((stat.mode & specialBits) !== 0) chmodSync(to, stat.mode & 0o7777);
  utimesSync(to, stat.atimeMs / 1000, stat.mtimeMs / 1000);
  return true;
};

/** What is said by a link; null where none is there any more. */
const readLink = (from: Buffer): { text: string; atimeMs: number; mtimeMs: number } | null => {
  try {
    const text = readlinkSync(from, { encoding: 'latin1' });
    const { atimeMs, mtimeMs } = lstatSync(from);
    return { text, atimeMs, mtimeMs };
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'EINVAL') return null;
    throw error;
  }
};

/**
 * Makes a link whose text alone says that it stays inside.
 * @returns false where what stands there stays; null where it needs a decision, or is no link any more and has to be looked at again
 */
export const copyLink = (from: Buffer, { to, relative }: CopyPath, isNew: boolean, rules: CopyRules): boolean | null => {
  const link = readLink(from);
  if (link === null || !staysInside(link.text, relative.split('/').length - 1 - rules.depth)) return null;
  if (!isNew && !makeWay(bytes(to), rules)) return false;
  symlinkSync(bytes(link.text), bytes(to));
  lutimesSync(bytes(to), link.atimeMs / 1000, link.mtimeMs / 1000);
  return true;
};

/** @returns whether it was made; null where something that is no directory stands there and stays */
export const makeDirectory = (to: Buffer, isNew: boolean, { existing }: Pick<CopyRules, 'existing'>): boolean | null => {
  const standing = isNew ? null : statOf(to);
  if (standing?.isDirectory() === true) return false;
  if (standing !== null && existing === 'keep') return null;
  if (standing !== null) unlinkSync(to);
  mkdirSync(to, 0o700);
  return true;
};

/** When everything is in it: what is made in a directory changes its times, and its mode may forbid that. */
export const closeDirectory = ({ to, mode, atime, mtime }: OpenDirectory): void => {
  chmodSync(bytes(to), mode);
  utimesSync(bytes(to), atime, mtime);
};
