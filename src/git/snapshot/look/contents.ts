import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from '../../../files/failure.ts';
import { joinBytes, parentsOf } from '../../../files/relative-path.ts';
import { readPlainText } from '../../../files/rewrite-file.ts';
import { stampAt, stampOf } from '../../../files/stamp.ts';
import { keyOf } from '../../command/index.ts';
import type { Worktree } from '../../worktree/index.ts';
import type { Settings } from './settings.ts';

/** A file as it stands. */
export interface FoundFile {
  path: Buffer;
  mode: '100644' | '100755' | '120000';
  size: number;
  stamp: string;
}

/** Files as they stand, and all that their objects depend on. */
export interface FoundFiles {
  files: FoundFile[];
  /** Files of attributes that count for them. */
  attributes: string[];
  /** Tells all of it from any other state. */
  state: string;
  isSettled: boolean;
}

/** @returns null where one is no file or link any more, or lies behind a link */
export const findFiles = async (worktree: Worktree, paths: readonly Buffer[], settings: Settings): Promise<FoundFiles | null> => {
  const directories = new Map<string, Buffer>([[worktree.path, Buffer.from(worktree.path)]]);
  for (const each of paths) for (const parent of parentsOf(each)) directories.set(keyOf(parent), joinBytes(worktree.path, parent));
  const isDirectory = async (directory: Buffer): Promise<boolean> => (await lstat(directory)).isDirectory();
  const attributes = [...settings.attributeFiles, ...[...directories.values()].map((directory) => joinBytes(directory, '.gitattributes'))];
  try {
    const [files, stamps, areDirectories] = await Promise.all([
      Promise.all(paths.map((each) => findFile(worktree, each))),
      Promise.all(attributes.map(async (file) => ({ file, stamp: await stampAt(file) }))),
      Promise.all([...directories.values()].map(isDirectory)),
    ]);
    const found = files.filter((file) => file !== null);
    if (found.length < files.length || areDirectories.includes(false)) return null;
    return {
      files: found,
      attributes: stamps.filter(({ stamp }) => stamp.text !== '-').map(({ file }) => file.toString()),
      state: [settings.state, ...stamps.map(({ stamp }) => stamp.text), ...found.map(({ stamp }) => stamp)].join('\n'),
      isSettled: stamps.every(({ stamp }) => stamp.isSettled) && found.every(({ isSettled }) => isSettled),
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

const findFile = async (worktree: Worktree, relative: Buffer): Promise<(FoundFile & { isSettled: boolean }) | null> => {
  const now = Date.now();
  const found = await lstat(joinBytes(worktree.path, relative), { bigint: true });
  if (!found.isFile() && !found.isSymbolicLink()) return null;
  const { text, isSettled } = stampOf(found, now);
  const mode = found.isSymbolicLink() ? '120000' : (found.mode & 0o100n) === 0n ? '100644' : '100755';
  return { path: relative, mode, size: Number(found.size), stamp: `${keyOf(relative)} ${text}`, isSettled };
};

const changesContent = /filter|ident|encoding/i;
const changesLines = /text|eol|crlf/i;

/** What attributes that count for files may do to their content; `filter`: anything. */
export const conversionOf = async ({ attributes }: FoundFiles, settings: Settings): Promise<'none' | 'lines' | 'filter'> => {
  const texts = await Promise.all(attributes.map(readPlainText));
  if (texts.some((text) => text === null || changesContent.test(text))) return 'filter';
  return settings.convertsLines || texts.some((text) => changesLines.test(text ?? '')) ? 'lines' : 'none';
};

/** The content of a file as it was found; null where it has changed since. A link's is where it leads. */
export const contentOf = async (worktree: Worktree, { path: relative, mode, stamp }: FoundFile): Promise<Buffer | null> => {
  const file = joinBytes(worktree.path, relative);
  const isSame = async (): Promise<boolean> => `${keyOf(relative)} ${(await stampAt(file)).text}` === stamp;
  if (mode === '120000') {
    const target = await readlink(file, { encoding: 'buffer' }).catch(() => null);
    return target !== null && (await isSame()) ? target : null;
  }
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const opened = `${keyOf(relative)} ${stampOf(await handle.stat({ bigint: true }), 0).text}`;
      const content = await handle.readFile();
      return opened === stamp && (await isSame()) ? content : null;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ELOOP' || codeOf(error) === 'EACCES') return null;
    throw error;
  }
};

/** Where a worktree's objects are. */
export const objectsOf = ({ gitDir }: Pick<Worktree, 'gitDir'>): string => path.join(gitDir, 'objects');
