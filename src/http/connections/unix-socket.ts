import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Api } from '../api.ts';
import { silentConnections } from './silent-connections.ts';

/** What `sun_path` holds on the smaller of our platforms (macOS 104, Linux 108), its closing NUL left out. */
const maxSocketPath = 103;

/** Whether a socket can have this path. */
export const fitsSocket = (path: string): boolean => Buffer.byteLength(path) <= maxSocketPath;

/** Connections that a unix listener of ours accepted. Nothing that a client sends can put a connection here. */
const unixConnections = new WeakSet<Socket>();

/** Whether the request came over the unix socket, which only the owner of the home can connect to. */
export const cameOverUnixSocket = (request: IncomingMessage): boolean => unixConnections.has(request.socket);

const listenAt = async (server: Server, path: string): Promise<void> => {
  server.listen(path);
  await once(server, 'listening');
};

const nurseryPrefix = '.s';

/** What a daemon that was killed in the middle of it left. */
const removeOldNurseries = async (directory: string): Promise<void> => {
  for (const name of await readdir(directory))
    if (/^\.s[A-Za-z0-9]{6}$/.test(name)) await rm(join(directory, name), { recursive: true, force: true });
};

/**
 * Serves the application on a unix socket too, mode 0600 from the first moment: it is bound in a private directory, and
 * moved to its place by a rename, which also replaces the socket that a killed daemon left. The caller holds the home's
 * lock, so that there is no living daemon behind it.
 * @param app - ready, and closed after this is
 * @param path - at most 103 bytes, in a directory that exists
 * @returns `close`: takes no more connections, waits for open requests and removes the socket
 * @throws Error where the path is too long, or the operating system's own
 */
export const listenUnix = async (app: Api, path: string): Promise<{ close: () => Promise<void> }> => {
  if (!fitsSocket(path))
    throw new Error(
      `The path of the socket is longer than the ${maxSocketPath} bytes that the system takes: ${path}. Set MAKIMA_HOME to a shorter path.`,
    );
  const { keepAliveTimeout, requestTimeout, headersTimeout } = app.server;
  const settings = { requireHostHeader: false, keepAliveTimeout, requestTimeout, headersTimeout, IncomingMessage: app.requestClass };
  const server = createServer(settings, (request, response) => app.routing(request, response));
  const closeSilent = silentConnections(server);
  server.on('connection', (socket) => unixConnections.add(socket));
  server.on('clientError', (error, socket) => app.server.emit('clientError', error, socket));
  server.on('upgrade', (...upgrade) => app.server.emit('upgrade', ...upgrade));
  server.on('checkExpectation', (request, response) => app.routing(request, response));
  // Not longer than the final name, which the limit above was checked for.
  await removeOldNurseries(dirname(path));
  const nursery = await mkdtemp(join(dirname(path), nurseryPrefix));
  try {
    const cradle = join(nursery, 's');
    await listenAt(server, cradle);
    await chmod(cradle, 0o600);
    await rename(cradle, path);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(nursery, { recursive: true, force: true });
  }
  return {
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      closeSilent();
      await rm(path, { force: true });
      await closed;
    },
  };
};
