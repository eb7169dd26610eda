import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { codeOf } from '../../files/failure.ts';
import { idOf, objectFile, type ObjectKind } from './loose-objects.ts';

export interface StoredObject {
  kind: ObjectKind;
  content: Buffer;
}

/** What is larger is for git to read: nothing else goes on meanwhile. */
const maxFileBytes = 64 * 1024;
const maxBytes = 512 * 1024;
/** A repository borrows from a cache, and what is tried out from both. */
const maxDepth = 3;
const maxDirectories = 20;

/** Where a repository's objects are: its own directory, and those that it borrows from. */
export const objectDirectories = (gitDir: string): string[] => {
  const found = new Set<string>();
  const add = (objects: string, depth: number): void => {
    if (found.has(objects) || found.size >= maxDirectories) return;
    found.add(objects);
    if (depth >= maxDepth) return;
    const lenders = plainFile(path.join(objects, 'info', 'alternates'))?.toString('utf8') ?? '';
    for (const line of lenders.split('\n')) if (path.isAbsolute(line)) add(line, depth + 1);
  };
  add(path.join(gitDir, 'objects'), 1);
  return [...found];
};

/**
 * Reads an object that has a file of its own, which is what agents and the daemon make, without a process.
 *
 * @param directories - of objects
 * @returns null where git has to be asked: it is in a pack, or large, or not what it is called
 */
export const readObject = (directories: readonly string[], id: string): StoredObject | null => {
  for (const directory of directories) {
    const file = plainFile(objectFile(directory, id));
    const found = file === null ? null : objectIn(file, id);
    if (found !== null) return found;
  }
  return null;
};

const objectIn = (file: Buffer, id: string): StoredObject | null => {
  let whole: Buffer;
  try {
    whole = inflateSync(file, { maxOutputLength: maxBytes });
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return null;
  }
  if (idOf(whole, id.length) !== id) return null;
  const end = whole.indexOf(0);
  const kind = /^(blob|tree|commit) /.exec(whole.toString('latin1', 0, end))?.[1];
  return kind === 'blob' || kind === 'tree' || kind === 'commit' ? { kind, content: whole.subarray(end + 1) } : null;
};

/** Of a small file; null where there is none, or something else. */
const plainFile = (file: string): Buffer | null => {
  let handle: number | null = null;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = fstatSync(handle);
    return found.isFile() && found.size <= maxFileBytes ? readFileSync(handle) : null;
  } catch (error) {
    // whatever it is, git says
    if (codeOf(error) === null) throw error;
    return null;
  } finally {
    if (handle !== null) closeSync(handle);
  }
};
