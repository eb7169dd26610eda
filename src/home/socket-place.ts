import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readDaemonFile } from './daemon-file.ts';
import { StartError } from './start-error.ts';

/** Where the daemon's unix socket is. */
export interface SocketPlace {
  path: string;
  /** What the user should know of it, a sentence; null where it is in the home. */
  notice: string | null;
  /** Removes the directory that was made for it. The socket is gone by then. */
  leave: () => Promise<void>;
}

const name = 'makima.sock';

/** The same for as long as it is this home, so that the daemon after one that was killed takes its directory over. */
const prefixOf = (id: string): string => `makima-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;

/** Whether a path is a directory, no link, that is ours and that nobody else can look or write into. */
const isPrivate = async (directory: string): Promise<boolean> => {
  const found = await lstat(directory).catch(() => null);
  return found !== null && found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
};

/** Whether nobody but us and root can rename what is ours in a directory. */
const isSafeBase = async (directory: string): Promise<boolean> => {
  const found = await stat(directory).catch(() => null);
  if (found === null || !found.isDirectory()) return false;
  const isOthersToWrite = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0;
  return !isOthersToWrite && (found.uid === 0 || found.uid === process.getuid?.());
};

/** A directory by its own name; by another one where somebody has put something at that name. Null where none can be made here. */
const makeIn = async (base: string, prefix: string): Promise<string | null> => {
  const wanted = join(base, prefix);
  try {
    await mkdir(wanted, { mode: 0o700 });
  } catch {
    // It is there, or nothing can be made here: what counts is what is found now.
  }
  if (await isPrivate(wanted)) return wanted;
  return mkdtemp(`${wanted}-`).catch(() => null);
};

/** What a daemon that was killed left behind, where this one does not take it over: after a move of the home, or of TMPDIR. */
const removeFormer = async (home: string, prefix: string, taken: string): Promise<void> => {
  const former = dirname((await readDaemonFile(home))?.socket ?? taken);
  // The name is this home's alone: daemon.json of a copy names the directory of the original.
  if (former === taken || former === home || !basename(former).startsWith(prefix) || !(await isPrivate(former))) return;
  await rm(join(former, name), { force: true });
  await rmdir(former).catch(() => undefined); // Something else is in it, which is not ours to remove.
};

/**
 * The socket's place: in the home, or, where that path is longer than the system takes one, in a short private directory (mode
 * 0700) of the system's for temporary files. One that another user has planted there under our name is not used.
 * @param id - of the home
 * @param fits - whether a path is short enough for a socket
 * @throws StartError where no such directory can be made
 */
export const socketPlace = async (home: string, id: string, fits: (path: string) => boolean): Promise<SocketPlace> => {
  const prefix = prefixOf(id);
  if (fits(join(home, name))) {
    await removeFormer(home, prefix, home);
    return { path: join(home, name), notice: null, leave: () => Promise.resolve() };
  }
  for (const given of new Set([tmpdir(), '/tmp'])) {
    const base = await realpath(given).catch(() => null);
    // as long as the longest that makeIn makes
    if (base === null || !fits(join(base, `${prefix}-XXXXXX`, name)) || !(await isSafeBase(base))) continue;
    const directory = await makeIn(base, prefix);
    if (directory === null) continue;
    await removeFormer(home, prefix, directory);
    const path = join(directory, name);
    return {
      path,
      notice: `The socket is ${path}: the path of the home is longer than a socket's may be.`,
      // What else is in it is not ours to remove.
      leave: () => rmdir(directory).catch(() => undefined),
    };
  }
  throw new StartError(
    `The path of the socket, ${join(home, name)}, is longer than the system takes one, and no private directory for it could be made in ${tmpdir()} or /tmp. Set MAKIMA_HOME to a shorter path, or TMPDIR to a directory that you can write to.`,
  );
};
