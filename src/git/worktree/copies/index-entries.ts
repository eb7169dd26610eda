/** Git's index file, read only as far as the stat data of its entries can be put in place: these have the same length in every version. */
import { createHash } from 'node:crypto';
import { readOffset } from '../../command/index.ts';

export interface IndexEntry {
  /** Where its stat data begin. */
  at: number;
  mode: number;
  size: number;
  /** Whether its content is empty by its name. */
  isEmptyBlob: boolean;
  /** Below the worktree, bytes as latin1. */
  path: string;
}

export interface IndexFile {
  bytes: Buffer;
  entries: IndexEntry[];
  /** Where its checksum begins. */
  end: number;
  algorithm: 'sha1' | 'sha256';
}

/** What a file's stat data are to an entry. */
const statLength = 40;
/** Extensions that say nothing of files' stat data, nor of another index that does. */
const harmless = new Set(['TREE', 'REUC', 'EOIE', 'IEOT', 'sdir']);
const isExtended = 0x4000;
const emptyBlob = {
  sha1: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  sha256: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
};

const digest = (algorithm: 'sha1' | 'sha256', bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest();

/** By the checksum at its end; null where neither is right, or there is none. */
const algorithmOf = (bytes: Buffer): 'sha1' | 'sha256' | null => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    const length = algorithm === 'sha1' ? 20 : 32;
    const end = bytes.length - length;
    if (end >= 12 && digest(algorithm, bytes.subarray(0, end)).equals(bytes.subarray(end))) return algorithm;
  }
  return null;
};

/** @returns null where it is none that this can read: split, with a file system monitor, of a later version or damaged */
export const readIndex = (bytes: Buffer): IndexFile | null => {
  const algorithm = algorithmOf(bytes);
  if (algorithm === null || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  const idLength = algorithm === 'sha1' ? 20 : 32;
  const end = bytes.length - idLength;
  const empty = Buffer.from(emptyBlob[algorithm], 'hex');
  const entries: IndexEntry[] = [];
  let at = 12;
  let path = '';
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = at + statLength + idLength;
    if (flagsAt + 4 > end) return null;
    let nameAt = flagsAt + ((bytes.readUInt16BE(flagsAt) & isExtended) === 0 ? 2 : 4);
    let kept = '';
    if (version === 4) {
      // how much of the path before it an entry does not share
      const shared = readOffset(bytes, nameAt);
      kept = path.slice(0, path.length - shared.value);
      nameAt = shared.end;
    }
    const nameEnd = bytes.indexOf(0, nameAt);
    if (nameEnd < 0 || nameEnd >= end) return null;
    path = kept + bytes.toString('latin1', nameAt, nameEnd);
    const isEmptyBlob = bytes.compare(empty, 0, idLength, at + statLength, flagsAt) === 0;
    entries.push({ at, mode: bytes.readUInt32BE(at + 24), size: bytes.readUInt32BE(at + 36), isEmptyBlob, path });
    at = version === 4 ? nameEnd + 1 : at + ((nameEnd - at + 8) & ~7);
  }
  return hasOnlyHarmless(bytes, at, end) ? { bytes, entries, algorithm, end } : null;
};

const hasOnlyHarmless = (bytes: Buffer, start: number, end: number): boolean => {
  let at = start;
  while (at + 8 <= end) {
    if (!harmless.has(bytes.toString('latin1', at, at + 4))) return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end;
};
