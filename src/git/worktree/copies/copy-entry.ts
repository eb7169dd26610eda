import { constants, type BigIntStats } from 'node:fs';
import { chmod, copyFile, lstat, lutimes, mkdir, readdir, rm, symlink, unlink, utimes } from 'node:fs/promises';
import { isMissing } from '../../../files/failure.ts';
import { decideLink, settleLinks, type CopyLinks } from './copy-links.ts';

export interface CopyOptions {
  /** What to do where something stands at the target already. Directories are merged in any case. */
  existing: 'replace' | 'keep';
  /** The rule for links, one for all entries of a copy. */
  links: CopyLinks;
  /** Left out, with everything below it. */
  skip?: (relative: Buffer) => boolean;
  /** Told of each file and link that was copied. */
  copied?: (relative: Buffer) => void | Promise<void>;
  signal?: AbortSignal | undefined;
}

/** Files of one directory that are copied at once. */
const atOnce = 16;

/**
 * Copies a file, a link or a directory with all that is in it: contents, modes, times, empty directories, names of any
 * bytes. What becomes of a link is said by `links`. No file is shared, also where several names had one. Blocks are shared where the file system can (reflink on Linux, clone on macOS). Sockets,
 * pipes and devices are left out. The original is only read.
 *
 * @param relative - its path as `skip` and `copied` are told
 * @returns false where there is nothing at `from`
 */
export const copyEntry = async (from: Buffer, to: Buffer, relative: Buffer, options: CopyOptions): Promise<boolean> => {
  options.signal?.throwIfAborted();
  const found = await statOf(from);
  if (found === null) return false;
  if (found.isDirectory()) await copyDirectory(from, to, relative, found, options);
  else if (found.isSymbolicLink()) await copyLink(from, to, relative, found, options);
  else if (found.isFile()) await copyRegular(from, to, relative, found, options);
  return true;
};

/** To be called when all entries are copied: brings what links that stay inside lead to and the copy has not. */
export const settleCopy = (options: CopyOptions): Promise<void> =>
  settleLinks(options.links, async (decision, { to, relative }) => {
    await unlink(to);
    await copyEntry(decision.bring, to, relative, brought(options, decision.links));
  });

const dotGit = Buffer.from('/.git');

/** What a link leads to comes without its repository, which is somebody else's. */
const brought = (options: CopyOptions, links: CopyLinks): CopyOptions => ({
  ...options,
  links,
  skip: (inner) => inner.subarray(-dotGit.length).equals(dotGit) || options.skip?.(inner) === true,
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

/** @returns false where what stands there stays */
const makeWay = async (to: Buffer, options: CopyOptions): Promise<boolean> => {
  const standing = await statOf(to);
  if (standing === null) return true;
  if (options.existing === 'keep') return false;
  // never written through: a link there would lead the content elsewhere
  if (standing.isDirectory()) await rm(to.toString(), { recursive: true });
  else await unlink(to);
  return true;
};

/** Says false where the original is gone since it was listed: a process that is just ending removes its files. */
const unlessGone = async (from: Buffer, make: () => Promise<void>): Promise<boolean> => {
  try {
    await make();
    return true;
  } catch (error) {
    if (isMissing(error) && (await statOf(from)) === null) return false;
    throw error;
  }
};

const copyRegular = async (from: Buffer, to: Buffer, relative: Buffer, found: BigIntStats, options: CopyOptions): Promise<void> => {
  if (!(await makeWay(to, options))) return;
  const isCopied = await unlessGone(from, async () => {
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(to, Number(found.mode) & 0o7777);
    await utimes(to, seconds(found.atimeNs), seconds(found.mtimeNs));
  });
  if (isCopied) await options.copied?.(relative);
};

const copyLink = async (from: Buffer, to: Buffer, relative: Buffer, found: BigIntStats, options: CopyOptions): Promise<void> => {
  if (options.existing === 'keep' && (await statOf(to)) !== null) return;
  await unlessGone(from, async () => {
    const decision = await decideLink(options.links, from, to, relative);
    if ('leaveOut' in decision) return;
    if ('bring' in decision) {
      await copyEntry(decision.bring, to, relative, brought(options, decision.links));
      return;
    }
    if (options.existing === 'replace') await makeWay(to, options);
    await symlink(decision.make, to);
    await lutimes(to, seconds(found.atimeNs), seconds(found.mtimeNs));
    await options.copied?.(relative);
  });
};

const copyDirectory = async (from: Buffer, to: Buffer, relative: Buffer, found: BigIntStats, options: CopyOptions): Promise<void> => {
  const standing = await statOf(to);
  if (standing !== null && !standing.isDirectory()) {
    if (options.existing === 'keep') return;
    await unlink(to);
  }
  const isNew = standing?.isDirectory() !== true;
  if (isNew) await mkdir(to, 0o700);
  const names = await readdir(from, { encoding: 'buffer', withFileTypes: true });
  const leaves: (() => Promise<unknown>)[] = [];
  for (const entry of names) {
    const inner = relative.length === 0 ? entry.name : Buffer.concat([relative, Buffer.from('/'), entry.name]);
    if (options.skip?.(inner) === true) continue;
    const copy = (): Promise<unknown> => copyEntry(below(from, entry.name), below(to, entry.name), inner, options);
    if (entry.isDirectory()) await copy();
    else leaves.push(copy);
  }
  for (let start = 0; start < leaves.length; start += atOnce) await Promise.all(leaves.slice(start, start + atOnce).map((copy) => copy()));
  if (!isNew) return;
  await chmod(to, Number(found.mode) & 0o7777);
  await utimes(to, seconds(found.atimeNs), seconds(found.mtimeNs));
};

const below = (directory: Buffer, name: Buffer): Buffer => Buffer.concat([directory, Buffer.from('/'), name]);
