import { appendFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../errors.ts';
import { fetchSource, type FetchFrom } from './fetch-source.ts';
import { git, gitText } from './git-command.ts';
import { gitErrorKind } from './git-error.ts';
import { hasCommit, isMissing, isThere, type LocalRepository } from './local-repository.ts';
import { makimaIdentity } from './repository.ts';

/** Makes a repository aside and renames it into place, so that a half-made one is never seen. */
const madeAside = async (gitDir: string, make: (directory: string) => Promise<void>): Promise<void> => {
  const parent = path.dirname(gitDir);
  const prefix = `${path.basename(gitDir)}.tmp-`;
  await mkdir(parent, { recursive: true });
  // left by a crash: only one maker works on a name at a time
  for (const name of await readdir(parent)) if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, force: true });
  const aside = path.join(parent, prefix + crypto.randomUUID());
  try {
    await make(aside);
    await rename(aside, gitDir);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
};

/** The private repository of a source, with everything that the source has. */
export const createFromSource = (gitDir: string, from: FetchFrom, signal?: AbortSignal): Promise<void> =>
  madeAside(gitDir, async (directory) => {
    if (from.kind !== 'local' || !(await cloneWithLinks(from.local, directory, signal))) await init(directory, signal);
    await settle(directory);
    await fetchSource(directory, from, signal);
    if (!(await hasCommit(directory, signal))) throw new MakimaError('REPOSITORY_EMPTY', `${from.kind === 'local' ? from.local.path : 'The remote'} has no commit yet`);
  });

/** The repository of `new://` and scratch tasks: one empty commit on main, so that a worktree can be made of it. */
export const createEmpty = (gitDir: string, signal?: AbortSignal): Promise<void> =>
  madeAside(gitDir, async (directory) => {
    await init(directory, signal);
    await settle(directory);
    const tree = await gitText(['mktree'], { gitDir: directory, signal });
    const commit = await gitText(['commit-tree', tree, '-m', 'Initial commit'], { gitDir: directory, signal, env: makimaIdentity });
    await git(['update-ref', 'refs/heads/main', commit], { gitDir: directory, signal });
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
    await git(['clone', '--quiet', '--bare', '--local', '--template=', '--upload-pack=git-upload-pack', '--', local.path, directory], { signal });
    // clone leaves the path of the source here, where an agent's push would land in the user's checkout
    await git(['config', '--file', path.join(directory, 'config'), '--remove-section', 'remote.origin'], { signal });
    return true;
  } catch (error) {
    const kind = gitErrorKind(error);
    if (kind === null || kind === 'ownership' || kind === 'disk-full') throw error;
    await rm(directory, { recursive: true, force: true });
    return false;
  }
};

/** Without gc.auto an agent's commit leaves a gc running after the agent is gone. */
const settings = '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[core]\n\tlogAllRefUpdates = true\n';

/** What every private repository has. */
const settle = async (gitDir: string): Promise<void> => {
  await appendFile(path.join(gitDir, 'config'), settings);
  await excludeMakima(gitDir);
};

/** `/.makima/` is ignored in every worktree of the repository. Can be repeated. */
export const excludeMakima = async (gitDir: string): Promise<void> => {
  const file = path.join(gitDir, 'info', 'exclude');
  await mkdir(path.dirname(file), { recursive: true });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  if (text.split('\n').includes('/.makima/')) return;
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}/.makima/\n`);
};
