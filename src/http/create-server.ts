import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { securityHeaders } from './admission/gate.ts';
import type { RequestGate } from './admission/request-gate.ts';
import { answerError } from './answers/error-answers.ts';
import type { Api } from './api.ts';
import { noCompilers } from './compile-schemas.ts';
import { answerClientError } from './connections/client-errors.ts';
import { silentConnections } from './connections/silent-connections.ts';
import { requestsUpgradedAt } from './connections/upgrades.ts';
import type { HttpLimits } from './limits.ts';
import { redactedPaths } from './observation/logging.ts';
import { requestLog } from './observation/request-log.ts';
import { readQuery } from './requests/form-values.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What a server that serves the application makes of requests. */
    requestClass: ReturnType<typeof requestsUpgradedAt>;
  }
}

/**
 * Fastify as we set it: what it does with connections, what is no request, and failures.
 * @param socketPath - where a WebSocket can be asked for, whose listener for upgrades the server has then; nowhere if not given
 */
export const createServer = (
  logger: FastifyBaseLogger,
  limits: HttpLimits,
  gate: RequestGate,
  basePath: string,
  socketPath: string | null = null,
): Api => {
  const requestClass = requestsUpgradedAt(socketPath);
  const { proxies } = gate;
  const answerFailure = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void =>
    answerError(error, request, reply, (proxies.read(request.raw)?.prefix ?? '') + basePath);
  const app = Fastify({
    loggerInstance: logger.child({}, { redact: redactedPaths }),
    // `logRequests` writes one line a request instead of Fastify's two.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    childLoggerFactory: requestLog,
    trustProxy: proxies.areThere ? proxies.trusts : false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // A request without a Host is refused by the gate, with a body; Node's own answer has none.
    http: {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5000),
      requireHostHeader: false,
      IncomingMessage: requestClass,
    },
    // Turned away by `draining`, with a code.
    return503OnClosing: false,
    clientErrorHandler: answerClientError(logger),
    routerOptions: { maxParamLength: 500, querystringParser: readQuery },
    schemaController: { compilersFactory: noCompilers },
    // Paths that no route can be looked up for pass by every hook, and by the gate with them.
    frameworkErrors: (error, request, reply) => {
      reply.headers(securityHeaders);
      try {
        gate.check(request.raw);
        answerFailure(error, request, reply);
      } catch (refusal) {
        answerError(refusal instanceof Error ? refusal : error, request, reply, basePath);
      }
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.decorate('requestClass', requestClass);
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  app.setErrorHandler(answerFailure);
  const closeSilent = silentConnections(app.server);
  app.addHook('preClose', (done) => {
    closeSilent();
    done();
  });
  return app;
};
