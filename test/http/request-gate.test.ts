import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import t from 'tap';
import { ownerToken, serve } from './serve.ts';

/** fetch forbids setting Host; a page that rebinds its name does not ask fetch. */
const ask = async (
  port: number,
  headers: Record<string, string>,
  path = '/healthz',
  method = 'GET',
): Promise<{ status: number; code: unknown; headers: IncomingMessage['headers'] }> => {
  const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const body = text.startsWith('{') ? (JSON.parse(text) as { code?: unknown }) : {};
  return { status: response.statusCode ?? 0, code: body.code, headers: response.headers };
};

void t.test('the Host has to be ours, on every path', async (t) => {
  const { port } = await serve(t, { allowedHosts: ['box.lan', 'other.lan:9000'] });
  const good = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    `[::1]:${port}`,
    // A port that ssh, docker or an editor forwards to ours.
    'localhost:9000',
    `127.0.0.1:${port + 1}`,
    '[::1]:9000',
    '127.0.0.1',
    'localhost',
    'localhost.',
    'box.lan',
    'box.lan:1234',
    'other.lan:9000',
  ];
  for (const host of good) t.equal((await ask(port, { host })).status, 200, host);
  const bad = [
    'evil.example',
    `evil.example:${port}`,
    `localhost.evil.example:${port}`,
    '127.0.0.1.nip.io',
    'other.lan',
    'other.lan:1',
    'localhost:',
    '127.0.0.1@evil',
    '[::1',
    '2130706433',
    '0.0.0.0',
    '127.1',
  ];
  for (const host of bad) {
    for (const path of [
      '/healthz',
      '/docs',
      '/openapi.json',
      '/api/v1/mesh/tasks',
      '/nowhere',
      '/%zz',
      '/api/v1/mesh/tasks/' + 'x'.repeat(1000),
    ]) {
      const answer = await ask(port, { host, authorization: `Bearer ${ownerToken}` }, path);
      t.strictSame([answer.status, answer.code], [403, 'HOST_NOT_ALLOWED'], `${JSON.stringify(host)} ${path.slice(0, 30)}`);
    }
  }
});

void t.test('a web page may call only from an allowed origin or from our own /docs', async (t) => {
  const { port, calls } = await serve(t, { allowedOrigins: ['https://tool.example'] });
  const authorization = `Bearer ${ownerToken}`;
  const post = (origin: string, method = 'POST', extra: Record<string, string> = {}) =>
    ask(
      port,
      { host: `127.0.0.1:${port}`, authorization, origin, ...extra },
      '/api/v1/mesh/tasks/3f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e11/start',
      method,
    );

  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost:1',
    `https://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    'https://tool.example.evil.example',
    '',
  ]) {
    const answer = await post(origin);
    t.strictSame([answer.status, answer.code], [403, 'ORIGIN_NOT_ALLOWED'], origin);
    t.equal(answer.headers['access-control-allow-origin'], undefined);
    t.equal((await post(origin, 'OPTIONS', { 'access-control-request-method': 'POST' })).status, 403, `preflight of ${origin}`);
  }
  t.strictSame(calls, [], 'no action was reached');

  const allowed = await post('https://tool.example');
  t.equal(allowed.status, 202);
  t.equal(allowed.headers['access-control-allow-origin'], 'https://tool.example');
  t.match(allowed.headers.vary, /Origin/);
  t.equal(allowed.headers['access-control-allow-credentials'], undefined);
  t.equal((await post(`http://127.0.0.1:${port}`)).status, 202, 'the origin of /docs');
});

void t.test('a preflight of an allowed origin needs no credential and allows what the API takes', async (t) => {
  const { port } = await serve(t, { allowedOrigins: ['https://tool.example'] });
  const answer = await ask(
    port,
    {
      host: `127.0.0.1:${port}`,
      origin: 'https://tool.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-makima-tool-key',
    },
    '/api/v1/mesh/tasks',
    'OPTIONS',
  );
  t.equal(answer.status, 204);
  t.match(answer.headers['access-control-allow-methods'], /PUT/);
  t.match(answer.headers['access-control-allow-headers'], /X-Makima-Tool-Key/);
  t.match(answer.headers['access-control-allow-headers'], /Last-Event-ID/);
  t.match(
    answer.headers['access-control-allow-headers'],
    /Mcp-Protocol-Version, Mcp-Method, Mcp-Name/,
    'what clients of MCP send in a page',
  );
});

void t.test('OPTIONS without an origin is a method that no path has', async (t) => {
  const { port } = await serve(t);
  const answer = await ask(port, { host: `127.0.0.1:${port}`, authorization: `Bearer ${ownerToken}` }, '/api/v1/mesh/tasks', 'OPTIONS');
  t.strictSame([answer.status, answer.code, answer.headers.allow], [405, 'METHOD_NOT_ALLOWED', 'GET, HEAD, POST']);
});
