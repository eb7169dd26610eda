import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MakimaError } from '../../errors.ts';
import { codeOf } from '../../files/failure.ts';
import { commitOf, git, gitErrorKind, gitText, sharedStep, splitNul, withoutForeignFilters } from '../command/index.ts';
import { copyIndex, headPlaceOf, makimaDirectory, placeOf, requireWorktree, temporaryFile, type Worktree } from '../worktree/index.ts';
import { commitTree } from './commit-tree.ts';
import { unhideEntries } from './hidden-entries.ts';
import { quickTree } from './look/quick-tree.ts';
import { flattenNestedRepositories, nestedRepositories } from './nested-repositories.ts';
import { addAll, type SnapshotPlace } from './snapshot-place.ts';

/** Files change under a running agent; a snapshot that stumbles over one is taken again. */
const attempts = 4;

/**
 * Everything that the worktree holds and git does not ignore, committed or not, as a tree. Nobody's index is disturbed: a
 * copy of the worktree's own makes it fast, and where that is broken the snapshot is made from nothing. `.makima/` is as
 * in the base commit, whatever is in the worktree. A repository that the agent made inside is taken as files.
 *
 * @returns the id of the tree, held by no ref
 * @throws MakimaError WORKTREE_NOT_FOUND, DISK_FULL, GIT_FAILED
 */
export const snapshotTree = (worktree: Worktree, signal?: AbortSignal): Promise<string> =>
  sharedLook(worktree.adminDir, (all) => lookAt(worktree, all), signal);

/** Those who ask while somebody else's look is under way share the next one. */
const sharedLook = sharedStep<string>();

const lookAt = async (worktree: Worktree, signal: AbortSignal): Promise<string> => {
  await requireWorktree(worktree);
  const config = await withoutForeignFilters(headPlaceOf(worktree), signal);
  return (await quickly(() => quickTree(worktree, config, signal))) ?? (await everyFile(worktree, config, signal));
};

/** What stands in the quick way's is for the long one to name. */
const quickly = async (look: () => Promise<string | null>): Promise<string | null> => {
  try {
    return await look();
  } catch (error) {
    const isTold = error instanceof MakimaError ? error.code !== 'DISK_FULL' : codeOf(error) !== null;
    if (!isTold) throw error;
    return null;
  }
};

/** Has git add every file to an index of its own, by whatever is in the way. */
const everyFile = async (worktree: Worktree, config: [string, string][], signal: AbortSignal): Promise<string> => {
  let seeded = true;
  for (let attempt = 1; ; attempt += 1) {
    const indexFile = await temporaryFile(worktree.gitDir, 'index');
    try {
      if (seeded) seeded = await copyIndex(path.join(worktree.adminDir, 'index'), indexFile);
      return await takeTree(worktree, { ...placeOf(worktree), commonDir: worktree.gitDir, indexFile, config, signal }, seeded);
    } catch (error) {
      const kind = gitErrorKind(error);
      if (attempt >= attempts || (kind !== 'file-changed' && !(kind === 'index-corrupt' && seeded))) throw error;
      if (kind === 'index-corrupt') seeded = false;
      else await delay(50 * attempt, undefined, { signal });
    } finally {
      await rm(indexFile, { force: true });
      await rm(`${indexFile}.lock`, { force: true });
    }
  }
};

const takeTree = async (worktree: Worktree, place: SnapshotPlace, seeded: boolean): Promise<string> => {
  if (seeded) await unhideEntries(place, worktree.baseCommit.length);
  else await git(['read-tree', worktree.baseCommit], place);
  const nested = await addWithNested(place);
  const changed = await changedSince(place, worktree.baseCommit);
  // `.makima` is among them where an agent has taken it out of the ignored files
  const links = changed.filter(({ mode }) => mode === '160000').map((change) => change.path);
  await flattenNestedRepositories(
    place,
    nested.filter((directory) => directory.toString('latin1') !== makimaDirectory),
    links,
  );
  if (changed.some((change) => isMakima(change.path))) await dropMakima(worktree, place);
  return gitText(['write-tree'], place);
};

/**
 * Stages everything. Where git will not, as it does with a repository inside that has no commit, all repositories inside are
 * left out.
 * @returns those that were left out
 */
const addWithNested = async (place: SnapshotPlace): Promise<Buffer[]> => {
  try {
    await addAll(place, []);
    return [];
  } catch (error) {
    if (!(error instanceof MakimaError) || error.code === 'DISK_FULL') throw error;
    const nested = await nestedRepositories(place);
    if (nested.length === 0) throw error;
    await addAll(place, nested);
    return nested;
  }
};

const isMakima = (file: Buffer): boolean => {
  const name = file.toString('latin1');
  return name === makimaDirectory || name.startsWith(`${makimaDirectory}/`);
};

/** What the index has otherwise than a commit, each with its mode in the index. */
const changedSince = async (place: SnapshotPlace, commit: string): Promise<{ path: Buffer; mode: string }[]> => {
  const { stdout } = await git(['diff-index', '--cached', '--raw', '--no-renames', '--ignore-submodules=none', '-z', commit], place);
  const fields = splitNul(stdout);
  return fields.flatMap((file, index) =>
    index % 2 === 0 ? [] : [{ path: file, mode: fields[index - 1]?.subarray(8, 14).toString('latin1') ?? '' }],
  );
};

const dropMakima = async (worktree: Worktree, place: SnapshotPlace): Promise<void> => {
  const spec = `:(top,literal)${makimaDirectory}`;
  const [inIndex, inBase] = await Promise.all([
    git(['ls-files', '--stage', '-z', '--', spec], place),
    git(['ls-tree', '-r', '-z', '--full-tree', worktree.baseCommit, '--', makimaDirectory], place),
  ]);
  if (inIndex.stdout.length > 0) await git(['rm', '--quiet', '--cached', '-r', '-f', '--ignore-unmatch', '--', spec], place);
  if (inBase.stdout.length > 0) await git(['update-index', '-z', '--index-info'], { ...place, input: inBase.stdout });
};

/**
 * A commit of everything that the worktree holds. No branch is moved.
 *
 * @param options - `message`; `parents`, the worktree's HEAD where left out
 * @returns the id of the commit, held by no ref
 */
export const snapshotCommit = async (
  worktree: Worktree,
  options: { message: string; parents?: readonly string[]; signal?: AbortSignal | undefined },
): Promise<string> => {
  const tree = await snapshotTree(worktree, options.signal);
  const parents = options.parents ?? [(await commitOf(headPlaceOf(worktree), 'HEAD', options.signal)) ?? worktree.baseCommit];
  return commitTree(worktree, tree, parents, options.message, options.signal);
};
