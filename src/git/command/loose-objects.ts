import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { constants, deflateSync } from 'node:zlib';
import { writeNew } from '../../files/at-once.ts';
import { isMissing } from '../../files/failure.ts';
import { stampAt } from '../../files/stamp.ts';

export type ObjectKind = 'blob' | 'tree' | 'commit';

/** Where an object is that has a file of its own. @param objects - a directory of objects */
export const objectFile = (objects: string, id: string): string => path.join(objects, id.slice(0, 2), id.slice(2));

/** An object as git names and stores it: its kind, its length, a NUL and its content. */
export const wholeOf = (kind: ObjectKind, content: Buffer): Buffer => Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);

/** What git calls an object. @param whole - its kind, its length, a NUL and its content */
export const idOf = (whole: Buffer, idLength: number): string =>
  createHash(idLength === 64 ? 'sha256' : 'sha1')
    .update(whole)
    .digest('hex');

/**
 * Writes an object as git does (gitformat-loose(5)), and names it as it does: without a process for each. Small ones, since nothing
 * else goes on meanwhile; the thread pool would take longer over it than the disk does.
 *
 * @param objects - a directory of objects
 * @param idLength - of an id in hex, which tells how they are named
 */
export const writeObject = (objects: string, idLength: number, kind: ObjectKind, content: Buffer): string => {
  const whole = wholeOf(kind, content);
  const id = idOf(whole, idLength);
  const file = objectFile(objects, id);
  if (isMadeNew(file)) return id;
  // by a name that git takes for an unfinished object, and clears away
  const aside = path.join(path.dirname(file), `tmp_obj_${crypto.randomUUID()}`);
  const bytes = deflateSync(whole, { level: constants.Z_BEST_SPEED });
  try {
    writeAside(aside, bytes);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  return id;
};

/** As git does with one that it would write again: a clean-up that is under way spares what is young. @returns false where there is none */
const isMadeNew = (file: string): boolean => {
  const now = new Date();
  try {
    utimesSync(file, now, now);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

const writeAside = (file: string, bytes: Buffer): void => {
  try {
    writeNew(file, bytes, 0o444);
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(path.dirname(file), { recursive: true });
    writeNew(file, bytes, 0o444);
  }
};

/** Changes whenever an object is added to a repository or taken from it. */
export const objectsStamp = (gitDir: string): string => {
  const objects = path.join(gitDir, 'objects');
  const names = readdirSync(objects).sort();
  return [...names, 'info/alternates'].map((name) => `${name} ${stampAt(path.join(objects, name)).text}`).join('\n');
};
