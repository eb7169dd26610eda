import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { isThere } from '../../files/look.ts';
import { commitOf, git } from '../command/index.ts';
import { borrowing } from './borrow-objects.ts';
import { linkLfsObjects } from './lfs.ts';

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

/** What an agent can write beside its commits, of which they would seem to have other parents. */
const parentsAsWritten: readonly [string, string][] = [['core.commitGraph', 'false']];

/**
 * Writes a pack of what a commit has and another one has not, and has git work out anew what each object in it is called: a fetch
 * is six processes, and this two. Objects are walked to where the other's begin, so that none can be missing, and an agent that
 * wrote another content into an object of its own brings it to nobody.
 * @returns false where that is not enough: a history that ends early, an object that is not what it is called, or a git or a file system that cannot
 */
const packInto = async (from: string, to: string, commit: string, { has, aside }: HandOver, signal?: AbortSignal): Promise<boolean> => {
  if ((await isThere(path.join(from, 'shallow'))) || (await isThere(path.join(to, 'shallow')))) return false;
  const packs = path.join(to, 'objects', 'pack');
  const left = new Set<string>();
  try {
    const { stdout } = await git(['pack-objects', '--quiet', '--revs', '--non-empty', '--delta-base-offset', aside], {
      gitDir: from,
      env: { ...borrowing([to]), GIT_GRAFT_FILE: '/dev/null' },
      config: parentsAsWritten,
      input: `${commit}\n^${has}\n`,
      signal,
    });
    const names = stdout.toString('latin1').split('\n').slice(0, -1);
    for (const name of names) for (const suffix of ['.pack', '.idx', '.rev']) left.add(`${aside}-${name}${suffix}`);
    for (const name of names) await git(['index-pack', '--verify', `${aside}-${name}.pack`], { gitDir: to, signal });
    await mkdir(packs, { recursive: true });
    // git sees a pack by its index
    for (const suffix of ['.pack', '.idx'])
      for (const name of names) await rename(`${aside}-${name}${suffix}`, path.join(packs, `pack-${name}${suffix}`));
    return true;
  } catch (error) {
    if (!(error instanceof MakimaError) || error.code === 'DISK_FULL') throw error;
    return false;
  } finally {
    for (const file of left) await rm(file, { force: true });
  }
};

/**
 * Brings a commit that no ref need name from one task's repository to another's, with the files of Git LFS: checking it out
 * there would ask the remote for them, which does not have them yet.
 *
 * @param options - `over`: null where it is fetched
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const bringCommit = async (
  from: string,
  to: string,
  commit: string,
  { over = null, signal }: { over?: HandOver | null; signal?: AbortSignal | undefined } = {},
): Promise<void> => {
  if (over !== null && (await packInto(from, to, commit, over, signal))) return linkLfsObjects(from, to);
  // an id is given out only where that is allowed, in the older protocol that a user may have chosen
  await fetchObjects(from, to, [commit], 'git -c uploadpack.allowAnySHA1InWant=true upload-pack', { updateShallow: true, signal });
  await linkLfsObjects(from, to);
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
