import cors from '@fastify/cors';
import { plugin } from '../plugin.ts';
import type { RequestGate } from './request-gate.ts';

/** Tells browsers which pages may call, as the gate has it. A preflight is answered before anybody asks for a credential, which it cannot bring. */
export const crossOrigin = plugin<{ gate: RequestGate }>(
  { name: 'cross-origin', dependencies: ['gate', 'draining', 'credentials', 'known-paths'] },
  async (app, { gate }) => {
    // The preflight route takes OPTIONS on any path; where the request is no preflight, it is not there for it.
    app.addHook('onRoute', (route) => {
      if (route.url === '*') route.onRequest = [app.servedWhen('ready'), app.identify, app.refuseUnknown];
    });
    await app.register(cors, {
      delegator: (request, answer) => {
        const { origin } = request.headers;
        answer(null, {
          origin: origin !== undefined && gate.originAllowed(request.raw, origin),
          methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
          allowedHeaders: ['Authorization', 'Content-Type', 'X-Makima-Tool-Key', 'Idempotency-Key', 'Last-Event-ID'],
          exposedHeaders: ['X-Makima-Error', 'X-Makima-Over', 'X-Request-Id', 'Retry-After'],
          maxAge: 600,
          strictPreflight: false,
        });
      },
    });
  },
);
