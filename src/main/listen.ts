import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { codeOf } from '../files/failure.ts';
import type { buildHttp } from '../http/build-http.ts';
import type { TaskStore } from '../store/task-store.ts';

type Http = Awaited<ReturnType<typeof buildHttp>>;

/** How often a port that another has is tried, and the pause between two tries in milliseconds. */
const portTries = 20;
const portPauseMs = 100;

/** What a client on this machine connects to where the daemon listens on every address. */
const reachable = (host: string): string => {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return name.includes(':') ? `[${name}]` : name;
};

const isInUse = (error: unknown): boolean => codeOf(error) === 'EADDRINUSE';

/**
 * Listens where the configuration says. Where that leaves the port to the system, the one of the last time is tried first, and
 * for a while: the agents that run since then were told that one, and whoever has it is a client as a rule, to which the system
 * gave it for a moment.
 * @returns the address, as a client on this machine uses it, with the base path
 * @throws Error EADDRINUSE, EADDRNOTAVAIL, EACCES
 */
export const listen = async (http: Http, { host, port, basePath }: Config, store: TaskStore): Promise<string> => {
  const remembered = port === 0 ? Number((await store.getMeta('port')) ?? 0) : 0;
  for (let tries = 1; ; tries += 1) {
    try {
      await http.listen({ host, port: tries > portTries ? port : remembered || port });
      break;
    } catch (error) {
      if (remembered === 0 || tries > portTries || !isInUse(error)) throw error;
      await delay(portPauseMs);
    }
  }
  const address = http.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  if (address.port !== remembered) await store.setMeta('port', String(address.port));
  return `http://${reachable(host)}:${address.port}${basePath}`;
};
