import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { codeOf, isMissing } from '../../../files/failure.ts';
import { joinBytes, parentsOf } from '../../../files/relative-path.ts';
import { readPlainText } from '../../../files/rewrite-file.ts';
import { stampAt, stampBehind, stampOf } from '../../../files/stamp.ts';
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
export const findFiles = (worktree: Worktree, paths: readonly Buffer[], settings: Settings): FoundFiles | null => {
  const directories = new Map<string, Buffer>([['', Buffer.from(worktree.path)]]);
  for (const each of paths) for (const parent of parentsOf(each)) directories.set(keyOf(parent), joinBytes(worktree.path, parent));
  const attributes = [...settings.attributeFiles, ...[...directories.values()].map((directory) => joinBytes(directory, '.gitattributes'))];
  try {
    for (const directory of directories.values()) if (!lstatSync(directory).isDirectory()) return null;
    const stamps = attributes.map((file) => ({ file, stamp: stampBehind(file) }));
    const files: FoundFile[] = [];
    let isSettled = stamps.every(({ stamp }) => stamp.isSettled);
    for (const each of paths) {
      const file = findFile(worktree, each);
      if (file === null) return null;
      files.push(file);
      isSettled &&= file.isSettled;
    }
    return {
      files,
      attributes: stamps.filter(({ stamp }) => stamp.text !== '-').map(({ file }) => file.toString()),
      state: [settings.state, ...stamps.map(({ stamp }) => stamp.text), ...files.map((file) => `${keyOf(file.path)} ${file.stamp}`)].join(
        '\0',
      ),
      isSettled,
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

const findFile = (worktree: Worktree, relative: Buffer): (FoundFile & { isSettled: boolean }) | null => {
  const now = Date.now();
  const found = lstatSync(joinBytes(worktree.path, relative), { bigint: true });
  if (!found.isFile() && !found.isSymbolicLink()) return null;
  const { text, isSettled } = stampOf(found, now);
  const mode = found.isSymbolicLink() ? '120000' : (found.mode & 0o100n) === 0n ? '100644' : '100755';
  return { path: relative, mode, size: Number(found.size), stamp: text, isSettled };
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
export const contentOf = (worktree: Worktree, { path: relative, mode, size, stamp }: FoundFile): Buffer | null => {
  const file = joinBytes(worktree.path, relative);
  try {
    if (mode === '120000') {
      const target = readlinkSync(file, { encoding: 'buffer' });
      return stampAt(file).text === stamp ? target : null;
    }
    const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (stampOf(fstatSync(handle, { bigint: true }), 0).text !== stamp) return null;
      const content = readFileSync(handle);
      return content.length === size ? content : null;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    // gone, or no file any more, or not to be read: git says what that is
    if (codeOf(error) === null) throw error;
    return null;
  }
};

/** Where a worktree's objects are. */
export const objectsOf = ({ gitDir }: Pick<Worktree, 'gitDir'>): string => path.join(gitDir, 'objects');
