import { plugin } from '../plugin.ts';
import type { RequestGate } from './request-gate.ts';

/** For a page of an allowed origin: what it may read of an answer, and what its requests may be. */
const readable = { 'access-control-expose-headers': 'X-Makima-Error, X-Makima-Over, X-Request-Id, Retry-After, ETag, Link' };
const allowed = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, X-Makima-Tool-Key, Idempotency-Key, Last-Event-ID, If-None-Match, Mcp-Protocol-Version, Mcp-Method, Mcp-Name',
  'access-control-max-age': '600',
  'content-length': '0',
};

/** Tells browsers which pages may call, as the gate has it. A preflight is answered before anybody asks for a credential, which it cannot bring. */
export const crossOrigin = plugin<{ gate: RequestGate }>(
  { name: 'cross-origin', dependencies: ['gate', 'draining', 'credentials', 'known-paths'] },
  (app, { gate }) => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('vary', 'Origin');
      const { origin } = request.headers;
      if (origin === undefined || !gate.originAllowed(request.raw, origin)) {
        done();
        return;
      }
      reply.header('access-control-allow-origin', origin).headers(readable);
      if (request.method === 'OPTIONS') void reply.code(204).headers(allowed).send();
      else done();
    });
    // It takes OPTIONS on any path; where the request is no preflight, it is not there for it.
    app.options('*', { schema: { hide: true }, onRequest: [app.servedWhen('ready'), app.identify, app.refuseUnknown] }, (_request, reply) =>
      reply.callNotFound(),
    );
  },
);
