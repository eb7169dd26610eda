import { pino } from 'pino';
import type { Test } from 'tap';
import { routes } from '../../routes/index.ts';
import { buildHttp, type HttpOptions } from '../../src/http/build-http.ts';
import type { Api } from '../../src/http/api.ts';
import type { Actions } from '../../src/tasks/actions.ts';
import { openSocketDoor } from '../../src/websocket/door.ts';
import { recordedActions, type Call } from './recorded-actions.ts';

export const ownerToken = 'owner-token-of-the-tests';

export interface Served {
  app: Api;
  /** `http://127.0.0.1:<port>`. */
  url: string;
  port: number;
  calls: Call[];
  /** The log's lines. */
  log: string[];
  /** A request with the owner's token; a path without a slash in front is below the base path. */
  call: (path: string, init?: RequestInit) => Promise<Response>;
}

export interface ServeOptions extends Partial<Omit<HttpOptions, 'actions' | 'limits'>> {
  limits?: Partial<HttpOptions['limits']>;
  answers?: Partial<Actions>;
}

/** Serves the routes on a free port of the loopback until the test ends. */
export const serve = async (t: Test, { answers, limits, ...options }: ServeOptions = {}): Promise<Served> => {
  const { actions, calls } = recordedActions(answers);
  const log: string[] = [];
  const app = await buildHttp({
    actions,
    routes,
    logger: pino({ level: 'debug' }, { write: (line: string) => void log.push(line) }),
    ownerToken,
    version: '0.0.0-test',
    basePath: '',
    isReady: () => true,
    drainSignal: new AbortController().signal,
    allowedHosts: [],
    allowedOrigins: [],
    limits: { bodyBytes: 20 * 1024 * 1024, streams: 256, ...limits },
    openSocketDoor: (parts) => openSocketDoor(parts, { id: 'daemon-of-the-tests', version: '0.0.0-test' }),
    openMcpDoor: async (parts) => (await import('../../src/mcp/door.ts')).openMcpDoor(parts),
    ...options,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  return {
    app,
    url,
    port: Number(new URL(url).port),
    calls,
    log,
    call: (path, init = {}) =>
      fetch(path.startsWith('/') ? `${url}${path}` : `${url}/api/v1/mesh/${path}`, {
        ...init,
        headers: { authorization: `Bearer ${ownerToken}`, ...Object.fromEntries(new Headers(init.headers)) },
      }),
  };
};
