import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { errorTable } from '../../src/error-table.ts';
import { MakimaError } from '../../src/errors.ts';
import { headerMessage } from '../../src/http/answers/error-answers.ts';
import { sampleTask, taskId } from './recorded-actions.ts';
import { ownerToken, serve } from './serve.ts';

interface Body {
  statusCode: number;
  code: string;
  error: string;
  message: string;
}

/** Sends bytes as they are and reads until the server closes. */
const raw = async (port: number, bytes: string | Buffer): Promise<{ status: number; head: string; body: Body }> => {
  const socket = connect(port, '127.0.0.1');
  // The server may close before it has read all of a request that it refuses.
  socket.on('error', () => socket.destroy());
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) as Body };
};

const authorized = `Authorization: Bearer ${ownerToken}\r\nConnection: close\r\n`;

void t.test('what is no HTTP is answered in the shape of every error', async (t) => {
  const { port, calls, log } = await serve(t);
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const cases: [name: string, request: string, status: number, code: string][] = [
    ['noise', 'hello\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00', 400, 'MALFORMED_REQUEST'],
    ['an unknown method', `FETCH /healthz HTTP/1.1\r\n${host}\r\n`, 400, 'MALFORMED_REQUEST'],
    [
      'a path that leads out of the documentation',
      `GET /docs/static/../../package.json HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      404,
      'ROUTE_NOT_FOUND',
    ],
    ['an unknown version', `GET /healthz HTTP/9.9\r\n${host}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a header without a name', `GET /healthz HTTP/1.1\r\n${host}: x\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a NUL in a header', `GET /healthz HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
    [
      'a length that is none',
      `POST /api/v1/mesh/tasks HTTP/1.1\r\n${host}${authorized}Content-Length: x\r\n\r\n`,
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'two lengths',
      `POST /api/v1/mesh/tasks HTTP/1.1\r\n${host}${authorized}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'length and chunks',
      `POST /api/v1/mesh/tasks HTTP/1.1\r\n${host}${authorized}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a bad chunk',
      `POST /api/v1/mesh/tasks HTTP/1.1\r\n${host}${authorized}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
      'MALFORMED_REQUEST',
    ],
    ['huge headers', `GET /healthz HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['a huge path', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['no Host', `GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n`, 403, 'HOST_NOT_ALLOWED'],
    ['no Host in HTTP/1.0', `GET /healthz HTTP/1.0\r\n\r\n`, 403, 'HOST_NOT_ALLOWED'],
    ['two Hosts', `GET /healthz HTTP/1.1\r\n${host}Host: evil.example\r\nConnection: close\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
    ['bad percent signs', `GET /api/v1/mesh/tasks/%zz HTTP/1.1\r\n${host}${authorized}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['percent signs that are no UTF-8', `GET /api/v1/mesh/tasks/%ff HTTP/1.1\r\n${host}${authorized}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['an endless id', `GET /api/v1/mesh/tasks/${'x'.repeat(5000)} HTTP/1.1\r\n${host}${authorized}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a NUL in the path', `GET /api/v1/mesh/tasks/%00 HTTP/1.1\r\n${host}${authorized}\r\n`, 400, 'VALIDATION_FAILED'],
    ['an absolute target', `GET http://evil.example/api/v1/mesh/nowhere HTTP/1.1\r\n${host}${authorized}\r\n`, 404, 'ROUTE_NOT_FOUND'],
    ['a star', `OPTIONS * HTTP/1.1\r\n${host}${authorized}\r\n`, 404, 'ROUTE_NOT_FOUND'],
    ['a strange method', `PROPFIND /api/v1/mesh/tasks HTTP/1.1\r\n${host}${authorized}\r\n`, 405, 'METHOD_NOT_ALLOWED'],
    [
      'an unknown expectation',
      `POST /api/v1/mesh/tasks HTTP/1.1\r\n${host}${authorized}Expect: the-best\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
      400,
      'VALIDATION_FAILED',
    ],
    [
      'an upgrade',
      `GET /api/v1/mesh/nowhere HTTP/1.1\r\n${host}Authorization: Bearer ${ownerToken}\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n`,
      404,
      'ROUTE_NOT_FOUND',
    ],
    ['trailing slash', `GET /api/v1/mesh/tasks/ HTTP/1.1\r\n${host}${authorized}\r\n`, 404, 'ROUTE_NOT_FOUND'],
  ];
  for (const [name, request, status, code] of cases) {
    const answer = await raw(port, request);
    t.strictSame([answer.status, answer.body.statusCode, answer.body.code], [status, status, code], name);
    t.match(answer.head.toLowerCase(), /content-type: application\/json/, name);
    t.ok(answer.head.includes(encodeURIComponent(answer.body.message)), `${name}: the message is in X-Makima-Error`);
  }
  t.strictSame(calls, []);
  t.strictSame(
    log.filter((line) => line.includes('"level":50')),
    [],
    'none of it is an error of ours',
  );
});

void t.test('a request that is never finished is answered and cut off', async (t) => {
  const { port, app } = await serve(t, { limits: { headersTimeoutMs: 50, requestTimeoutMs: 100 } });
  t.equal(app.server.headersTimeout, 50);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /healthz HTTP/1.1\r\n');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await once(socket, 'close');
  t.match(text, /^HTTP\/1.1 408 /);
  t.match(text, /"code":"REQUEST_TIMEOUT"/);
});

void t.test('an unknown path is 404, a known one with another method 405 that names the right ones', async (t) => {
  const { call, calls } = await serve(t);
  const cases: [method: string, path: string, status: number, allow: string | null][] = [
    ['GET', 'nowhere', 404, null],
    ['POST', 'tasks/', 405, 'DELETE, GET, HEAD, PUT'],
    ['PATCH', 'tasks', 405, 'GET, HEAD, POST'],
    ['DELETE', 'tasks', 405, 'GET, HEAD, POST'],
    ['POST', `tasks/${taskId}`, 405, 'DELETE, GET, HEAD, PUT'],
    ['GET', `tasks/${taskId}/start`, 405, 'POST'],
    ['HEAD', `tasks/${taskId}/events`, 405, 'GET'],
    ['HEAD', `tasks/${taskId}/wait`, 405, 'GET'],
    ['GET', `tasks/${taskId}/start/now`, 404, null],
    ['GET', `TASKS`, 404, null],
    ['POST', '/healthz', 405, 'GET, HEAD'],
    ['GET', '//healthz', 404, null],
  ];
  for (const [method, path, status, allow] of cases) {
    const response = await call(path === 'tasks/' ? '/api/v1/mesh/tasks/x' : path, {
      method,
      ...(method === 'POST' ? { headers: { 'content-type': 'text/odd' }, body: 'x' } : {}),
    });
    const text = await response.text();
    t.strictSame([response.status, response.headers.get('allow')], [status, allow], `${method} ${path}`);
    if (method !== 'HEAD') t.equal((JSON.parse(text) as Body).code, status === 404 ? 'ROUTE_NOT_FOUND' : 'METHOD_NOT_ALLOWED');
    t.ok(response.headers.get('x-makima-error'));
  }
  t.strictSame(calls, []);
});

void t.test('an id that is missing from a path is an unknown path, and the answer says what may be wrong', async (t) => {
  const { call, calls } = await serve(t);
  const cases: [method: string, path: string, says: RegExp][] = [
    [
      'GET',
      '/api/v1/mesh/tasks/',
      /"\/api\/v1\/mesh\/tasks\/"; perhaps "\/api\/v1\/mesh\/tasks" is meant, or an id is missing at the end\. /,
    ],
    ['PUT', '/api/v1/mesh/tasks/', /or an id is missing/],
    ['POST', '/api/v1/mesh/tasks/?x=1', /"\/api\/v1\/mesh\/tasks\/"; perhaps/],
    ['GET', '/api/v1/mesh/tasks//events', /; a part of it is empty/],
    ['POST', '/api/v1/mesh/tasks//start', /; a part of it is empty/],
    ['GET', `/api/v1/mesh/tasks/${taskId}/`, /; perhaps "[^"]+" is meant/],
    ['DELETE', `/api/v1/mesh/tasks/${taskId}/tool-keys/`, /or an id is missing/],
    ['GET', '/healthz/', /perhaps "\/healthz" is meant/],
    ['GET', '/api/v1/mesh/nowhere', /"\/api\/v1\/mesh\/nowhere"\. /],
  ];
  for (const [method, path, says] of cases) {
    const response = await call(path, { method });
    const body = (await response.json()) as Body;
    t.strictSame([response.status, body.code], [404, 'ROUTE_NOT_FOUND'], `${method} ${path}`);
    t.match(body.message, says);
  }
  t.strictSame(calls, []);
});

void t.test('HEAD is GET without its body', async (t) => {
  const { call } = await serve(t);
  const response = await call(`tasks/${taskId}`, { method: 'HEAD' });
  t.equal(response.status, 200);
  t.equal(await response.text(), '');
  const missing = await call(`tasks/${taskId.replace('3', '4')}`, { method: 'HEAD' });
  t.equal(missing.status, 404);
  t.match(missing.headers.get('x-makima-error'), /^There%20is%20no%20task/);
});

void t.test('an action that fails answers with its code, its details and its remedy', async (t) => {
  const { call } = await serve(t, {
    answers: {
      updateTask: () =>
        Promise.reject(
          new MakimaError('SUBTASKS_NOT_INTEGRATED', 'Work of 1 subtask is missing: ü', {
            details: { branches: ['a', 'b'], code: 'FORGED', statusCode: 1 },
          }),
        ),
    },
  });
  const response = await call(`tasks/${taskId}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', accept: 'text/plain' },
    body: '{"status":"done"}',
  });
  const message = `Work of 1 subtask is missing: ü. ${errorTable.SUBTASKS_NOT_INTEGRATED.remedy}.`;
  t.equal(response.status, 409);
  t.strictSame(await response.json(), {
    branches: ['a', 'b'],
    statusCode: 409,
    code: 'SUBTASKS_NOT_INTEGRATED',
    error: 'Conflict',
    message,
  });
  t.equal(decodeURIComponent(response.headers.get('x-makima-error') ?? ''), message);
});

void t.test('an unexpected failure tells the caller nothing of itself and is logged', async (t) => {
  const thrown = [
    new Error('secret /home/me/.ssh'),
    new TypeError('x is undefined: secret'),
    Object.assign(new Error('secret'), { statusCode: 404, code: 'ENOENT' }),
    Object.assign(new Error('secret'), { statusCode: 200, request: { headers: { authorization: `Bearer ${ownerToken}` } } }),
  ];
  for (const error of thrown) {
    const { call, log } = await serve(t, { answers: { getTask: () => Promise.reject(error) } });
    const response = await call(`tasks/${taskId}`);
    const text = await response.text();
    t.equal(response.status, 500);
    t.equal((JSON.parse(text) as Body).code, 'INTERNAL');
    t.notMatch(text + (response.headers.get('x-makima-error') ?? ''), /secret/);
    t.ok(log.some((line) => line.includes('"level":50') && line.includes('secret')));
    t.notOk(
      log.some((line) => line.includes(ownerToken)),
      'the token is in no log line',
    );
  }
});

void t.test('an answer that does not fit its schema is our failure', async (t) => {
  const { call } = await serve(t, {
    answers: {
      getWorktree: () =>
        Promise.resolve(JSON.parse('{"path":"/w"}') as { path: string; branch: null; baseCommit: null; exists: boolean; awaySince: null }),
    },
  });
  t.equal((await call(`tasks/${taskId}/worktree`)).status, 500);
});

void t.test('an action that hangs is answered for', async (t) => {
  const { call } = await serve(t, {
    limits: { handlerTimeoutMs: 50 },
    answers: {
      getTask: () => new Promise(() => undefined),
      waitForTask: async (_caller, _id, { signal }) =>
        signal.aborted ? Promise.reject(new Error('aborted')) : { task: sampleTask(), isOver: true },
    },
  });
  const response = await call(`tasks/${taskId}`);
  t.equal(response.status, 503);
  t.equal(((await response.json()) as Body).code, 'HANDLER_TIMEOUT');
  t.equal((await call(`tasks/${taskId}/wait`)).status, 200);
});

void t.test('any message fits into a header', (t) => {
  for (const message of [
    'plain',
    'ü日\u{1f600}',
    'a\r\nSet-Cookie: x',
    '\ud800 lone',
    `${'x'.repeat(1999)}\u{1f600}`,
    '\0\x1b[31m',
    'x'.repeat(100_000),
  ]) {
    const value = headerMessage(message);
    t.match(value, /^[\x21-\x7e]*$/);
    t.ok(message.toWellFormed().startsWith(decodeURIComponent(value).replace(/\ufffd$/, '')), JSON.stringify(message.slice(0, 20)));
  }
  t.end();
});
