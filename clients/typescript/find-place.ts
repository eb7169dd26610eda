import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MakimaError, reasonOf } from './error.ts';
import { homeOf, readDaemonFile } from './home.ts';
import type { ConnectOptions } from './makima.ts';
import { atUrl, headersOf, type FindPlace, type Place } from './place.ts';
import { fetchOver } from './socket-fetch.ts';

/** Of `daemon.json` what a client needs. */
interface DaemonFile {
  url: string;
  socket: string;
}

/** None may be there, or the daemon is about to write it: the socket may be there all the same. */
const readPlaceIn = async (home: string): Promise<DaemonFile | null> => {
  const { url, socket } = await readDaemonFile(home);
  return typeof url === 'string' && typeof socket === 'string' ? { url, socket } : null;
};

const isSocket = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isSocket() ?? false;

const firstSocket = async (paths: readonly string[]): Promise<string | null> => {
  for (const path of paths) if (await isSocket(path)) return path;
  return null;
};

const readToken = async (home: string): Promise<string> => {
  const path = join(home, 'token');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new MakimaError(
      'UNREACHABLE',
      `The daemon's token cannot be read (${reasonOf(error)}). Call as the user whose daemon it is, or give its token or a tool key.`,
      { cause: error },
    );
  }
};

const overSocket = (path: string, url: string | undefined, { toolKey }: ConnectOptions): Place => {
  const known = url === undefined || !URL.canParse(url) ? null : new URL(url);
  return {
    // The path is the base path below which all is served.
    url: `http://makima${known?.pathname.replace(/\/+$/, '') ?? ''}`,
    shown: url ?? `unix:${path}`,
    // The socket's owner needs no token, which might be another daemon's; a key narrows the caller here as everywhere.
    headers: headersOf({ toolKey }),
    fetch: fetchOver(path),
  };
};

/**
 * The socket first, which needs no credential; daemon.json's address where there is none that this process sees. A socket on which
 * nobody listens is a daemon's that was killed: its address is not tried, since its port may be somebody else's by now, who would get the token.
 */
const inHome = async (home: string, options: ConnectOptions): Promise<Place> => {
  const daemon = await readPlaceIn(home);
  const own = join(home, 'makima.sock');
  const path = options.fetch === undefined ? await firstSocket(daemon === null ? [own] : [daemon.socket, own]) : null;
  if (path !== null) return overSocket(path, daemon?.url, options);
  if (daemon === null)
    throw new MakimaError(
      'UNREACHABLE',
      `No makima daemon runs on ${home}. Start one with \`makima serve\`, or say with MAKIMA_HOME, or MAKIMA_URL and MAKIMA_TOKEN, where it is.`,
    );
  const { toolKey, token = toolKey === undefined ? await readToken(home) : undefined } = options;
  return atUrl(daemon.url, { token, toolKey }, options.fetch);
};

/** An empty variable is as good as none, as everywhere in makima. */
const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined => (env[name] === '' ? undefined : env[name]);

/**
 * Where the daemon is, by the options, or else by the environment: MAKIMA_API_URL with MAKIMA_API_KEY, which makima gives to an
 * orchestrator's agent, MAKIMA_URL with MAKIMA_TOKEN, MAKIMA_HOME.
 * @throws TypeError where an address is none
 */
export const findPlace = (options: ConnectOptions, env: NodeJS.ProcessEnv = process.env): FindPlace => {
  const { socket, url, token, toolKey, fetch } = options;
  const fixed =
    (place: Place): FindPlace =>
    () =>
      Promise.resolve(place);
  if (socket !== undefined) return fixed(overSocket(resolve(socket), url, options));
  if (url !== undefined) return fixed(atUrl(url, { token, toolKey }, fetch));
  if (options.home === undefined) {
    const [apiUrl, apiKey] = [variable(env, 'MAKIMA_API_URL'), variable(env, 'MAKIMA_API_KEY')];
    if (apiUrl !== undefined && apiKey !== undefined)
      return fixed(atUrl(apiUrl, token === undefined ? { toolKey: toolKey ?? apiKey } : { token, toolKey }, fetch));
    const known = variable(env, 'MAKIMA_URL');
    if (known !== undefined)
      return fixed(atUrl(known, toolKey === undefined ? { token: token ?? variable(env, 'MAKIMA_TOKEN') } : { token, toolKey }, fetch));
  }
  const home = homeOf(options.home ?? variable(env, 'MAKIMA_HOME'));
  return () => inHome(home, options);
};
