import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { stampAt } from '../../../files/stamp.ts';
import { gitText, objectFile } from '../../command/index.ts';
import { copyIndex, indexOf, placeOf, type Worktree } from '../../worktree/index.ts';
import { objectsOf } from './contents.ts';
import { marksIn } from './marks.ts';

/** A copy of a worktree's index that git may bring up to date: what it has learnt of the files stays for the next look. */
export interface KeptIndex {
  file: string;
  /** What the worktree's own index was when it was copied. */
  seed: string;
  /** The tree of all that is in it. */
  tree: string;
}

interface Kept extends KeptIndex {
  /** What the copy was when git last wrote it. */
  stamp: string;
  bytes: number;
  /** The file of that tree's object, where nothing but this copy knows of it: a clean-up of the agent's may take it. */
  object: string | null;
}

/** So many bytes of copies are kept at the most, and so many copies; the one that was not used for the longest time goes first. */
const maxBytes = 256 * 1024 * 1024;
const maxKept = 500;

const kept = new Map<string, Kept>();

/**
 * The copy of a worktree's index as it is now; made anew where the index is another than it was, or somebody else has written
 * to the copy. One caller at a time for a worktree.
 *
 * @returns null where the index is missing, broken, or such that files are not what git compares with it; then `snapshotTree` looks
 *   at each of them
 */
export const keptIndex = async (worktree: Worktree, signal?: AbortSignal): Promise<KeptIndex | null> => {
  const own = stampAt(indexOf(worktree));
  const known = kept.get(worktree.adminDir);
  if (known !== undefined && known.seed === own.text && known.stamp === stampAt(known.file).text && isThere(known)) {
    kept.delete(worktree.adminDir);
    kept.set(worktree.adminDir, known);
    return known;
  }
  await forgetIndex(worktree);
  const made = await copyOf(worktree, signal);
  if (made === null) return null;
  // one that is written within the same tick may look the same afterwards
  if (own.isSettled && own.text === stampAt(indexOf(worktree)).text) {
    kept.set(worktree.adminDir, { ...made, seed: own.text });
    await makeRoom();
  }
  return { ...made, seed: own.isSettled ? own.text : `${own.text} ${crypto.randomUUID()}` };
};

const copyOf = async (worktree: Worktree, signal?: AbortSignal): Promise<Omit<Kept, 'seed'> | null> => {
  const file = path.join(worktree.gitDir, 'makima-look', path.basename(worktree.adminDir));
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  await rm(`${file}.lock`, { force: true });
  if (!(await copyIndex(indexOf(worktree), file))) return null;
  const marks = await marksIn(file, worktree.baseCommit.length);
  if (marks === null || marks.hasHidden || marks.hasLinks || marks.hasMakima || marks.hasUnmerged) return null;
  const config: [string, string][] = [['core.splitIndex', 'false']];
  const tree = marks.tree ?? (await gitText(['write-tree'], { ...placeOf(worktree), indexFile: file, config, signal }));
  const object = marks.tree === null ? objectFile(objectsOf(worktree), tree) : null;
  // what is in a pack, or with the source's cache, has no file of its own
  const isLoose = object !== null && existsSync(object);
  return { file, tree, stamp: stampAt(file).text, bytes: (await stat(file)).size, object: isLoose ? object : null };
};

const isThere = ({ object }: Kept): boolean => object === null || existsSync(object);

/** Notes that git has written to the copy. */
export const noteWritten = (worktree: Worktree): void => {
  const known = kept.get(worktree.adminDir);
  if (known !== undefined) known.stamp = stampAt(known.file).text;
};

/** Drops the copy. */
export const forgetIndex = async ({ adminDir }: Pick<Worktree, 'adminDir'>): Promise<void> => {
  const known = kept.get(adminDir);
  if (known === undefined) return;
  kept.delete(adminDir);
  await rm(known.file, { force: true });
};

const makeRoom = async (): Promise<void> => {
  let bytes = [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
  for (const [adminDir, each] of kept) {
    if (bytes <= maxBytes && kept.size <= maxKept) return;
    bytes -= each.bytes;
    await forgetIndex({ adminDir });
  }
};
