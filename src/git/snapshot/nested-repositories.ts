import { realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { isDirectory, statOf } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { git, gitText, showPath, splitNul, type GitPlace } from '../command/index.ts';
import { linkedWorktrees, listSubmodules, makimaDirectory, placeOf, temporaryFile, type Worktree } from '../worktree/index.ts';
import { addAll, type SnapshotPlace } from './snapshot-place.ts';

/** A repository in a repository in a repository; deeper ones are left out. */
const maxDepth = 4;

/** Untracked directories that are repositories of their own, as bytes without the slash; git lists them whole. */
export const nestedRepositories = async (place: GitPlace): Promise<Buffer[]> => {
  const { stdout } = await git(['ls-files', '--others', '--exclude-standard', '-z'], place);
  return splitNul(stdout)
    .filter((field) => field[field.length - 1] === 0x2f)
    .map((field) => field.subarray(0, -1));
};

const gitlink = '160000 ';

/**
 * Repositories inside a worktree whose history is in it and nowhere else, by their paths: such as an agent has made or cloned there, and submodules
 * that it has not had git take in. A snapshot has their files alone.
 * @throws MakimaError GIT_FAILED
 */
export const repositoriesWithin = async (worktree: Worktree, signal?: AbortSignal): Promise<string[]> => {
  const place = { ...placeOf(worktree), signal };
  const [untracked, tracked, linked] = await Promise.all([
    nestedRepositories(place),
    git(['ls-files', '--stage', '-z'], place),
    linkedWorktrees(worktree),
  ]);
  const links = splitNul(tracked.stdout)
    .filter((entry) => entry.toString('latin1').startsWith(gitlink))
    .map((entry) => entry.subarray(entry.indexOf(0x09) + 1));
  const root = await realpath(worktree.path);
  const others = new Set([path.join(root, makimaDirectory), ...linked.map((each) => each.path)]);
  const found: string[] = [];
  for (const directory of [...untracked, ...links]) {
    if (others.has(path.join(root, directory.toString('utf8')))) continue;
    // a file in its place says where else the repository is
    const dotGit = await statOf(joinBytes(root, joinBytes(directory, '.git')));
    if (dotGit?.isDirectory() === true) found.push(showPath(directory));
  }
  return found;
};

/**
 * Takes repositories that an agent made or cloned inside its worktree as plain files. Git itself would note a commit id
 * that nobody else has, or refuse the whole `git add`: either way the content would be lost. Submodules stay submodules.
 * Other worktrees of the task's own repository, which agents make for their helpers, are left out: they are no part of this
 * one, and a whole copy of everything in it.
 *
 * @param nested - untracked ones, not in the index
 * @param links - paths that the index has as links to commits of other repositories and the base commit has not so
 */
export const flattenNestedRepositories = async (
  place: SnapshotPlace,
  nested: readonly Buffer[],
  links: readonly Buffer[],
): Promise<void> => {
  if (links.length === 0 && nested.length === 0) return;
  const submodules = new Set(await submodulePaths(place));
  const worktrees = await ownWorktrees(place);
  const isWorktree = (directory: Buffer): boolean => worktrees.has(directory.toString('latin1'));
  const strays = links.filter((link) => !submodules.has(link.toString('latin1')));
  for (const directory of [...nested, ...strays]) if (!isWorktree(directory)) await flatten(place, directory, 0);
  const left = strays.filter(isWorktree);
  if (left.length > 0)
    await git(['update-index', '--force-remove', '-z', '--stdin'], {
      ...place,
      input: Buffer.concat(left.flatMap((directory) => [directory, Buffer.from('\0')])),
    });
};

/** Directories of other worktrees of the same repository, relative to this one. */
const ownWorktrees = async (place: SnapshotPlace): Promise<Set<string>> => {
  const root = await realpath(place.workTree);
  return new Set(
    (await linkedWorktrees({ gitDir: place.commonDir, adminDir: place.gitDir })).map((each) =>
      Buffer.from(path.relative(root, each.path)).toString('latin1'),
    ),
  );
};

const submodulePaths = async (place: SnapshotPlace): Promise<string[]> =>
  (await listSubmodules(place.workTree, place.signal)).map(([, submodulePath]) => Buffer.from(submodulePath).toString('latin1'));

const flatten = async (place: SnapshotPlace, directory: Buffer, depth: number): Promise<void> => {
  const name = directory.toString('utf8');
  // the name goes to git as an argument, which cannot hold other bytes
  if (depth >= maxDepth || !Buffer.from(name).equals(directory)) return;
  const workTree = path.join(place.workTree, name);
  if (!(await isDirectory(workTree))) return;
  const tree = await treeOfDirectory({ ...place, workTree }, depth);
  await git(['update-index', '--force-remove', '-z', '--stdin'], { ...place, input: Buffer.concat([directory, Buffer.from('\0')]) });
  await git(['read-tree', `--prefix=${name}/`, tree], place);
};

/** The directory's files as a tree. Git takes it for a work tree of ours, so that the `.git` in it is never looked into. */
const treeOfDirectory = async (place: SnapshotPlace, depth: number): Promise<string> => {
  const indexFile = await temporaryFile(place.commonDir, 'index');
  const inner = { ...place, indexFile };
  try {
    const nested = await nestedRepositories(inner);
    await addAll(inner, nested);
    for (const directory of nested) await flatten(inner, directory, depth + 1);
    return await gitText(['write-tree'], inner);
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
};
