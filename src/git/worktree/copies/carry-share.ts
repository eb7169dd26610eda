/**
 * A copy of a file has another inode than the original, so git would read every copy anew to find it unchanged. What git knew of the
 * original it may know of the copy: where the original is by its stat data what the index has, and was so before the copying began.
 */
import { lstatSync, readFileSync, readlinkSync, type BigIntStats } from 'node:fs';
import { isMissing } from '../../../files/failure.ts';
import { hasSettled } from '../../../files/stamp.ts';
import { readIndex, type IndexEntry, type IndexFile } from './index-entries.ts';

/** Some of the entries of an index, so that several threads can do all of it. */
export interface Share {
  /** The new worktree's index, a copy of the other's: not younger than that to the second, so that what git doubts there it doubts here. */
  index: string;
  from: string;
  to: string;
  /** When the copying began, in milliseconds. */
  began: number;
  /** Which of how many. */
  part: number;
  parts: number;
}

export interface Carried extends Pick<IndexFile, 'algorithm'> {
  /** The index's bytes from this share's first entry on, those before all and after all with the first and the last; the checksum not. */
  bytes: Uint8Array;
  /** How many of the files that are there git has to look into. */
  left: number;
}

const kinds = { file: 0o100000, link: 0o120000, mask: 0o170000 };
const second = 1_000_000_000n;
/** Times are set to the microsecond, from a number with fewer digits. */
const precisionNs = 2000n;

/** As git keeps a number. */
const low = (value: bigint): number => Number(BigInt.asUintN(32, value));

const statOf = (file: Buffer): BigIntStats | null => {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

const hasTime = (bytes: Buffer, at: number, time: bigint): boolean =>
  bytes.readUInt32BE(at) === low(time / second) && bytes.readUInt32BE(at + 4) === Number(time % second);

/** A file system or a git that keeps times less exactly than the other here does makes no match: git then reads the file. */
const matches = (bytes: Buffer, { at, mode, size, isEmptyBlob }: IndexEntry, found: BigIntStats): boolean =>
  hasMode(mode, found) &&
  size === low(found.size) &&
  // no size is also git's mark for an entry that it doubts
  (size !== 0 || (isEmptyBlob && found.size === 0n)) &&
  hasTime(bytes, at, found.ctimeNs) &&
  hasTime(bytes, at + 8, found.mtimeNs) &&
  bytes.readUInt32BE(at + 20) === low(found.ino) &&
  bytes.readUInt32BE(at + 28) === low(found.uid) &&
  bytes.readUInt32BE(at + 32) === low(found.gid);

const hasMode = (mode: number, found: BigIntStats): boolean => {
  const is = Number(found.mode);
  const kind = mode & kinds.mask;
  return kind === (is & kinds.mask) && (kind === kinds.link || ((mode ^ is) & 0o100) === 0);
};

const isCopyOf = (copy: BigIntStats, found: BigIntStats): boolean => {
  const apart = copy.mtimeNs - found.mtimeNs;
  const isSameTime = apart < precisionNs && apart > -precisionNs && copy.mtimeNs / second >= found.mtimeNs / second;
  return copy.size === found.size && isSameTime;
};

const putTime = (bytes: Buffer, at: number, time: bigint): void => {
  bytes.writeUInt32BE(low(time / second), at);
  // before 1970 it is none that git knows again: it then reads the file
  bytes.writeUInt32BE(low(time % second), at + 4);
};

const put = (bytes: Buffer, at: number, { ctimeNs, mtimeNs, dev, ino, uid, gid, size }: BigIntStats): void => {
  putTime(bytes, at, ctimeNs);
  putTime(bytes, at + 8, mtimeNs);
  bytes.writeUInt32BE(low(dev), at + 16);
  bytes.writeUInt32BE(low(ino), at + 20);
  bytes.writeUInt32BE(low(uid), at + 28);
  bytes.writeUInt32BE(low(gid), at + 32);
  bytes.writeUInt32BE(low(size), at + 36);
};

/** A link may have been led elsewhere. */
const sameText = (one: Buffer, other: Buffer): boolean => readlinkSync(one, 'buffer').equals(readlinkSync(other, 'buffer'));

const isFileOrLink = ({ mode }: IndexEntry): boolean => (mode & kinds.mask) === kinds.file || (mode & kinds.mask) === kinds.link;

/** @returns null where it is no index that this can read */
export const carryShare = ({ index, from, to, began, part, parts }: Share): Carried | null => {
  const read = readIndex(readFileSync(index));
  if (read === null) return null;
  const { bytes, entries, algorithm, end } = read;
  const latin1 = (top: string): string => `${Buffer.from(top).toString('latin1')}/`;
  const [fromTop, toTop] = [latin1(from), latin1(to)];
  const beginOf = (each: number): number => Math.floor((entries.length * each) / parts);
  const [first, last] = [beginOf(part), beginOf(part + 1)];
  let left = 0;
  for (const entry of entries.slice(first, last)) {
    if (!isFileOrLink(entry)) continue;
    const copied = Buffer.from(toTop + entry.path, 'latin1');
    const copy = statOf(copied);
    if (copy === null) continue;
    const original = Buffer.from(fromTop + entry.path, 'latin1');
    const found = statOf(original);
    const isKnown =
      found !== null && matches(bytes, entry, found) && hasSettled(found, began) && hasMode(entry.mode, copy) && isCopyOf(copy, found);
    if (isKnown && (!copy.isSymbolicLink() || sameText(original, copied))) put(bytes, entry.at, copy);
    else left += 1;
  }
  const begin = part === 0 ? 0 : (entries[first]?.at ?? end);
  return { bytes: bytes.subarray(begin, part + 1 === parts ? end : (entries[last]?.at ?? end)), left, algorithm };
};
