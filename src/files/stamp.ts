import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { isMissing } from './failure.ts';

/** What tells one state of a file from every other: two that are equal are of one file that nobody has written to in between. */
export interface Stamp {
  text: string;
  /** Whether the file was last changed so long ago that a change from now on cannot bear the same time. */
  isSettled: boolean;
}

/** A file system keeps times by the clock of the kernel's ticks, 10 ms at the most, or by whole seconds. */
const tickMs = 20n;
const coarseMs = 2500n;
const second = 1_000_000_000n;

/** @param now - when the file was looked at, or before, in milliseconds */
export const stampOf = (found: BigIntStats, now: number): Stamp => {
  const { ino, mode, size, mtimeNs, ctimeNs } = found;
  // a program can set the time of change of content, the other one only the kernel
  const age = BigInt(Math.floor(now)) - ctimeNs / 1_000_000n;
  return { text: `${ino} ${mode} ${size} ${mtimeNs} ${ctimeNs}`, isSettled: age > (ctimeNs % second === 0n ? coarseMs : tickMs) };
};

/** Of what is at a path, links not followed. That nothing is there is a state too. */
export const stampAt = async (file: string | Buffer): Promise<Stamp> => {
  const now = Date.now();
  try {
    return stampOf(await lstat(file, { bigint: true }), now);
  } catch (error) {
    if (isMissing(error)) return { text: '-', isSettled: true };
    throw error;
  }
};

/** Of several files as one. */
export const stampOfAll = async (files: readonly (string | Buffer)[]): Promise<Stamp> => {
  const stamps = await Promise.all(files.map(stampAt));
  return { text: stamps.map(({ text }) => text).join('\n'), isSettled: stamps.every(({ isSettled }) => isSettled) };
};
