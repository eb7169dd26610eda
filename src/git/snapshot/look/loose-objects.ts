import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import { isMissing } from '../../../files/failure.ts';
import { statOf } from '../../../files/look.ts';
import { stampAt } from '../../../files/stamp.ts';

const compress = promisify(deflate);

/**
 * Writes objects as git does (gitformat-loose(5)), and names them as it does: without a process for each.
 *
 * @param objects - a directory of objects
 * @param idLength - of an id in hex, which tells how they are named
 */
export const writeObject = async (
  objects: string,
  idLength: number,
  kind: 'blob' | 'tree' | 'commit',
  content: Buffer,
): Promise<string> => {
  const header = Buffer.from(`${kind} ${content.length}\0`);
  const id = createHash(idLength === 64 ? 'sha256' : 'sha1')
    .update(header)
    .update(content)
    .digest('hex');
  const directory = path.join(objects, id.slice(0, 2));
  const file = path.join(directory, id.slice(2));
  if ((await statOf(file)) !== null) return id;
  await mkdir(directory, { recursive: true });
  // by a name that git takes for an unfinished object, and clears away
  const aside = path.join(directory, `tmp_obj_${crypto.randomUUID()}`);
  try {
    await writeFile(aside, await compress(Buffer.concat([header, content]), { level: constants.Z_BEST_SPEED }), { mode: 0o444 });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return id;
};

/** Changes whenever an object is added to a repository or taken from it. */
export const objectsStamp = async (gitDir: string): Promise<string> => {
  const objects = path.join(gitDir, 'objects');
  const names = await readdir(objects);
  const stamps = await Promise.all(
    names.map(async (name) => {
      if (name === 'info') return (await stampAt(path.join(objects, 'info', 'alternates'))).text;
      try {
        const { ino, ctimeNs } = await lstat(path.join(objects, name), { bigint: true });
        return `${name} ${ino} ${ctimeNs}`;
      } catch (error) {
        if (isMissing(error)) return '';
        throw error;
      }
    }),
  );
  return stamps.sort().join('\n');
};
