import type { FastifyBaseLogger } from 'fastify';
import { namedSchemas } from '../../schemas/index.ts';
import { Remembered } from '../domain/remembered.ts';
import type { Actions } from '../tasks/actions.ts';
import { credentials } from './admission/credentials.ts';
import { crossOrigin } from './admission/cross-origin.ts';
import { deadlines } from './admission/deadlines.ts';
import { draining } from './admission/draining.ts';
import { trustedProxies } from './admission/forwarded.ts';
import { gate } from './admission/gate.ts';
import { knownPaths } from './admission/known-paths.ts';
import { requestGate } from './admission/request-gate.ts';
import type { Api, ResourceRoutes, RouteTools } from './api.ts';
import { compileSchemas } from './compile-schemas.ts';
import { createServer } from './create-server.ts';
import { docs } from './documents/docs.ts';
import { openapi, openapiYaml, seenFrom } from './documents/openapi.ts';
import { fixedLimits, type HttpLimits } from './limits.ts';
import { logRequests } from './observation/logging.ts';
import { measure } from './observation/metrics.ts';
import type { PreparedCounts } from './observation/prepared-metrics.ts';
import { readRequests } from './requests/read-requests.ts';
import { openScope, type ScopeOptions } from './scopes/open-scope.ts';
import { scopes, type ScopeName } from './scopes/scopes.ts';
import { nowhere } from './scopes/unknown-paths.ts';
import { streamSlots } from './streams/stream-slots.ts';

/** The routes that each scope has. */
export type Routes = Readonly<Record<Exclude<ScopeName, 'docs' | 'nowhere'>, readonly ResourceRoutes[]>>;

export interface HttpOptions {
  actions: Actions;
  /** What there is of worktrees that are kept ready, to be measured. */
  prepared?: PreparedCounts;
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
}

/**
 * Builds the HTTP interface over the actions; it is ready and does not listen yet. The plugins say what they stand on; the
 * scopes come last, since a scope has the hooks of what was registered before it.
 * @returns the application: `app.listen` for TCP, `listenUnix(app, path)` for the socket, `app.close`
 */
export const buildHttp = async (options: HttpOptions): Promise<Api> => {
  const { actions, basePath } = options;
  const limits = { ...fixedLimits, ...options.limits };
  const proxies = trustedProxies(options.trustedProxies ?? []);
  const doors = requestGate({ hosts: options.allowedHosts, origins: options.allowedOrigins }, proxies);
  const app = createServer(options.logger, limits, doors, basePath);
  const streams = streamSlots(limits.streams);
  for (const schema of namedSchemas) app.addSchema(schema);

  await app.register(compileSchemas);
  await app.register(gate, { gate: doors });
  await app.register(draining, options);
  await app.register(credentials, options);
  await app.register(deadlines);
  await app.register(knownPaths, { basePath });
  await app.register(crossOrigin, { gate: doors });
  await app.register(readRequests);
  await app.register(logRequests);
  await app.register(measure, { actions, openStreams: streams.open, ...(options.prepared && { prepared: options.prepared }) });
  await app.register(openapi, { version: options.version, basePath });

  const yaml = new Remembered<string>(4);
  const tools: RouteTools = {
    actions,
    streams,
    ending: app.ending,
    isReady: app.isReady,
    metrics: app.measurements,
    openapiYaml: (outerPath) => {
      const text = yaml.get(outerPath) ?? openapiYaml(app, outerPath);
      yaml.set(outerPath, text);
      return text;
    },
    openapiJson: (outerPath) => seenFrom(app.swagger(), outerPath),
  };
  const all = scopes(limits);
  const open = (name: ScopeName, fill: ScopeOptions['fill']) =>
    app.register(openScope, { prefix: basePath + all[name].prefix, scope: all[name], fill });
  for (const name of ['mesh', 'probes', 'metrics', 'documents'] as const)
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
