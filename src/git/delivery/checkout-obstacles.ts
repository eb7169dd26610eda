import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { statOf } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { git, gitYes, keyOf, showPath, splitNul } from '../command/index.ts';
import { copyIndex } from '../worktree/index.ts';
import type { Checkout } from './checkouts.ts';

/** More are not named. */
const maxNamed = 100;

/** What keeps a checkout from being brought to another commit, by the names of the files. */
export interface Obstacles {
  /** Their content, or what is staged of them, is not committed. */
  uncommitted: string[];
  /** Not tracked, ignored ones too, where a file would be written. */
  inTheWay: string[];
}

/** Told to every command, so that nothing is discovered. */
export const checkoutPlace = (checkout: Checkout): { gitDir: string; commonDir: string; workTree: string } => ({
  gitDir: checkout.gitDir,
  commonDir: checkout.commonDir,
  workTree: checkout.path ?? checkout.described,
});

/** Looks, and changes nothing: git's own index stays as it is, to the byte. */
export const findObstacles = async (checkout: Checkout, from: string, to: string, signal?: AbortSignal): Promise<Obstacles> => {
  const place = { ...checkoutPlace(checkout), signal };
  const { stdout } = await git(
    ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--ignore-submodules=dirty', '--no-renames', '--no-ahead-behind'],
    place,
  );
  const uncommitted = splitNul(stdout).map((field) => showPath(field.subarray(3)));
  const added = splitNul((await git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=AT', from, to], place)).stdout);
  return { uncommitted: uncommitted.slice(0, maxNamed), inTheWay: await untrackedAt(checkout, from, added, signal) };
};

/**
 * Whether index and files are those of a commit already, though the branch is not: where a crash came between the two.
 * Uses a copy of the index, whose remembered times may be refreshed.
 */
export const isAt = async (checkout: Checkout, commit: string, signal?: AbortSignal): Promise<boolean> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'makima-index-'));
  try {
    const indexFile = path.join(directory, 'index');
    if (!(await copyIndex(path.join(checkout.gitDir, 'index'), indexFile))) return false;
    const place = { ...checkoutPlace(checkout), indexFile, signal };
    await git(['update-index', '-q', '--refresh', '--ignore-submodules'], { ...place, answers: [1] });
    return await gitYes(['diff-index', '--quiet', '--ignore-submodules=dirty', commit, '--'], place);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const untrackedAt = async (checkout: Checkout, from: string, added: readonly Buffer[], signal?: AbortSignal): Promise<string[]> => {
  const root = Buffer.from(checkout.path ?? checkout.described);
  const found: Buffer[] = [];
  for (const name of added) {
    for (let slash = name.indexOf(0x2f); slash !== -1; slash = name.indexOf(0x2f, slash + 1)) {
      const above = name.subarray(0, slash);
      const stat = await statOf(joinBytes(root, above));
      if (stat !== null && !stat.isDirectory()) found.push(above);
    }
    const stat = await statOf(joinBytes(root, name));
    if (stat?.isDirectory() === true) await filesBelow(root, name, found);
    else if (stat !== null) found.push(name);
    if (found.length > 10_000) break;
  }
  if (found.length === 0) return [];
  const tracked = new Set(await trackedNames(checkout, from, signal));
  return [...new Map(found.map((name) => [keyOf(name), name])).entries()]
    .filter(([key]) => !tracked.has(key))
    .slice(0, maxNamed)
    .map(([, name]) => showPath(name));
};

const filesBelow = async (root: Buffer, directory: Buffer, found: Buffer[]): Promise<void> => {
  for (const entry of await readdir(joinBytes(root, directory), { withFileTypes: true, encoding: 'buffer' })) {
    if (found.length > 10_000) return;
    const inner = Buffer.concat([directory, Buffer.from('/'), entry.name]);
    if (entry.isDirectory()) await filesBelow(root, inner, found);
    else found.push(inner);
  }
};

const trackedNames = async (checkout: Checkout, commit: string, signal?: AbortSignal): Promise<string[]> => {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit], {
    gitDir: checkout.gitDir,
    commonDir: checkout.commonDir,
    signal,
  });
  return splitNul(stdout).map(keyOf);
};
