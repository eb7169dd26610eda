import { access, constants, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { messageOf } from '../errors.ts';
import { codeOf, isMissing } from '../files/failure.ts';
import { readDaemonFile } from '../home/daemon-file.ts';
import { diskSpace } from '../home/disk.ts';
import { exposureNotice } from '../home/exposure.ts';
import { bad, good, note, type Finding } from './finding.ts';

/** With less free, builds and checkouts of agents soon fail, though makima still takes work. */
const littleBytes = 1024 ** 3;
const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;

/** The nearest directory that is there, of a path that may not be yet. */
const existing = async (path: string): Promise<string> => {
  for (let at = path; ; at = dirname(at)) if (at === dirname(at) || (await stat(at).catch(() => null)) !== null) return at;
};

const lookAtDirectory = async (home: string): Promise<Finding> => {
  try {
    const found = await stat(home);
    if (!found.isDirectory()) return bad('home', `${home} is no directory.`, 'Move it away, or set MAKIMA_HOME to another path.');
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    if (found.uid === process.getuid?.() && (found.mode & 0o077) !== 0)
      return note('home', `Others may look into ${home}, where the token is.`, `Run \`chmod 700 '${home}'\`.`);
    return good('home', home);
  } catch (error) {
    if (isMissing(error)) return good('home', `${home} is made at the first start`);
    return bad(
      'home',
      `${home} cannot be used: ${messageOf(error)}.`,
      'Make it a directory that you can write to, or set MAKIMA_HOME to another one.',
    );
  }
};

const lookAtDisk = async (home: string, minFreeBytes: number): Promise<Finding> => {
  const { freeBytes, totalBytes } = await diskSpace(await existing(home));
  const says = `${gigabytes(freeBytes)} free of ${gigabytes(totalBytes)}`;
  const remedy =
    'Free some space: `makima prune --worktrees` puts away the worktrees of tasks that ended long ago, `makima prune` deletes those tasks.';
  if (freeBytes < minFreeBytes) return bad('disk', `${says}: new work is refused.`, remedy);
  return freeBytes < littleBytes ? note('disk', `${says}.`, remedy) : good('disk', says);
};

/** Whether somebody takes connections there; null where nobody can tell. */
const answers = (path: string): Promise<boolean | null> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '') ? false : null));
  });

/** Whether the port can be listened on; the reason where it cannot. */
const tryPort = (host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error) ?? messageOf(error)));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });

const lookAtPort = async (host: string, port: number): Promise<Finding> => {
  const address = `${host}:${port}`;
  const reason = await tryPort(host, port);
  switch (reason) {
    case null:
      return good('port', port === 0 ? 'one is picked at the start' : `${address} is free`);
    case 'EADDRINUSE':
      return bad('port', `${address} is in use by another program.`, 'Set MAKIMA_PORT to a free port, or to 0 to have one picked.');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return bad('port', `${host} is no address of this machine.`, 'Set MAKIMA_HOST to one that is, such as 127.0.0.1.');
    default:
      return bad('port', `${address} cannot be listened on (${reason}).`, 'Choose another MAKIMA_PORT or MAKIMA_HOST.');
  }
};

/** The daemon where it runs, with its socket; else whether one could listen. */
const lookAtDaemon = async (home: string, host: string, port: number, version: string): Promise<Finding[]> => {
  const written = await readDaemonFile(home);
  const socket = written?.socket ?? join(home, 'makima.sock');
  const isThere = await answers(socket);
  if (isThere === null)
    return [bad('socket', `${socket} cannot be connected to.`, 'Look whose it is: commands reach the daemon as the user who runs it.')];
  if (!isThere || written === null)
    return [note('daemon', 'It does not run.', 'Start it: `makima up`, or `makima serve` in a terminal.'), await lookAtPort(host, port)];
  const says = `${written.url}, process ${written.pid}, version ${written.version}`;
  return [
    written.version === version
      ? good('daemon', says)
      : note('daemon', `${says}; this command is ${version}.`, 'Restart it: `makima down && makima up`. Its agents go on.'),
    good('socket', socket),
  ];
};

/** The home, its disk, and the daemon on it or the place where it would listen. */
export const lookAtHome = async (
  { home, host, port, minFreeBytes }: { home: string; host: string; port: number; minFreeBytes: number },
  version: string,
): Promise<Finding[]> => {
  const exposure = await exposureNotice(host);
  return [
    await lookAtDirectory(home),
    await lookAtDisk(home, minFreeBytes),
    ...(await lookAtDaemon(home, host, port, version)),
    ...(exposure === null ? [] : [note('exposure', exposure, 'docs/operations.md shows a proxy with TLS.')]),
  ];
};
