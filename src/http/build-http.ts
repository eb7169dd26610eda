import type { FastifyBaseLogger } from 'fastify';
import { Remembered } from '../domain/remembered.ts';
import { MakimaError } from '../errors.ts';
import type { Actions } from '../tasks/actions.ts';
import { trustedProxies } from './admission/forwarded.ts';
import { requestGate } from './admission/request-gate.ts';
import type { AnswerMcp, Api, ResourceRoutes, RouteTools } from './api.ts';
import { upgrades, type SocketDoor } from './connections/upgrades.ts';
import { createServer } from './create-server.ts';
import { docs } from './documents/docs.ts';
import { openapiYaml, seenFrom } from './documents/openapi.ts';
import { layFoundation } from './foundation.ts';
import { fixedLimits, type HttpLimits } from './limits.ts';
import { logRequests } from './observation/logging.ts';
import { measure } from './observation/metrics.ts';
import type { PreparedCounts } from './observation/prepared-metrics.ts';
import type { UsageCounts } from './observation/usage-metrics.ts';
import { openScope, type ScopeOptions } from './scopes/open-scope.ts';
import { scopes, type Scope, type ScopeName } from './scopes/scopes.ts';
import { nowhere } from './scopes/unknown-paths.ts';
import { streamSlots, type StreamSlots } from './streams/stream-slots.ts';

/** The routes that each scope has. */
export type Routes = Readonly<Record<Exclude<ScopeName, 'socket' | 'docs' | 'nowhere'>, readonly ResourceRoutes[]>>;

/** What the door of the WebSocket is made of. */
export interface SocketDoorParts {
  /** A further application, with the guards of this one. It does not listen. */
  makeApp: () => Promise<Api>;
  /** The scope of its route, and where that is. */
  scope: Scope;
  prefix: string;
  /** Of all that is served. */
  basePath: string;
  actions: Actions;
  streams: StreamSlots;
  limits: HttpLimits;
  /** Fires when open connections have to end. */
  ending: AbortSignal;
}

/** What the door of the Model Context Protocol is made of. */
export interface McpDoorParts extends Pick<SocketDoorParts, 'basePath' | 'actions' | 'limits' | 'ending'> {
  /** What compiles schemas. */
  api: Api;
}

export interface HttpOptions {
  actions: Actions;
  /** What there is of worktrees that are kept ready, to be measured. */
  prepared?: PreparedCounts;
  usage?: UsageCounts;
  routes: Routes;
  logger: FastifyBaseLogger;
  /** The owner's token as it stands in its file. */
  ownerToken: string;
  /** Of the daemon, as the document names it. */
  version: string;
  /** Below which everything is served, such as `/makima`; empty for none. */
  basePath: string;
  /** Whether the daemon has started; requests for more than the service's own routes are 503 before. */
  isReady: () => boolean;
  /** Fires when the daemon begins to shut down: streams end, new requests are 503. */
  drainSignal: AbortSignal;
  /** Further host names, with or without a port. */
  allowedHosts: readonly string[];
  /** Addresses and networks of proxies whose word on who calls counts; `loopback`, `unix`. */
  trustedProxies?: readonly string[];
  /** Web origins, such as `https://tool.example`, whose pages may call. */
  allowedOrigins: readonly string[];
  limits: Pick<HttpLimits, 'bodyBytes' | 'streams'> & Partial<HttpLimits>;
  /** Opens the door of the WebSocket, when somebody first comes to it. There is none where it is left out. */
  openSocketDoor?: (parts: SocketDoorParts) => Promise<SocketDoor>;
  /** The same of the Model Context Protocol. */
  openMcpDoor?: (parts: McpDoorParts) => Promise<AnswerMcp>;
}

/** Opens a door when somebody first comes to it; one that could not be opened is tried again. */
const whenAsked = (open: () => Promise<AnswerMcp>): AnswerMcp => {
  let door: Promise<AnswerMcp> | null = null;
  return async (request, reply) => {
    door ??= open().catch((error: unknown) => {
      door = null;
      throw error;
    });
    return (await door)(request, reply);
  };
};

const noDoor = (): never => {
  throw new MakimaError('ROUTE_NOT_FOUND');
};

/**
 * Builds the HTTP interface over the actions; it is ready and does not listen yet. The plugins say what they stand on; the
 * scopes come last, since a scope has the hooks of what was registered before it.
 * @returns the application: `app.listen` for TCP, `listenUnix(app, path)` for the socket, `app.close`
 */
export const buildHttp = async (options: HttpOptions): Promise<Api> => {
  const { actions, basePath, logger, openSocketDoor, openMcpDoor } = options;
  const limits = { ...fixedLimits, ...options.limits };
  const proxies = trustedProxies(options.trustedProxies ?? []);
  const gate = requestGate({ hosts: options.allowedHosts, origins: options.allowedOrigins }, proxies);
  const all = scopes(limits);
  const socketPrefix = basePath + all.socket.prefix;
  const app = createServer(logger, limits, gate, basePath, openSocketDoor ? `${socketPrefix}/ws` : null);
  const streams = streamSlots(limits.streams);
  await layFoundation(app, { ...options, gate });
  await app.register(logRequests);
  await app.register(measure, {
    actions,
    openStreams: streams.open,
    ...(options.prepared && { prepared: options.prepared }),
    ...(options.usage && { usage: options.usage }),
  });
  if (openSocketDoor) {
    const makeApp = async (): Promise<Api> => {
      const further = createServer(logger, limits, gate, basePath);
      await layFoundation(further, { ...options, gate, drainSignal: app.ending });
      return further;
    };
    const parts = { makeApp, scope: all.socket, prefix: socketPrefix, basePath, actions, streams, limits, ending: app.ending };
    await app.register(upgrades, { openDoor: () => openSocketDoor(parts) });
  }

  const yaml = new Remembered<string>(4);
  const tools: RouteTools = {
    actions,
    streams,
    ending: app.ending,
    isReady: app.isReady,
    metrics: app.measurements,
    answerMcp: openMcpDoor ? whenAsked(() => openMcpDoor({ api: app, basePath, actions, limits, ending: app.ending })) : noDoor,
    openapiYaml: (outerPath) => {
      const text = yaml.get(outerPath) ?? openapiYaml(app, outerPath);
      yaml.set(outerPath, text);
      return text;
    },
    openapiJson: (outerPath) => seenFrom(app.swagger(), outerPath),
    asyncapiYaml: async (outerPath) =>
      (await import('./documents/asyncapi.ts')).asyncapiYaml({ version: options.version, basePath: outerPath + basePath }),
  };
  const open = (name: ScopeName, fill: ScopeOptions['fill']) =>
    app.register(openScope, { prefix: basePath + all[name].prefix, scope: all[name], fill });
  for (const name of ['mesh', 'mcp', 'probes', 'metrics', 'documents'] as const)
    await open(name, (api) => {
      for (const register of options.routes[name]) register(api, tools);
    });
  await open('docs', async (api) => {
    await api.register(docs, { basePath });
  });
  // Not below the base path: what is beside it is nowhere, too.
  await app.register(openScope, { scope: all.nowhere, fill: nowhere });
  await app.ready();
  return app;
};
