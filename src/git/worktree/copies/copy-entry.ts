import { lstat, lutimes, symlink, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { isMissing } from '../../../files/failure.ts';
import { closeDirectory, makeDirectory, makeWay } from './copy-leaf.ts';
import { decideLink, noteInward, noteLeftOut, settleLinks, type CopyLinks } from './copy-links.ts';
import { copyStep, isTold } from './copy-step.ts';
import { inThread, stepsAtOnce } from './copy-threads.ts';
import { bytesOf, latin1, realOf } from './link-places.ts';
import type { CopyPath, CopyRules, Entry, OpenDirectory, Skipped, StepResult } from './step.ts';

export interface CopyOptions extends Pick<CopyRules, 'existing'> {
  /** The rule for links, one for all entries of a copy. */
  links: CopyLinks;
  skip?: readonly Skipped[];
  /** Told of the files and links that were copied: of those of which `told` says so, of all without it. */
  copied?: (relative: Buffer) => void;
  told?: CopyRules['told'];
  signal?: AbortSignal | undefined;
}

/** What is done before a thread is asked: a few files and no large one, which takes a millisecond. */
const small = { entries: 40, bytes: 1024 * 1024 };
/** What is swapped for a link and back all the time is looked at so often, and then left out. */
const mostLooks = 5;
/** Between two of these a copy can be stopped, and others have their turn. */
const large = { entries: 500, bytes: Infinity };

/**
 * Copies a file, a link or a directory with all that is in it: contents, modes, times, empty directories, names of any
 * bytes. What becomes of a link is said by `links`. No file is shared, also where several names had one. Blocks are shared where the
 * file system can (reflink on Linux, clone on macOS). Sockets, pipes and devices are left out. The original is only read, and
 * what takes its place meanwhile is not followed elsewhere.
 *
 * @param relative - its path in the copy
 * @returns false where there is nothing at `from`
 */
export const copyEntry = async (from: Buffer, to: Buffer, relative: Buffer, options: CopyOptions): Promise<boolean> => {
  const path = { from: latin1(from), to: latin1(to), relative: latin1(relative) };
  for (let looks = 0; looks < mostLooks; looks += 1) {
    options.signal?.throwIfAborted();
    const found = await statOf(from);
    if (found === null) return false;
    if (found.isSymbolicLink()) {
      if (await copyLink(path, found, options)) return true;
      continue;
    }
    const real = realOf(options.links.places, path.from);
    if (found.isFile()) return copyAll([{ ...path, isDirectory: false, isNew: false, real }], options);
    const isNew = found.isDirectory() ? makeDirectory(to, false, options) : null;
    return isNew === null || copyAll([{ ...path, isDirectory: true, isNew, real }], options);
  }
  noteLeftOut(options.links, relative, 'it was another thing at each look');
  return true;
};

/**
 * Copies some of what is in directories that are at both ends already; what is not there is passed over.
 * @param named - by the directory's path in the copy, empty at the top
 */
export const copyNamed = async (
  from: string,
  to: string,
  named: ReadonlyMap<string, readonly string[]>,
  options: CopyOptions,
): Promise<void> => {
  const [fromTop, toTop] = [latin1(Buffer.from(from)), latin1(Buffer.from(to))];
  const entries = [...named].map(([relative, names]): Entry => {
    const inner = relative === '' ? '' : `/${relative}`;
    const path = { from: fromTop + inner, to: toTop + inner, relative };
    return { ...path, isDirectory: true, isNew: false, real: realOf(options.links.places, path.from), names };
  });
  await copyAll(entries, options);
};

/** @returns false where one of these is not there any more */
const copyAll = async (entries: readonly Entry[], options: CopyOptions): Promise<boolean> => {
  const rules: CopyRules = {
    existing: options.existing,
    skip: options.skip ?? [],
    depth: options.links.places[0]?.depth ?? 0,
    told: options.copied === undefined ? '.git' : (options.told ?? 'all'),
  };
  const open: OpenDirectory[] = [];
  const undecided: CopyPath[] = [];
  const pending = [...entries];
  const given = new Set(entries.map(({ relative }) => relative));
  let isAllThere = true;
  const take = (result: StepResult): void => {
    pending.push(...result.left);
    open.push(...result.open);
    undecided.push(...result.undecided);
    for (const link of result.inward) noteInward(options.links, link);
    for (const relative of result.copied) options.copied?.(bytesOf(relative));
    isAllThere &&= !result.gone.some((relative) => given.has(relative));
  };
  take(copyStep({ rules, entries: pending.splice(0), most: small }));
  const running = new Set<Promise<void>>();
  try {
    while (pending.length + running.size > 0) {
      options.signal?.throwIfAborted();
      while (pending.length > 0 && running.size < stepsAtOnce) {
        const share = pending.splice(-Math.ceil(pending.length / stepsAtOnce));
        const step = inThread({ rules, entries: share, most: large })
          .then(take)
          .finally(() => running.delete(step));
        running.add(step);
      }
      await Promise.race(running);
    }
  } finally {
    // whoever takes back a copy that failed meets nobody who goes on with it
    await Promise.allSettled(running);
  }
  for (const link of undecided) await copyEntry(bytesOf(link.from), bytesOf(link.to), bytesOf(link.relative), options);
  for (const directory of open) closeDirectory(directory);
  return isAllThere;
};

/** To be called when all entries are copied: brings what links that stay inside lead to and the copy has not. */
export const settleCopy = (options: CopyOptions): Promise<void> =>
  settleLinks(options.links, async (decision, { to, relative }) => {
    await unlink(to);
    await copyEntry(decision.bring, to, relative, brought(options, decision.links));
  });

/** What a link leads to comes without its repository, which is somebody else's. */
const brought = (options: CopyOptions, links: CopyLinks): CopyOptions => ({
  ...options,
  links,
  skip: [...(options.skip ?? []), { name: '.git', at: 'anywhere' }],
});

const statOf = async (file: Buffer): Promise<BigIntStats | null> => {
  try {
    return await lstat(file, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

const seconds = (nanoseconds: bigint): number => Number(nanoseconds) / 1e9;

/** @returns false where it is no link any more: a process that is just ending removes its files, another puts something in its place */
const copyLink = async (link: CopyPath, found: BigIntStats, options: CopyOptions): Promise<boolean> => {
  const [from, to, relative] = [bytesOf(link.from), bytesOf(link.to), bytesOf(link.relative)];
  if (options.existing === 'keep' && (await statOf(to)) !== null) return true;
  const decision = await decideLink(options.links, from, to, relative);
  if (decision === null) return false;
  if ('leaveOut' in decision) return true;
  if ('bring' in decision) {
    await copyEntry(decision.bring, to, relative, brought(options, decision.links));
    return true;
  }
  makeWay(to, options);
  await symlink(decision.make, to);
  await lutimes(to, seconds(found.atimeNs), seconds(found.mtimeNs));
  if (isTold({ told: options.told ?? 'all' }, link.relative)) options.copied?.(relative);
  return true;
};
