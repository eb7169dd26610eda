import { createHash } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { Remembered } from '../../../domain/remembered.ts';
import { git, gitText, keyOf, objectsStamp, type TreeEntry, writeObject } from '../../command/index.ts';
import { makimaDirectory, placeOf, temporaryFile, type Worktree } from '../../worktree/index.ts';
import { changedPaths } from './changed-paths.ts';
import { changedTree } from './changed-tree.ts';
import { contentOf, conversionOf, type FoundFiles, findFiles, objectsOf } from './contents.ts';
import { keptIndex, type KeptIndex, noteWritten } from './kept-index.ts';
import { settingsOf, type Settings } from './settings.ts';

/** With more, git's own `add` is as quick. */
const maxChanged = 2000;
const maxBytes = 8 * 1024 * 1024;
/** The daemon stands still while it reads and writes one. */
const maxFileBytes = 256 * 1024;
/** So many files are read and written in one go. */
const filesAtOnce = 10;

/** What the last look at a worktree came to, by all that it depends on, and when its objects were made. */
const last = new Remembered<{ state: string; tree: string; at: number }>(1000);
/** A clean-up of git's takes what nothing names and is two weeks old: long before, it is made anew. */
const maxAgeMs = 24 * 3_600_000;

/** Whether a base commit has something of `.makima`, which commits keep for ever. */
const withMakima = new Remembered<Promise<boolean>>(1000);

/**
 * Everything that a worktree holds and git does not ignore, as a tree: one look of git at its files, and where those that have
 * changed since the index are as they were at the last look, nothing more. One caller at a time for a worktree.
 *
 * @returns null where this way cannot tell: nested repositories, submodules, hidden entries, too many changes
 * @throws MakimaError, of which only a full disk cannot be tried the long way
 */
export const quickTree = async (worktree: Worktree, config: [string, string][], signal?: AbortSignal): Promise<string | null> => {
  const index = await keptIndex(worktree, signal);
  if (index === null || (await hasMakima(worktree))) return null;
  const [settings, changed] = await Promise.all([
    settingsOf(worktree, signal),
    changedPaths({ ...placeOf(worktree), indexFile: index.file, config, signal }),
  ]);
  noteWritten(worktree);
  const { present, gone } = changed;
  if (changed.hasNested || present.length + gone.length > maxChanged || present.some(isMakima)) return null;
  if (present.length + gone.length === 0) return index.tree;
  const found = findFiles(worktree, present, settings);
  if (found === null) return null;
  const own = createHash('sha256')
    .update([index.tree, found.state, ...gone.map(keyOf)].join('\0'))
    .digest('hex');
  const known = last.get(worktree.adminDir);
  const isYoung = known !== undefined && Date.now() - known.at < maxAgeMs;
  if (isYoung && known.state === `${own} ${objectsStamp(worktree.gitDir)}`) return known.tree;
  const tree = await treeOf(worktree, index, { found, gone, settings, config }, signal);
  if (tree === null) return null;
  last.delete(worktree.adminDir);
  if (found.isSettled) last.set(worktree.adminDir, { state: `${own} ${objectsStamp(worktree.gitDir)}`, tree, at: Date.now() });
  return tree;
};

const isMakima = (file: Buffer): boolean => /^\.makima(?:\/|$)/.test(keyOf(file));

interface Changed {
  found: FoundFiles;
  gone: readonly Buffer[];
  settings: Settings;
  config: [string, string][];
}

/** The tree of the index with what has changed since, its objects written. */
const treeOf = async (worktree: Worktree, index: KeptIndex, changed: Changed, signal?: AbortSignal): Promise<string | null> => {
  const { found, gone, settings } = changed;
  const bytes = found.files.reduce((sum, { size }) => sum + size, 0);
  const isLarge = bytes > maxBytes || found.files.some(({ size }) => size > maxFileBytes);
  const conversion = await conversionOf(found, settings);
  // in the place of one that is gone, git takes the index's
  const isWithAttributes = gone.some((file) => /(?:^|\/)\.gitattributes$/.test(keyOf(file)));
  if (conversion === 'filter' || isWithAttributes || isLarge || !settings.isPlainFileSystem)
    return treeByIndex(worktree, index, changed, signal);
  const changes = new Map<string, TreeEntry | null>(gone.map((file) => [keyOf(file), null]));
  const objects = objectsOf(worktree);
  for (const [position, file] of found.files.entries()) {
    // whatever else the daemon does goes on meanwhile
    if (position % filesAtOnce === 0) await setImmediate();
    const content = contentOf(worktree, file);
    if (content === null) return null;
    // whether git would take the carriage return is for git to say, which asks what the index has there
    if (conversion === 'lines' && file.mode !== '120000' && content.includes(0x0d)) return treeByIndex(worktree, index, changed, signal);
    const id = writeObject(objects, index.tree.length, 'blob', content);
    changes.set(keyOf(file.path), { mode: file.mode, id });
  }
  return changedTree({ gitDir: worktree.gitDir, objects }, index.tree, changes, settings.ignoresCase, signal);
};

/** The same by git, with whatever filters are the user's. */
const treeByIndex = async (
  worktree: Worktree,
  index: KeptIndex,
  { found, gone, config }: Changed,
  signal?: AbortSignal,
): Promise<string> => {
  const indexFile = await temporaryFile(worktree.gitDir, 'index');
  const place = { ...placeOf(worktree), indexFile, config, signal };
  const paths = [...gone, ...found.files.map((file) => file.path)];
  const input = Buffer.concat(paths.flatMap((file) => [file, Buffer.from('\0')]));
  try {
    await copyFile(index.file, indexFile);
    await git(['update-index', '--add', '--remove', '-z', '--stdin'], { ...place, input });
    return await gitText(['write-tree'], place);
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
};

const hasMakima = (worktree: Worktree): Promise<boolean> => {
  const { baseCommit } = worktree;
  const known = withMakima.get(baseCommit) ?? askForMakima(worktree);
  withMakima.set(baseCommit, known);
  known.catch(() => withMakima.delete(baseCommit));
  return known;
};

const askForMakima = async ({ gitDir, baseCommit }: Worktree): Promise<boolean> =>
  (await git(['ls-tree', '-z', '--full-tree', baseCommit, '--', makimaDirectory], { gitDir })).stdout.length > 0;
