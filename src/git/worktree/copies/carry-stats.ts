import { createHash } from 'node:crypto';
import { stat, utimes, writeFile } from 'node:fs/promises';
import { carryShare, type Share } from './carry-share.ts';
import { carryInThread, mostThreads } from './copy-threads.ts';

/** Of some hundred entries, in bytes: less than a thread is worth. */
const smallIndex = 16 * 1024;

/**
 * Has git know of the copies what it knew of the originals, where that still holds. Writes the index in place: the worktree is nobody's yet.
 * @returns how many of the files that are there git has to look into; null where nothing could be carried over
 */
export const carryStats = async (carry: Omit<Share, 'part' | 'parts'>): Promise<number | null> => {
  const { atimeMs, mtimeMs, size } = await stat(carry.index);
  const parts = size < smallIndex ? 1 : mostThreads;
  const shares = Array.from({ length: parts }, (_, part) => ({ ...carry, part, parts }));
  const done = size < smallIndex ? shares.map(carryShare) : await Promise.all(shares.map(carryInThread));
  const carried = done.filter((each) => each !== null);
  const algorithm = carried[0]?.algorithm;
  if (carried.length < parts || algorithm === undefined) return null;
  const content = Buffer.concat(carried.map(({ bytes }) => bytes));
  // git's own checksum of it
  const checksum = createHash(algorithm).update(content).digest();
  await writeFile(carry.index, Buffer.concat([content, checksum]));
  await utimes(carry.index, atimeMs / 1000, Math.floor(mtimeMs / 1000));
  return carried.reduce((sum, { left }) => sum + left, 0);
};
