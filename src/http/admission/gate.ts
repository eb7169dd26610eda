import { plugin } from '../plugin.ts';
import type { RequestGate } from './request-gate.ts';

/** Of every answer; a scope whose answers are pages has a content policy of its own. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

declare module 'fastify' {
  interface FastifyRequest {
    /** What a proxy in front took off the front of the path: what the daemon makes of addresses begins with it. */
    readonly outerPath: string;
  }
}

/** The first question of every request, unknown paths included: may this host and origin talk to us. */
export const gate = plugin<{ gate: RequestGate }>({ name: 'gate', dependencies: [] }, (app, options) => {
  app.decorateRequest('outerPath', {
    getter() {
      return options.gate.proxies.read(this.raw)?.prefix ?? '';
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    options.gate.check(request.raw);
    done();
  });
});
