import { appendFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { isThere } from '../../files/look.ts';
import { rewriteFile } from '../../files/rewrite-file.ts';
import { git, gitErrorKind } from '../command/index.ts';
import { fetchSource, type FetchFrom } from './fetch-source.ts';
import { hasCommit, type LocalRepository } from './local-repository.ts';
import { refsBelow } from './local-refs.ts';

/** Makes a cache aside and renames it into place, so that a half-made one is never seen. */
const madeAside = async (cacheDir: string, make: (directory: string) => Promise<void>): Promise<void> => {
  const parent = path.dirname(cacheDir);
  const prefix = `${path.basename(cacheDir)}.tmp-`;
  await mkdir(parent, { recursive: true });
  // left by a crash: only one maker works on a name at a time
  for (const name of await readdir(parent))
    if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, force: true });
  const aside = path.join(parent, prefix + crypto.randomUUID());
  try {
    await make(aside);
    await rename(aside, cacheDir);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
};

/** The cache of a source, with everything that the source has. */
export const createCache = (cacheDir: string, from: FetchFrom, signal?: AbortSignal): Promise<void> =>
  madeAside(cacheDir, async (directory) => {
    if (from.kind !== 'local' || !(await cloneWithLinks(from.local, directory, signal))) await init(directory, signal);
    await appendFile(path.join(directory, 'config'), settings);
    await fetchSource(directory, from, signal);
    // a process only where no file says it
    if ((await refsBelow(directory, 'refs/')).size === 0 && !(await hasCommit(directory, signal)))
      throw new MakimaError('REPOSITORY_EMPTY', `${from.kind === 'local' ? from.local.path : 'The remote'} has no commit yet`);
  });

const init = async (directory: string, signal?: AbortSignal): Promise<void> => {
  await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', '--', directory], { signal });
};

/**
 * Objects as hard links: a clone of any size in moments and without its space, and the source's own garbage collection
 * cannot take them away, which `--shared` would allow. The files are read-only and git never changes one; it does set the
 * time of one that it would write again, and that time is then the source's too.
 *
 * @returns false where this source cannot be cloned so (shallow, borrowing objects, changing under the copy): fetch it
 */
const cloneWithLinks = async (local: LocalRepository, directory: string, signal?: AbortSignal): Promise<boolean> => {
  for (const file of ['shallow', 'objects/info/alternates']) if (await isThere(path.join(local.commonDir, file))) return false;
  try {
    await git(['clone', '--quiet', '--bare', '--local', '--template=', '--upload-pack=git-upload-pack', '--', local.path, directory], {
      signal,
    });
    // clone leaves the path of the source here, where an agent's push would land in the user's checkout
    await rewriteFile(path.join(directory, 'config'), (text) => text.replace(/^\[remote "origin"\]\n(?:\t.*\n)*/m, ''));
    return true;
  } catch (error) {
    const kind = gitErrorKind(error);
    if (kind === null || kind === 'ownership' || kind === 'disk-full') throw error;
    await rm(directory, { recursive: true, force: true });
    return false;
  }
};

/** Nothing is ever taken out of a cache: tasks borrow its objects. */
const settings = '[gc]\n\tauto = 0\n\tpruneExpire = never\n[maintenance]\n\tauto = false\n';
