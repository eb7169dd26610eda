import Fastify from 'fastify';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { credentials } from '../../src/http/admission/credentials.ts';
import { crossOrigin } from '../../src/http/admission/cross-origin.ts';
import { deadlines } from '../../src/http/admission/deadlines.ts';
import { draining } from '../../src/http/admission/draining.ts';
import { gate } from '../../src/http/admission/gate.ts';
import { knownPaths } from '../../src/http/admission/known-paths.ts';
import { trustedProxies } from '../../src/http/admission/forwarded.ts';
import { requestGate } from '../../src/http/admission/request-gate.ts';
import type { Api } from '../../src/http/api.ts';
import { createServer } from '../../src/http/create-server.ts';
import { openapi } from '../../src/http/documents/openapi.ts';
import { fixedLimits } from '../../src/http/limits.ts';
import { readRequests } from '../../src/http/requests/read-requests.ts';
import { openScope } from '../../src/http/scopes/open-scope.ts';
import { scopes, type Scope } from '../../src/http/scopes/scopes.ts';
import { recordedActions, toolKey } from './recorded-actions.ts';
import { ownerToken } from './serve.ts';

const limits = { ...fixedLimits, bodyBytes: 1000, streams: 1 };
const { mesh } = scopes(limits);
const host = '127.0.0.1';

/** A server with everything that scopes stand on, and none. */
const server = async (t: Test, isReady = () => true): Promise<Api> => {
  const doors = requestGate({ hosts: [], origins: [] }, trustedProxies([]));
  const app = createServer(pino({ level: 'silent' }), limits, doors, '');
  t.teardown(() => app.close());
  await app.register(gate, { gate: doors });
  await app.register(draining, { drainSignal: new AbortController().signal, isReady });
  await app.register(credentials, { ownerToken, actions: recordedActions().actions });
  await app.register(deadlines);
  await app.register(knownPaths, { basePath: '' });
  await app.register(crossOrigin, { gate: doors });
  await app.register(readRequests);
  await app.register(openapi, { version: '1', basePath: '' });
  return app;
};

const echo = (api: Api): void => {
  api.post('/echo', (request, reply) => reply.send({ body: request.body, caller: request.caller?.kind ?? null }));
};

const post = async (app: Api, path: string, headers: Record<string, string> = {}, body: object = {}): Promise<Response> => {
  const response = await fetch(`${app.listeningOrigin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response;
};

void t.test('scopes beside each other have each its own credentials, content policy and limits', async (t) => {
  const app = await server(t);
  const open: Scope = {
    ...mesh,
    credentials: 'none',
    limits: { bodyBytes: 50, handlerTimeoutMs: 1000 },
    contentPolicy: "default-src 'self'",
  };
  await app.register(openScope, { prefix: '/open', scope: open, fill: echo });
  await app.register(openScope, { prefix: '/any', scope: mesh, fill: echo });
  await app.register(openScope, { prefix: '/owner', scope: { ...mesh, credentials: 'owner' }, fill: echo });
  await app.listen({ host, port: 0 });

  const key = { 'x-makima-tool-key': toolKey };
  const token = { authorization: `Bearer ${ownerToken}` };
  const statuses = async (headers: Record<string, string>, body?: object) =>
    Promise.all(['/open/echo', '/any/echo', '/owner/echo'].map(async (url) => (await post(app, url, headers, body)).status));
  t.strictSame(await statuses({}), [200, 401, 401]);
  t.strictSame(await statuses(key), [200, 200, 403]);
  t.strictSame(await statuses(token), [200, 200, 200]);
  t.strictSame(await statuses({ 'x-makima-tool-key': 'wrong' }), [200, 401, 401], 'an open route asks nobody');
  t.strictSame(await statuses(token, { text: 'x'.repeat(100) }), [413, 200, 200]);
  t.strictSame(await statuses(token, { text: 'x'.repeat(1000) }), [413, 413, 413]);
  const policies = await Promise.all(
    ['/open/echo', '/any/echo'].map(async (url) => (await post(app, url, token)).headers.get('content-security-policy')),
  );
  t.strictSame(policies, ["default-src 'self'", "default-src 'none'; frame-ancestors 'none'"]);
});

void t.test('each scope is served in its time', async (t) => {
  let ready = false;
  const app = await server(t, () => ready);
  for (const served of ['always', 'until the end', 'ready'] as const)
    await app.register(openScope, {
      prefix: `/${served.replaceAll(' ', '-')}`,
      scope: { ...mesh, credentials: 'none', served },
      fill: echo,
    });
  await app.listen({ host, port: 0 });
  const statuses = () =>
    Promise.all(['/always/echo', '/until-the-end/echo', '/ready/echo'].map(async (url) => (await post(app, url)).status));
  t.strictSame(await statuses(), [200, 200, 503]);
  ready = true;
  t.strictSame(await statuses(), [200, 200, 200]);
});

void t.test('a scope without what it stands on, and a route that its scope cannot ask for a credential, stop the build', async (t) => {
  const bare = Fastify();
  bare.register(openScope, { prefix: '', scope: mesh, fill: echo });
  await t.rejects(async () => bare.ready(), /dependency 'gate' of plugin 'scope' is not registered/);

  const app = await server(t);
  app.register(openScope, {
    prefix: '/open',
    scope: { ...mesh, credentials: 'none' },
    fill: (api) => {
      api.get('/secret', { config: { credentials: 'owner' } }, (_request, reply) => reply.send());
    },
  });
  await t.rejects(async () => app.ready(), /\/open\/secret asks for a credential in an open scope/);
});
