import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import { namedSchemas } from '../../schemas/index.ts';
import type { Actions } from '../tasks/actions.ts';
import type { Api, RegisterRoutes } from './api.ts';
import { readRequests } from './requests/read-requests.ts';
import { answerClientError } from './connections/client-errors.ts';
import { requireCredentials } from './admission/credentials.ts';
import { drain } from './admission/draining.ts';
import { answerError } from './answers/error-answers.ts';
import { readQuery } from './requests/form-values.ts';
import { lazySerializers } from './answers/lazy-serializers.ts';
import { logRequests, redactedPaths } from './observation/logging.ts';
import { measure } from './observation/metrics.ts';
import { collectOpenapi, openapiYaml, serveDocs } from './documents/openapi.ts';
import { requestGate, type RequestGate } from './admission/request-gate.ts';
import { silentConnections } from './connections/silent-connections.ts';
import { streamSlots } from './streams/stream-slots.ts';
import { refuseUnknownPaths } from './admission/unknown-paths.ts';
import { validatorOptions } from './requests/validation.ts';

/** The bounds on what a client can make the server hold. */
export interface HttpLimits {
  /** Bytes of a body. A plan of 2 million characters is 18 MB as a form, in which each byte can take three. */
  bodyBytes: number;
  /** Streams open at once. */
  streams: number;
  /** Milliseconds for a whole request to come in. */
  requestTimeoutMs: number;
  /** Milliseconds for its headers to come in. */
  headersTimeoutMs: number;
  /** Milliseconds for an answer on routes that do not wait for something. */
  handlerTimeoutMs: number;
}

export const defaultLimits: HttpLimits = {
  bodyBytes: 20 * 1024 * 1024,
  streams: 500,
  requestTimeoutMs: 120_000,
  headersTimeoutMs: 20_000,
  handlerTimeoutMs: 120_000,
};

export interface HttpOptions {
  actions: Actions;
  routes: RegisterRoutes;
  logger: FastifyBaseLogger;
  /** The owner's token as it stands in its file. */
  ownerToken: string;
  /** Of the daemon, as the document names it. */
  version: string;
  /** Whether the daemon has started; requests for more than the service's own routes are 503 before. */
  isReady: () => boolean;
  /** Fires when the daemon begins to shut down: streams end, new requests are 503. */
  drainSignal: AbortSignal;
  /** Further host names, with or without a port. */
  allowedHosts: readonly string[];
  /** Web origins, such as `https://tool.example`, whose pages may call. */
  allowedOrigins: readonly string[];
  limits?: Partial<HttpLimits>;
}

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const createServer = (options: HttpOptions, limits: HttpLimits, gate: RequestGate): Api =>
  Fastify({
    loggerInstance: options.logger.child({}, { redact: redactedPaths }),
    // `logRequests` writes one line a request instead of Fastify's two.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // A request without a Host is refused by the gate, with a body; Node's own answer has none.
    http: {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5000),
      requireHostHeader: false,
    },
    // Turned away by `drain`, with a code.
    return503OnClosing: false,
    clientErrorHandler: answerClientError(options.logger),
    routerOptions: { maxParamLength: 500, querystringParser: readQuery },
    ajv: { customOptions: validatorOptions },
    schemaController: { compilersFactory: { buildSerializer: lazySerializers() } },
    // Paths that no route can be looked up for pass by every hook, and by the gate with them.
    frameworkErrors: (error, request, reply) => {
      reply.headers(securityHeaders);
      try {
        gate.check(request.raw);
        answerError(error, request, reply);
      } catch (refusal) {
        answerError(refusal instanceof Error ? refusal : error, request, reply);
      }
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

/**
 * Builds the HTTP interface over the actions; it is ready and does not listen yet. The order of the hooks is the order of
 * the questions: may this host and origin talk to us, is the daemon up, who calls, is there such a path.
 * @returns the application: `app.listen` for TCP, `listenUnix(app, path)` for the socket, `app.close`
 */
export const buildHttp = async (options: HttpOptions): Promise<Api> => {
  const limits = { ...defaultLimits, ...options.limits };
  const gate = requestGate({ hosts: options.allowedHosts, origins: options.allowedOrigins });
  const app = createServer(options, limits, gate);
  const streams = streamSlots(limits.streams);
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  app.setErrorHandler(answerError);
  for (const schema of namedSchemas) app.addSchema(schema);

  app.addHook('onRoute', (route) => {
    if (route.config?.long !== true) route.handlerTimeout ??= limits.handlerTimeoutMs;
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    gate.check(request.raw);
    done();
  });
  await app.register(cors, {
    delegator: (request, answer) => {
      const { origin } = request.headers;
      answer(null, {
        origin: origin !== undefined && gate.originAllowed(request.raw, origin),
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
        allowedHeaders: ['Authorization', 'Content-Type', 'X-Makima-Tool-Key', 'Idempotency-Key', 'Last-Event-ID'],
        exposedHeaders: ['X-Makima-Error', 'X-Request-Id', 'Retry-After'],
        maxAge: 600,
        strictPreflight: false,
      });
    },
  });
  const { ending, isReady } = drain(app, options);
  const closeSilent = silentConnections(app.server);
  app.addHook('preClose', (done) => {
    closeSilent();
    done();
  });
  requireCredentials(app, options);
  refuseUnknownPaths(app);
  readRequests(app);
  logRequests(app);
  const metrics = measure(app, { actions: options.actions, openStreams: streams.open });

  await collectOpenapi(app, options.version);
  let yaml: string | undefined;
  options.routes(app, {
    actions: options.actions,
    streams,
    ending,
    isReady,
    metrics,
    openapiYaml: () => (yaml ??= openapiYaml(app)),
    openapiJson: () => app.swagger(),
  });
  await serveDocs(app);
  await app.ready();
  return app;
};
