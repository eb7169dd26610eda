import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { listenUnix } from '../../src/http/connections/unix-socket.ts';
import { taskId, toolKey } from './recorded-actions.ts';
import { ownerToken, serve } from './serve.ts';

const tasks = '/api/v1/mesh/tasks';

const get = async (
  target: { socketPath: string } | { port: number },
  headers: Record<string, string> = {},
  path = tasks,
): Promise<{ status: number; code: unknown; headers: IncomingMessage['headers'] }> => {
  const request = httpRequest({ host: '127.0.0.1', ...target, path, headers, agent: false });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, code: (JSON.parse(text) as { code?: unknown }).code, headers: response.headers };
};

/** The path of a socket is shorter than that of tap's own directories. */
const shortDirectory = async (t: Test): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'makima-'));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
};

void t.test('over TCP every path asks for a credential, except those that are open', async (t) => {
  const { url } = await serve(t);
  const closed = ['tasks', `tasks/${taskId}`, `tasks/${taskId}/events`, 'events', 'info', 'targets/exists?targetDir=/', 'nowhere'].map(
    (path) => `/api/v1/mesh/${path}`,
  );
  for (const path of [...closed, '/metrics', '/', '/nowhere', '/healthz/', '/docsx', '/docs/nowhere']) {
    const response = await fetch(url + path);
    const body = (await response.json()) as { code: string };
    t.strictSame([response.status, body.code], [401, 'UNAUTHENTICATED'], path);
    t.equal(response.headers.get('www-authenticate'), 'Bearer realm="makima"');
  }
  for (const path of [
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/openapi.yaml',
    '/docs',
    '/docs/static/swagger-ui-bundle.js',
    '/docs/static/swagger-ui.css',
  ]) {
    const response = await fetch(url + path);
    await response.arrayBuffer();
    t.equal(response.status, 200, path);
  }
});

void t.test('any wrong credential is refused, also beside a right one', async (t) => {
  const { port, calls } = await serve(t);
  const wrong: Record<string, string>[] = [
    { authorization: 'Bearer nope' },
    { authorization: `Bearer ${ownerToken}x` },
    { authorization: `Bearer ${ownerToken.slice(0, -1)}` },
    { authorization: ownerToken },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${Buffer.from(`x:${ownerToken}`).toString('base64')}` },
    { 'x-makima-tool-key': 'b'.repeat(64) },
    { 'x-makima-tool-key': '' },
    { 'x-makima-tool-key': ownerToken },
    { authorization: `Bearer ${toolKey}` },
    { authorization: `Bearer ${ownerToken}`, 'x-makima-tool-key': 'b'.repeat(64) },
    { authorization: 'Bearer nope', 'x-makima-tool-key': toolKey },
  ];
  for (const headers of wrong) {
    const answer = await get({ port }, headers);
    t.strictSame([answer.status, answer.code], [401, 'UNAUTHENTICATED'], JSON.stringify(headers));
  }
  t.notOk(
    calls.some(({ verb }) => verb === 'listTasks'),
    'no action was reached',
  );
});

void t.test('the owner and a tool key are told apart, and what a key never opens is 403', async (t) => {
  const { port, calls } = await serve(t);
  t.equal((await get({ port }, { authorization: `bearer ${ownerToken}` })).status, 200);
  t.strictSame(calls.at(-1)?.args[0], { kind: 'owner' });
  t.equal((await get({ port }, { 'x-makima-tool-key': toolKey })).status, 200);
  t.strictSame(calls.at(-1)?.args[0], { kind: 'tool-key', taskId, keyId: taskId });
  for (const path of ['/metrics', '/api/v1/mesh/info']) {
    const answer = await get({ port }, { 'x-makima-tool-key': toolKey }, path);
    t.strictSame([answer.status, answer.code], [403, 'FORBIDDEN'], path);
  }
});

void t.test('the unix socket is the owner, and nothing sent over TCP makes a connection one', async (t) => {
  const { app, port, calls } = await serve(t);
  const socketPath = join(await shortDirectory(t), 'makima.sock');
  const unix = await listenUnix(app, socketPath);
  t.teardown(() => unix.close());
  t.equal((await stat(socketPath)).mode & 0o777, 0o600);

  t.equal((await get({ socketPath })).status, 200);
  t.strictSame(calls.at(-1)?.args[0], { kind: 'owner' });
  t.equal((await get({ socketPath }, { host: 'whatever.example' })).status, 200, 'a Host means nothing there');
  t.equal((await get({ socketPath }, { origin: 'https://evil.example' })).code, 'ORIGIN_NOT_ALLOWED');
  t.equal((await get({ socketPath }, { authorization: 'Bearer nope' })).status, 401, 'a wrong token is told of');
  t.equal((await get({ socketPath }, { 'x-makima-tool-key': toolKey })).status, 200);
  t.strictSame(calls.at(-1)?.args[0], { kind: 'tool-key', taskId, keyId: taskId }, 'a key narrows the caller');

  for (const headers of [{ 'x-forwarded-for': 'unix:' }, { forwarded: 'for=unix' }, { 'x-real-ip': socketPath }, { via: 'unix' }]) {
    t.equal((await get({ port }, headers)).status, 401, JSON.stringify(headers));
  }
});

void t.test('the socket takes the place of one that a killed daemon left, is gone after close, and its path is checked', async (t) => {
  const { app } = await serve(t);
  const directory = await shortDirectory(t);
  const socketPath = join(directory, 'makima.sock');
  await writeFile(socketPath, '');
  await chmod(socketPath, 0o644);
  const unix = await listenUnix(app, socketPath);
  t.equal((await get({ socketPath })).status, 200);
  await unix.close();
  await t.rejects(stat(socketPath), { code: 'ENOENT' });
  await unix.close();
  await t.rejects(listenUnix(app, join(directory, 'x'.repeat(120))), /longer than the 103 bytes/);
  await t.rejects(listenUnix(app, join(directory, 'missing', 's')), { code: 'ENOENT' });
});

void t.test('closing the socket waits for an answer under way, and its connection does not outlive it', async (t) => {
  const waiting = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<undefined>();
  const drain = new AbortController();
  const { app } = await serve(t, {
    drainSignal: drain.signal,
    answers: {
      async listTasks() {
        asked.resolve(undefined);
        await waiting.promise;
        return { items: [], nextCursor: null };
      },
    },
  });
  const socketPath = join(await shortDirectory(t), 'makima.sock');
  const unix = await listenUnix(app, socketPath);
  // A client that keeps its connection as long as it is let.
  const client = connect(socketPath);
  let text = '';
  client.on('data', (chunk) => (text += chunk.toString()));
  client.write(`GET ${tasks} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await asked.promise;
  drain.abort();
  const closed = unix.close();
  waiting.resolve(undefined);
  await once(client, 'close');
  t.match(text, /^HTTP\/1.1 200 /);
  await closed;
});
