import type { Api } from '../api.ts';
import { plugin } from '../plugin.ts';
import type { Scope } from './scopes.ts';

export interface ScopeOptions {
  scope: Scope;
  /** Adds its routes. */
  fill: (api: Api) => Promise<void> | void;
}

/**
 * A scope: an instance of its own below its prefix, whose routes are asked what it says, in this order: is the daemon up, who
 * calls, is there such a path. Host and origin were looked at before.
 */
export const openScope = plugin<ScopeOptions>(
  {
    name: 'scope',
    encapsulate: true,
    dependencies: ['gate', 'draining', 'credentials', 'deadlines', 'known-paths', 'cross-origin', 'read-requests', 'openapi'],
  },
  async (app, { scope, fill }) => {
    const { credentials, served, limits, contentPolicy } = scope;
    const inTime = app.answeredWithin(limits.handlerTimeoutMs);
    app.addHook('onRoute', (route) => {
      route.config = { credentials, ...route.config };
      if (credentials === 'none' && route.config.credentials !== 'none')
        throw new Error(`${route.url} asks for a credential in an open scope`);
      route.bodyLimit ??= limits.bodyBytes;
      if (route.config.long !== true) route.onRequest = [inTime, ...[route.onRequest ?? []].flat()];
    });
    if (contentPolicy !== undefined)
      app.addHook('onRequest', (_request, reply, done) => {
        reply.header('content-security-policy', contentPolicy);
        done();
      });
    app.addHook('onRequest', app.servedWhen(served));
    if (credentials !== 'none') app.addHook('onRequest', app.identify);
    app.addHook('onRequest', app.refuseEmptyParts);
    await fill(app);
  },
);
