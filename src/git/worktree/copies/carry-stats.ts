/**
 * A copy of a file has another inode than the original, so git would read every copy anew to find it unchanged. What git knew of the
 * original it may know of the copy: where the original is by its stat data what the index has, and was so before the copying began.
 */
import { lstatSync, readFileSync, readlinkSync, statSync, utimesSync, writeFileSync, type BigIntStats } from 'node:fs';
import { isMissing } from '../../../files/failure.ts';
import { hasSettled } from '../../../files/stamp.ts';
import { readIndex, sealIndex, type IndexEntry } from './index-entries.ts';

export interface Carry {
  /** The new worktree's index, a copy of the other's: not younger than that to the second, so that what git doubts there it doubts here. */
  index: string;
  from: string;
  to: string;
  /** When the copying began, in milliseconds. */
  began: number;
}

/** How many of the files that are there git has to look into; null where nothing could be carried over. */
export type CarryResult = number | null;

const kinds = { file: 0o100000, link: 0o120000, mask: 0o170000 };
const second = 1_000_000_000n;
/** Times are set to the microsecond, from a number with fewer digits. */
const precisionNs = 2000n;

const low = (value: bigint): number => Number(BigInt.asUintN(32, value));

const statOf = (file: Buffer): BigIntStats | null => {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** A file system or a git that keeps times less exactly than the other here does makes no match: git then reads the file. */
const matches = (bytes: Buffer, { at, mode, size, isEmptyBlob }: IndexEntry, found: BigIntStats): boolean =>
  hasMode(mode, found) &&
  size === low(found.size) &&
  // no size is also git's mark for an entry that it doubts
  (size !== 0 || (isEmptyBlob && found.size === 0n)) &&
  [found.ctimeNs / second, found.ctimeNs % second, found.mtimeNs / second, found.mtimeNs % second].every(
    (part, index) => bytes.readUInt32BE(at + 4 * index) === low(part),
  ) &&
  bytes.readUInt32BE(at + 20) === low(found.ino) &&
  bytes.readUInt32BE(at + 28) === low(found.uid) &&
  bytes.readUInt32BE(at + 32) === low(found.gid);

const hasMode = (mode: number, found: BigIntStats): boolean =>
  (mode & kinds.mask) === kinds.link ? found.isSymbolicLink() : found.isFile() && ((mode & 0o100) !== 0) === ((found.mode & 0o100n) !== 0n);

const isCopyOf = (copy: BigIntStats, found: BigIntStats): boolean => {
  const apart = copy.mtimeNs - found.mtimeNs;
  const isSameTime = apart < precisionNs && apart > -precisionNs && copy.mtimeNs / second >= found.mtimeNs / second;
  return copy.size === found.size && isSameTime;
};

const put = (bytes: Buffer, at: number, { ctimeNs, mtimeNs, dev, ino, uid, gid, size }: BigIntStats): void => {
  const times = [ctimeNs / second, ctimeNs % second, mtimeNs / second, mtimeNs % second];
  for (const [index, part] of [...times, dev, ino].entries()) bytes.writeUInt32BE(low(part), at + 4 * index);
  for (const [index, part] of [uid, gid, size].entries()) bytes.writeUInt32BE(low(part), at + 28 + 4 * index);
};

/** A link may have been led elsewhere. */
const sameText = (one: Buffer, other: Buffer): boolean => readlinkSync(one, 'buffer').equals(readlinkSync(other, 'buffer'));

const isFileOrLink = ({ mode }: IndexEntry): boolean => (mode & kinds.mask) === kinds.file || (mode & kinds.mask) === kinds.link;

/** Writes the index in place: the worktree is nobody's yet. */
export const carryStats = ({ index, from, to, began }: Carry): CarryResult => {
  const { atimeMs, mtimeMs } = statSync(index);
  const read = readIndex(readFileSync(index));
  if (read === null) return null;
  const [fromTop, toTop] = [from, to].map((top) => `${Buffer.from(top).toString('latin1')}/`);
  let left = 0;
  for (const entry of read.entries.filter(isFileOrLink)) {
    const [original, copied] = [Buffer.from(fromTop + entry.path, 'latin1'), Buffer.from(toTop + entry.path, 'latin1')];
    const copy = statOf(copied);
    if (copy === null) continue;
    const found = statOf(original);
    const isKnown =
      found !== null && matches(read.bytes, entry, found) && hasSettled(found, began) && hasMode(entry.mode, copy) && isCopyOf(copy, found);
    if (isKnown && (!copy.isSymbolicLink() || sameText(original, copied))) put(read.bytes, entry.at, copy);
    else left += 1;
  }
  sealIndex(read);
  writeFileSync(index, read.bytes);
  utimesSync(index, atimeMs / 1000, Math.floor(mtimeMs / 1000));
  return left;
};
