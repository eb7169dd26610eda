import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { sampleTask, taskId, stored, outputEvent } from './recorded-actions.ts';
import { feed } from '../support/feed.ts';
import { ownerToken, serve } from './serve.ts';

void t.test('the service says that it lives, and that it is ready when it is', async (t) => {
  let ready = false;
  const { url, call } = await serve(t, { isReady: () => ready });
  t.strictSame(await (await fetch(`${url}/healthz`)).json(), { status: 'ok' });
  const early = await fetch(`${url}/readyz`);
  t.equal(early.status, 503);
  t.equal(((await early.json()) as { code: string }).code, 'NOT_READY');
  const task = await call(`tasks/${taskId}`);
  t.equal(task.status, 503, 'a task is not served before');
  t.ok(task.headers.get('retry-after'));
  t.equal((await fetch(`${url}/openapi.json`)).status, 200);
  ready = true;
  t.strictSame(await (await fetch(`${url}/readyz`)).json(), { status: 'ok' });
  t.equal((await call(`tasks/${taskId}`)).status, 200);
});

void t.test('while it drains, open answers end, new requests are 503 and no connection stays', async (t) => {
  const drain = new AbortController();
  const asked = Promise.withResolvers<undefined>();
  const { app, call, url, port } = await serve(t, {
    drainSignal: drain.signal,
    answers: {
      async waitForTask(_caller, _id, { signal }) {
        asked.resolve(undefined);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return { task: sampleTask({ status: 'running' }), isOver: false };
      },
      followAll(_caller, { signal }) {
        const events = async function* () {
          yield stored(outputEvent(1, 'a'));
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        };
        return Promise.resolve(feed(events()));
      },
    },
  });
  const waiting = call(`tasks/${taskId}/wait?timeout=3600`);
  const stream = await call('events');
  await asked.promise;
  drain.abort();
  const waited = await waiting;
  t.strictSame(
    [waited.status, ((await waited.json()) as { status: string }).status],
    [200, 'running'],
    'a long poll is answered with the task as it is',
  );
  t.match(await stream.text(), /^id: 1$/m, 'the stream has ended');

  const request = httpRequest({ host: '127.0.0.1', port, path: '/api/v1/mesh/tasks', headers: { authorization: `Bearer ${ownerToken}` } });
  request.end();
  const [refused] = (await once(request, 'response')) as [IncomingMessage];
  refused.resume();
  t.strictSame([refused.statusCode, refused.headers.connection], [503, 'close']);
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  t.equal((await fetch(`${url}/readyz`)).status, 503);
  await app.close();
});

void t.test('a connection that has asked for nothing does not hold the close', async (t) => {
  const { app, port } = await serve(t, { limits: { headersTimeoutMs: 600_000, requestTimeoutMs: 600_000 } });
  const connections = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  connections[1]?.write('GET /healthz HT');
  const ends = connections.map(async (connection) => {
    connection.resume();
    await once(connection, 'close');
  });
  // Both are accepted once a later one is answered.
  await (await fetch(`http://127.0.0.1:${port}/healthz`)).text();
  await app.close();
  await Promise.all(ends);
});

void t.test('a signal that fired before the start counts', async (t) => {
  const { call } = await serve(t, { drainSignal: AbortSignal.abort() });
  t.equal((await call('tasks')).status, 503);
});

void t.test('metrics are the requests by route, the tasks and the streams', async (t) => {
  const { call, url } = await serve(t);
  await call(`tasks/${taskId}`);
  await call(`tasks/${taskId.replace('3', '4')}`);
  await fetch(`${url}/nowhere`);
  const response = await call('/metrics');
  t.match(response.headers.get('content-type'), /^text\/plain; version=/);
  const text = await response.text();
  t.match(text, /makima_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/mesh\/tasks\/:taskId",status="200"\} 1/);
  t.match(text, /makima_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/mesh\/tasks\/:taskId",status="404"\} 1/);
  t.match(text, /route="none",status="401"\} 1/);
  t.notMatch(text, taskId, 'an id is no label');
  t.match(text, /^makima_tasks\{status="running"\} 3$/m);
  t.match(text, /^makima_open_streams 0$/m);
  t.match(text, /^process_cpu_seconds_total /m);
});

void t.test('info is what the daemon is', async (t) => {
  const { call } = await serve(t);
  t.match(await (await call('info')).json(), {
    version: '1',
    agents: [{ name: 'claude', problem: 'Not found' }],
    limits: { maxDepth: 2 },
    counts: { running: 3 },
  });
});

void t.test('/docs loads all that it needs from the daemon and may not be framed', async (t) => {
  const { url } = await serve(t);
  const page = await fetch(`${url}/docs`);
  const html = await page.text();
  const csp = page.headers.get('content-security-policy') ?? '';
  t.match(csp, /script-src 'self'/);
  t.notMatch(csp, /https:|upgrade-insecure-requests/);
  const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => new URL(match[1] ?? '', `${url}/docs/`));
  t.ok(sources.length >= 4);
  for (const source of sources) {
    t.equal(source.origin, url);
    const asset = await fetch(source);
    await asset.arrayBuffer();
    t.equal(asset.status, 200, source.pathname);
  }
});

void t.test('every answer keeps a browser from guessing and from storing', async (t) => {
  const { call } = await serve(t);
  for (const path of ['tasks', '/nowhere', '/%zz']) {
    const { headers } = await call(path);
    t.equal(headers.get('x-content-type-options'), 'nosniff', path);
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('x-frame-options'), 'DENY');
  }
});
