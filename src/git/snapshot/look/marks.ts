import { readFile } from 'node:fs/promises';
import { isMissing } from '../../../files/failure.ts';

/** What there is in an index that makes a worktree's files another thing than what its entries say. */
export interface IndexMarks {
  /** Entries of which git does not look at the file: assume-unchanged, or skipped, as in a sparse checkout. */
  hasHidden: boolean;
  hasUnmerged: boolean;
  /** Links to commits of other repositories. */
  hasLinks: boolean;
  /** Something of `.makima`. */
  hasMakima: boolean;
  /** The tree of all entries, where git has noted it. */
  tree: string | null;
}

const statBytes = 40;
const modeAt = 24;
const makima = Buffer.from('.makima');
const slash = 0x2f;

/** Of an index file. @returns null where it is missing, or as `marksOf` says */
export const marksIn = async (file: string, idLength: number): Promise<IndexMarks | null> => {
  try {
    return marksOf(await readFile(file), idLength / 2);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/**
 * Reads an index file (gitformat-index(5)), without a process.
 * @param idBytes - 20, of SHA-256 32
 * @returns null where it is damaged, or of a form in which not all entries are in it
 */
export const marksOf = (index: Buffer, idBytes: number): IndexMarks | null => {
  try {
    return read(index, idBytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

const read = (index: Buffer, idBytes: number): IndexMarks | null => {
  const version = index.readUInt32BE(4);
  if (index.toString('latin1', 0, 4) !== 'DIRC' || version < 2 || version > 4) return null;
  const marks: IndexMarks = { hasHidden: false, hasUnmerged: false, hasLinks: false, hasMakima: false, tree: null };
  let at = 12;
  let name: Buffer = Buffer.alloc(0);
  for (let count = index.readUInt32BE(8); count > 0; count -= 1) {
    const begin = at;
    const kind = index.readUInt16BE(at + modeAt + 2) & 0o170000;
    at += statBytes + idBytes;
    const flags = index.readUInt16BE(at);
    at += 2;
    if ((flags & 0x8000) !== 0) marks.hasHidden = true;
    if ((flags & 0x3000) !== 0) marks.hasUnmerged = true;
    if (kind === 0o160000) marks.hasLinks = true;
    if ((flags & 0x4000) !== 0) {
      if ((index.readUInt16BE(at) & 0x4000) !== 0) marks.hasHidden = true;
      at += 2;
    }
    // what a sparse index has in place of all that is in a directory
    if (kind === 0o040000) return null;
    let kept = 0;
    if (version === 4) {
      let byte = index.readUInt8(at++);
      let dropped = byte & 0x7f;
      while ((byte & 0x80) !== 0) {
        byte = index.readUInt8(at++);
        dropped = ((dropped + 1) << 7) | (byte & 0x7f);
      }
      kept = name.length - dropped;
    }
    const end = index.indexOf(0, at);
    if (end === -1 || kept < 0) return null;
    if (version === 4) {
      name = Buffer.concat([name.subarray(0, kept), index.subarray(at, end)]);
      at = end + 1;
    } else {
      name = index.subarray(at, end);
      at = begin + ((end - begin + 8) & ~7);
    }
    if (isMakima(name)) marks.hasMakima = true;
  }
  return readExtensions(index, at, idBytes, marks) ? marks : null;
};

const isMakima = (name: Buffer): boolean =>
  name[0] === makima[0] &&
  name.subarray(0, makima.length).equals(makima) &&
  (name.length === makima.length || name[makima.length] === slash);

/** @returns false where there is one without which the index is not to be understood */
const readExtensions = (index: Buffer, begin: number, idBytes: number, marks: IndexMarks): boolean => {
  for (let at = begin; at < index.length - idBytes;) {
    const name = index.toString('latin1', at, at + 4);
    const length = index.readUInt32BE(at + 4);
    if (!/^[A-Z]/.test(name)) return false;
    if (name === 'TREE') marks.tree = rootOf(index.subarray(at + 8, at + 8 + length), idBytes);
    at += 8 + length;
  }
  return true;
};

/** The first record is of the root: an empty name, a NUL, how many entries it covers, how many records are below, and the tree. */
const rootOf = (extension: Buffer, idBytes: number): string | null => {
  const end = extension.indexOf(0x0a);
  const [, entries] = /^\0(-?\d+) \d+$/.exec(extension.toString('latin1', 0, end)) ?? [];
  if (entries === undefined || entries.startsWith('-')) return null;
  return extension.toString('hex', end + 1, end + 1 + idBytes);
};
