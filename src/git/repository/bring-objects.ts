import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MakimaError } from '../../errors.ts';
import { codeOf } from '../../files/failure.ts';
import { isThere } from '../../files/look.ts';
import { commitOf, git, writeObject } from '../command/index.ts';
import { borrowing } from './borrow-objects.ts';
import { linkLfsObjects } from './lfs.ts';
import { objectsIn } from './read-pack.ts';

/** What a user's own configuration would add to a fetch: a commit graph, deleted refs. */
const quiet: [string, string][] = [
  ['fetch.writeCommitGraph', 'false'],
  ['fetch.prune', 'false'],
  ['fetch.pruneTags', 'false'],
  // the settings are an agent's to write: git would run this to learn what the lender of its objects has
  ['core.alternateRefsCommand', ':'],
];

interface BringOptions {
  updateShallow?: boolean;
  signal?: AbortSignal | undefined;
}

const fetchObjects = async (
  from: string,
  to: string,
  what: readonly string[],
  uploadPack: string,
  { updateShallow, signal }: BringOptions,
): Promise<void> => {
  const flags = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-recurse-submodules',
    '--refmap=',
    `--upload-pack=${uploadPack}`,
  ];
  if (updateShallow === true) flags.push('--update-shallow');
  // by `url.….insteadOf` it would be ssh, with a program of the agent's
  await git(['fetch', ...flags, '--', from, ...what], { gitDir: to, signal, config: quiet, env: { GIT_ALLOW_PROTOCOL: 'file' } });
};

/** By which a commit is handed over without a fetch. */
export interface HandOver {
  /** A commit that the other repository has with all its history. */
  has: string;
  /** A name in a directory on the disk of that repository's objects, where nobody else has anything of it. */
  aside: string;
}

/** What an agent can write beside its commits, of which they would seem to have other parents; and a pack that is read and removed need not be on the disk. */
const forHandOver: readonly (readonly [string, string])[] = [
  ['core.commitGraph', 'false'],
  ['core.fsync', 'none'],
];

/** Of so few, each becomes a file of its own. */
const few = { objects: 100, bytes: 2 * 1024 * 1024 };
const maxPackBytes = 1024 * 1024;
/** So many are written in one go. */
const writtenAtOnce = 10;

/**
 * Hands over what a commit has and another one has not, with each object named anew by its content: a fetch is six processes, and
 * this one, or two. Objects are walked to where the other's begin, so that none can be missing, and an agent that
 * wrote another content into an object of its own brings it to nobody.
 * @returns how many packs it took, none where the other commit has it in its history; null where this way is not enough: a history that ends
 *   early, an object that is not what it is called, or a git or a file system that cannot
 */
const handOver = async (
  from: string,
  to: string,
  commit: string,
  { has, aside }: HandOver,
  signal?: AbortSignal,
): Promise<number | null> => {
  if ((await isThere(path.join(from, 'shallow'))) || (await isThere(path.join(to, 'shallow')))) return null;
  const left = new Set<string>();
  try {
    const { stdout } = await git(['pack-objects', '--quiet', '--revs', '--non-empty', '--delta-base-offset', aside], {
      gitDir: from,
      env: { ...borrowing([to]), GIT_GRAFT_FILE: '/dev/null' },
      config: forHandOver,
      input: `${commit}\n^${has}\n`,
      signal,
    });
    const names = stdout.toString('latin1').split('\n').slice(0, -1);
    for (const name of names) for (const suffix of ['.pack', '.idx', '.rev']) left.add(`${aside}-${name}${suffix}`);
    const [only, ...others] = names;
    const isUnpacked = only !== undefined && others.length === 0 && (await unpack(`${aside}-${only}`, to, commit.length));
    if (!isUnpacked)
      for (const name of names) await install(`${aside}-${name}`, path.join(to, 'objects', 'pack'), `pack-${name}`, to, signal);
    return names.length;
  } catch (error) {
    if (!(error instanceof MakimaError) || error.code === 'DISK_FULL') throw error;
    return null;
  } finally {
    for (const file of left) await rm(file, { force: true });
  }
};

/** Writes what is in a small pack as objects of their own. @returns false where it is not that, or they cannot be written: git says why */
const unpack = async (pack: string, to: string, idLength: number): Promise<boolean> => {
  try {
    return await writeObjectsOf(pack, to, idLength);
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return false;
  }
};

const writeObjectsOf = async (pack: string, to: string, idLength: number): Promise<boolean> => {
  if ((await stat(`${pack}.pack`)).size > maxPackBytes) return false;
  const [bytes, index] = await Promise.all([readFile(`${pack}.pack`), readFile(`${pack}.idx`)]);
  const objects = objectsIn({ pack: bytes, index }, idLength / 2, few);
  if (objects === null) return false;
  // commits last, the older ones first: one that is there has all that it needs, also where the daemon dies in between
  const rank = { blob: 0, tree: 1, commit: 2 };
  const inOrder = objects.toReversed().sort((one, other) => rank[one.kind] - rank[other.kind]);
  for (const [position, { kind, content }] of inOrder.entries()) {
    if (position % writtenAtOnce === 0) await setImmediate();
    writeObject(path.join(to, 'objects'), idLength, kind, content);
  }
  return true;
};

/** Has git work out anew what each object of a pack is called, and puts the pack where it belongs. */
const install = async (pack: string, packs: string, name: string, to: string, signal?: AbortSignal): Promise<void> => {
  await git(['index-pack', '--verify', `${pack}.pack`], { gitDir: to, signal });
  await mkdir(packs, { recursive: true });
  // git sees a pack by its index
  for (const suffix of ['.pack', '.idx']) {
    const file = await open(`${pack}${suffix}`, 'r');
    await file.sync().finally(() => file.close());
    await rename(`${pack}${suffix}`, path.join(packs, `${name}${suffix}`));
  }
};

/**
 * Brings a commit that no ref need name from one task's repository to another's, with the files of Git LFS: checking it out
 * there would ask the remote for them, which does not have them yet.
 *
 * @param options - `over`: null where it is fetched
 * @returns whether the other repository's commit that `over` names lacked it; null where nobody has looked
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const bringCommit = async (
  from: string,
  to: string,
  commit: string,
  { over = null, signal }: { over?: HandOver | null; signal?: AbortSignal | undefined } = {},
): Promise<boolean | null> => {
  const packs = over === null ? null : await handOver(from, to, commit, over, signal);
  if (packs !== null) {
    await linkLfsObjects(from, to);
    return packs > 0;
  }
  // an id is given out only where that is allowed, in the older protocol that a user may have chosen
  await fetchObjects(from, to, [commit], 'git -c uploadpack.allowAnySHA1InWant=true upload-pack', { updateShallow: true, signal });
  await linkLfsObjects(from, to);
  return null;
};

/**
 * Brings commits with all that they need from one repository on this machine to another. Objects are added and nothing
 * else: no ref, no FETCH_HEAD, no log, no configuration.
 *
 * @param from - a git directory
 * @param to - a git directory
 * @param refs - full names in `from`, each with the commit that it is expected to name
 * @throws MakimaError COMPLETION_FAILED where a ref names another commit; DISK_FULL, GIT_FAILED
 */
export const bringObjects = async (
  from: string,
  to: string,
  refs: readonly { ref: string; commit: string }[],
  options: BringOptions = {},
): Promise<void> => {
  await fetchObjects(
    from,
    to,
    refs.map(({ ref }) => ref),
    'git-upload-pack',
    options,
  );
  for (const { ref, commit } of refs) {
    if ((await commitOf(to, commit, options.signal)) === null)
      throw new MakimaError('COMPLETION_FAILED', `${ref} of ${from} moved while it was read`);
  }
};
