import { lstat, mkdir } from 'node:fs/promises';
import { MakimaError } from '../errors.ts';
import { isMissing } from './failure.ts';

const maxLength = 4096;

/**
 * Checks a path from outside that is to stay inside a worktree.
 *
 * @returns the path without `./` and doubled or closing slashes
 * @throws MakimaError INVALID_PATH for an absolute one, one with `..`, and one in `.git` or `.makima`
 */
export const checkRelativePath = (given: string): string => {
  const shown = JSON.stringify(given.slice(0, 200));
  const refuse = (why: string): MakimaError => new MakimaError('INVALID_PATH', `The path ${shown} ${why}`);
  if (given.length > maxLength) throw refuse(`is longer than ${maxLength} characters`);
  if (given.includes('\0')) throw refuse('holds a NUL character');
  if (given.startsWith('/') || given.startsWith('~')) throw refuse('is not relative to the worktree');
  const parts = given.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) throw refuse('names no file or directory');
  if (parts.includes('..')) throw refuse('leads out of the worktree');
  if (isReserved(parts)) throw refuse('belongs to git or to makima');
  return parts.join('/');
};

/** `.git` anywhere and `.makima` at the top, in any case: some file systems do not tell cases apart. */
export const isReserved = (parts: readonly string[]): boolean =>
  parts[0]?.toLowerCase() === '.makima' || parts.some((part) => part.toLowerCase() === '.git');

/** The bytes of a path, since a name need not be valid UTF-8. */
export const joinBytes = (root: string | Buffer, relative: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(root), Buffer.from('/'), Buffer.from(relative)]);

/** The directories above a relative path, the outermost first. */
export const parentsOf = (relative: Buffer): Buffer[] => {
  const parents: Buffer[] = [];
  for (let at = relative.indexOf(0x2f); at !== -1; at = relative.indexOf(0x2f, at + 1)) parents.push(relative.subarray(0, at));
  return parents;
};

/**
 * Checks that no directory above a path is a link, which could lead anywhere.
 *
 * @param make - makes the directories that are missing
 * @returns false where one is missing and not made
 * @throws MakimaError INVALID_PATH
 */
export const checkParents = async (root: string, relative: Buffer, make: boolean): Promise<boolean> => {
  for (const parent of parentsOf(relative)) {
    const directory = joinBytes(root, parent);
    try {
      const found = await lstat(directory);
      if (found.isDirectory()) continue;
      throw new MakimaError(
        'INVALID_PATH',
        `The path ${JSON.stringify(relative.toString())} leads through ${found.isSymbolicLink() ? 'a link' : 'something that is no directory'}`,
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (!make) return false;
      await mkdir(directory);
    }
  }
  return true;
};

/** The same, and false too where something that is no directory is in the way. */
export const hasParents = async (root: string, relative: Buffer, make: boolean): Promise<boolean> => {
  try {
    return await checkParents(root, relative, make);
  } catch (error) {
    if (error instanceof MakimaError && error.code === 'INVALID_PATH') return false;
    throw error;
  }
};
