import { type BigIntStats, lstatSync, statSync } from 'node:fs';
import { codeOf, isMissing } from './failure.ts';

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
  const { dev, ino, mode, size, mtimeNs, ctimeNs } = found;
  return { text: `${dev} ${ino} ${mode} ${size} ${mtimeNs} ${ctimeNs}`, isSettled: hasSettled(found, now) };
};

/** Whether what bears these times was last changed so long before a moment that no later change can bear the same. */
export const hasSettled = ({ ctimeNs }: Pick<BigIntStats, 'ctimeNs'>, now: number): boolean => {
  // a program can set the time of change of content, the other one only the kernel
  const age = BigInt(Math.floor(now)) - ctimeNs / 1_000_000n;
  return age > (ctimeNs % second === 0n ? coarseMs : tickMs);
};

const nothing: Stamp = { text: '-', isSettled: true };

/**
 * Of what is at a path, links not followed. That nothing is there is a state too. Asked without the thread pool: of a file whose
 * directory was in use a moment ago the kernel knows it at once, and a hundred such answers take less than handing one over.
 */
export const stampAt = (file: string | Buffer): Stamp => {
  const now = Date.now();
  const found = lookAt(file);
  return found === null ? nothing : stampOf(found, now);
};

/** The same and, of a link, what it leads to as well: a user's settings often are links to where all of them are kept. */
export const stampBehind = (file: string | Buffer): Stamp => {
  const now = Date.now();
  const found = lookAt(file);
  if (found === null) return nothing;
  if (!found.isSymbolicLink()) return stampOf(found, now);
  const behind = unlessMissing(() => statSync(file, { bigint: true, throwIfNoEntry: false }));
  return together([stampOf(found, now), behind === null ? nothing : stampOf(behind, now)]);
};

const lookAt = (file: string | Buffer): BigIntStats | null => unlessMissing(() => lstatSync(file, { bigint: true, throwIfNoEntry: false }));

/** Something that leads round in a circle leads nowhere. */
const unlessMissing = (look: () => BigIntStats | undefined): BigIntStats | null => {
  try {
    return look() ?? null;
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ELOOP') return null;
    throw error;
  }
};

/** Several as one. */
export const together = (stamps: readonly Stamp[]): Stamp => ({
  text: stamps.map(({ text }) => text).join('\n'),
  isSettled: stamps.every(({ isSettled }) => isSettled),
});
