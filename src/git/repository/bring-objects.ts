import { mkdir } from 'node:fs/promises';
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

/**
 * Writes a pack of what a commit has and another one has not: a fetch is six processes, and this one. Its objects are walked to
 * where the other's begin, so that none can be missing.
 * @returns false where that is not enough: a history that ends early, or a git or a file system that cannot
 */
const packInto = async (from: string, to: string, commit: string, has: string, signal?: AbortSignal): Promise<boolean> => {
  if ((await isThere(path.join(from, 'shallow'))) || (await isThere(path.join(to, 'shallow')))) return false;
  const packs = path.join(to, 'objects', 'pack');
  await mkdir(packs, { recursive: true });
  try {
    await git(['pack-objects', '--quiet', '--revs', '--non-empty', '--delta-base-offset', path.join(packs, 'pack')], {
      gitDir: from,
      env: borrowing([to]),
      input: `${commit}\n^${has}\n`,
      signal,
    });
    return true;
  } catch (error) {
    if (!(error instanceof MakimaError) || error.code === 'DISK_FULL') throw error;
    return false;
  }
};

/**
 * Brings a commit that no ref need name from one task's repository to another's, with the files of Git LFS: checking it out
 * there would ask the remote for them, which does not have them yet.
 *
 * @param options - `has`: a commit that the other repository has with all its history, null where none is known
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const bringCommit = async (
  from: string,
  to: string,
  commit: string,
  { has = null, signal }: { has?: string | null; signal?: AbortSignal | undefined } = {},
): Promise<void> => {
  if (has !== null && (await packInto(from, to, commit, has, signal))) return linkLfsObjects(from, to);
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
