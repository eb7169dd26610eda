/** Who may open a WebSocket, and by what words. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { WebSocket } from 'ws';
import { listenUnix } from '../../src/http/connections/unix-socket.ts';
import { taskId, toolKey } from '../http/recorded-actions.ts';
import { takeCredential } from '../../src/websocket/handshake.ts';
import { ownerToken, serve } from '../http/serve.ts';
import { scratch } from '../support/daemon.ts';
import { clientOf, connect, refusal } from './client.ts';

const inBase64 = (secret: string): string => Buffer.from(secret).toString('base64url');
const token = { authorization: `Bearer ${ownerToken}` };
const key = { 'x-makima-tool-key': toolKey };

void t.test('the first frame says who is spoken to and as whom', async (t) => {
  const { url } = await serve(t);
  const { frames, next } = await connect(t, url);
  t.match(await next('authenticated'), {
    id: 'daemon-of-the-tests',
    version: '0.0.0-test',
    caller: { kind: 'owner', taskId: null },
    lastEventId: '0-tests',
    limits: { frameBytes: 20 * 1024 * 1024, commandsInFlight: 64, pingSeconds: 20 },
  });
  t.equal(frames[0]?.type, 'authenticated');
  const keyed = await connect(t, url, { headers: key });
  t.match(await keyed.next('authenticated'), { caller: { kind: 'tool-key', taskId } });
});

void t.test('a browser brings its credential among the protocols, of which the plain one is chosen and nothing is logged', async (t) => {
  const { url, log } = await serve(t);
  const owner = await connect(t, url, { headers: { origin: url }, protocols: ['makima.v1', `makima.token.${inBase64(ownerToken)}`] });
  t.match([owner.socket.protocol, (await owner.next('authenticated')).caller.kind], ['makima.v1', 'owner']);
  const keyed = await connect(t, url, { headers: {}, protocols: [`makima.key.${inBase64(toolKey)}`, 'makima.v1'] });
  t.match([keyed.socket.protocol, (await keyed.next('authenticated')).caller.kind], ['makima.v1', 'tool-key']);
  for (const client of [owner, keyed]) {
    client.socket.close();
    await client.closed;
  }
  for (const secret of [ownerToken, inBase64(ownerToken), toolKey, inBase64(toolKey)]) t.notOk(log.join('').includes(secret));
  t.ok(log.some((line) => line.includes('a WebSocket was opened')));
});

void t.test('what stands behind the handshake sees a header like any and no protocol that is a secret', (t) => {
  const headers = { 'sec-websocket-protocol': `other , makima.v1,makima.key.${inBase64(toolKey)}` };
  takeCredential(headers);
  t.strictSame(headers, { 'sec-websocket-protocol': 'other, makima.v1', ...key });
  t.end();
});

void t.test('what is no right credential is refused as on every route', async (t) => {
  const { url, app } = await serve(t);
  const cases: [options: Parameters<typeof refusal>[2], status: number, code: string][] = [
    [{ headers: {} }, 401, 'UNAUTHENTICATED'],
    [{ headers: { authorization: 'Bearer wrong' } }, 401, 'UNAUTHENTICATED'],
    [{ headers: { 'x-makima-tool-key': 'wrong' } }, 401, 'UNAUTHENTICATED'],
    [{ headers: { ...token, 'x-makima-tool-key': 'wrong' } }, 401, 'UNAUTHENTICATED'],
    [{ headers: {}, protocols: ['makima.v1'] }, 401, 'UNAUTHENTICATED'],
    [{ headers: {}, protocols: ['makima.v1', `makima.token.${inBase64('wrong')}`] }, 401, 'UNAUTHENTICATED'],
    [{ headers: {}, protocols: ['makima.v1', `makima.token.${inBase64('a\nb')}`] }, 401, 'UNAUTHENTICATED'],
    [{ headers: token, protocols: ['makima.v1', `makima.token.${inBase64(ownerToken)}`] }, 401, 'UNAUTHENTICATED'],
    [{ headers: {}, protocols: [`makima.token.${inBase64(ownerToken)}`] }, 400, 'VALIDATION_FAILED'],
    [{ headers: token, protocols: ['graphql-ws'] }, 400, 'VALIDATION_FAILED'],
    [{ headers: { ...token, host: 'evil.example' } }, 403, 'HOST_NOT_ALLOWED'],
    [{ headers: { ...token, origin: 'https://evil.example' } }, 403, 'ORIGIN_NOT_ALLOWED'],
    [{ headers: { ...token, origin: 'null' } }, 403, 'ORIGIN_NOT_ALLOWED'],
    [{ query: '?token=secret' }, 400, 'VALIDATION_FAILED'],
    [{ query: '?after=x' }, 400, 'VALIDATION_FAILED'],
    [{ query: '?taskId=x' }, 400, 'VALIDATION_FAILED'],
    [{ query: '?types=usage' }, 400, 'VALIDATION_FAILED'],
    [{ headers: { ...token, 'last-event-id': 'x' } }, 400, 'VALIDATION_FAILED'],
  ];
  for (const [options, status, code] of cases) t.match(await refusal(t, url, options), { status, code }, JSON.stringify(options));
  const connections = (): Promise<number> => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  while ((await connections()) > 0) await new Promise((resolve) => setImmediate(resolve));
  t.pass('a refused one holds no connection');
});

void t.test('it is counted among the streams, and given back', async (t) => {
  const { url, app } = await serve(t, { limits: { streams: 1 } });
  const gauge = async (): Promise<string | undefined> => /^makima_open_streams \d+$/m.exec((await app.measurements()).text)?.[0];
  const { socket, closed } = await connect(t, url);
  t.equal(await gauge(), 'makima_open_streams 1');
  t.match(await refusal(t, url), { status: 429, code: 'TOO_MANY_STREAMS' });
  socket.close();
  await closed;
  while ((await gauge()) !== 'makima_open_streams 0') await new Promise((resolve) => setImmediate(resolve));
  await connect(t, url);
});

void t.test('it can be had over the unix socket without a credential, and below a base path', async (t) => {
  const { app, url } = await serve(t, { basePath: '/makima' });
  const path = join(scratch(t), 's');
  const unix = await listenUnix(app, path);
  t.teardown(() => unix.close());
  const socket = new WebSocket(`ws+unix:${path}:/makima/api/v1/mesh/ws`);
  const client = clientOf(t, socket);
  t.match(await client.next('authenticated'), { caller: { kind: 'owner' } });
  t.match(await client.ask({ type: 'checkTargetExists', targetDir: '/x' }), { type: 'checkTargetExistsResult', exists: true });
  socket.close();
  t.equal((await client.closed).code, 1005);
  const below = await connect(t, `${url}/makima`);
  await below.next('authenticated');
});

void t.test('whoever does not ask for a WebSocket is told so, and any other upgrade is a request like any', async (t) => {
  const { call, port } = await serve(t);
  const plain = await call('ws');
  const { code } = JSON.parse(await plain.text());
  t.match([plain.status, plain.headers.get('upgrade'), code], [426, 'websocket', 'UPGRADE_REQUIRED']);

  const withBody = request({
    port,
    path: '/api/v1/mesh/tasks',
    method: 'POST',
    headers: { ...token, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '', 'content-type': 'application/json' },
  });
  withBody.end(JSON.stringify({ name: 'A', plan: 'B' }));
  const [response] = await once(withBody, 'response');
  t.match([response.statusCode, JSON.parse(await text(response)).name], [201, 'A'], 'of a client that offers HTTP/2');

  const elsewhere = request({ port, path: '/healthz', headers: { connection: 'upgrade', upgrade: 'websocket' } });
  elsewhere.end();
  const [health] = await once(elsewhere, 'response');
  t.equal(health.statusCode, 200);
  await text(health);

  const noKey = connectTcp(port, '127.0.0.1');
  noKey.write(
    `GET /api/v1/mesh/ws HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ownerToken}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  const answered = await text(noKey);
  t.match(answered, /^HTTP\/1\.1 400 /);
  t.match(JSON.parse(answered.slice(answered.indexOf('\r\n\r\n'))), { code: 'MALFORMED_REQUEST' });
});

void t.test('a daemon that is not ready yet takes none', async (t) => {
  let ready = false;
  const { url } = await serve(t, { isReady: () => ready });
  t.match(await refusal(t, url), { status: 503, code: 'NOT_READY' });
  ready = true;
  await connect(t, url);
});
