import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import t from 'tap';
import { MakimaError } from '../../src/errors.ts';
import { sampleTask, taskId } from './recorded-actions.ts';
import { ownerToken, serve } from './serve.ts';

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
}

const hasZstd = typeof zstdDecompressSync === 'function';
const opened: Record<string, (bytes: Buffer) => Buffer> = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

void t.test('large answers are compressed as the caller would have them', async (t) => {
  const plan = 'do this, then that\n'.repeat(3000);
  const items = Array.from({ length: 500 }, (_, n) => sampleTask(n === 0 ? { plan } : {}));
  const { url, call } = await serve(t, {
    answers: {
      listTasks: () => Promise.resolve({ items, nextCursor: null }),
      getTask: (_caller, id) => Promise.resolve(sampleTask(id === taskId ? { plan } : {})),
    },
  });
  /** What comes over the wire: fetch would open it. */
  const raw = (path: string, more: Record<string, string> = {}, method = 'GET'): Promise<Raw> =>
    new Promise((resolve, reject) => {
      const asked = request(
        `${url}/api/v1/mesh/${path}`,
        { method, headers: { authorization: `Bearer ${ownerToken}`, ...more } },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(pieces) }));
        },
      );
      asked.on('error', reject);
      asked.end();
    });

  const plain = await raw('tasks');
  t.equal(plain.headers['content-encoding'], undefined, 'not where nobody asks for it');
  t.match(plain.headers.vary, /Accept-Encoding/);
  t.match(plain.headers.etag, /^"/);

  for (const [wish, expected] of [
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', hasZstd ? 'zstd' : 'br'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['*', hasZstd ? 'zstd' : 'br'],
    ['*;q=0, GZIP', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['deflate', undefined],
    ['', undefined],
    [';;q=,,=', undefined],
  ] as const) {
    const { headers: got, bytes } = await raw('tasks', { 'accept-encoding': wish });
    t.equal(got['content-encoding'], expected, wish);
    t.equal(got['content-length'], String(bytes.length));
    const open = opened[expected ?? ''] ?? ((same) => same);
    t.equal(open(bytes).toString(), plain.bytes.toString());
    if (expected === undefined) continue;
    t.ok(bytes.length < plain.bytes.length / 5);
    t.equal(got.etag, String(plain.headers.etag).replace(/"$/, `.${expected}"`), 'other bytes have another strong tag');
    const again = await raw('tasks', { 'accept-encoding': wish, 'if-none-match': String(got.etag) });
    t.strictSame([again.status, again.headers.etag, again.bytes.length], [304, got.etag, 0]);
    const head = await raw('tasks', { 'accept-encoding': wish }, 'HEAD');
    for (const name of ['content-encoding', 'content-length', 'etag', 'content-type', 'vary']) t.equal(head.headers[name], got[name], name);
    t.equal(head.bytes.length, 0);
  }

  const lines = await raw('tasks', { accept: 'text/plain' });
  const text = await raw('tasks', { 'accept-encoding': 'gzip', accept: 'text/plain' });
  t.equal(text.headers['content-encoding'], 'gzip');
  t.match(text.headers.vary, /Accept\b.*Accept-Encoding/);
  t.equal(gunzipSync(text.bytes).toString(), lines.bytes.toString());
  const small = await raw(`tasks/${taskId.replace(/^./, '4')}`, { 'accept-encoding': 'gzip' });
  t.strictSame([small.headers['content-encoding'], small.status], [undefined, 200]);
  t.match(small.headers.etag, /^"/);
  t.notMatch(small.headers.vary, /Encoding/);
  const yaml = await call('/openapi.yaml', { headers: { 'accept-encoding': 'br' } });
  t.equal(yaml.headers.get('content-encoding'), 'br');
});

void t.test('so is a patch, which comes piece by piece', async (t) => {
  const line = Buffer.from('+a line of a patch, and a byte of no UTF-8: \xff\n', 'latin1');
  let piece = line;
  let count = 0;
  let fails = false;
  let ended = Promise.withResolvers<undefined>();
  const { call } = await serve(t, {
    answers: {
      diffPatch: () =>
        Promise.resolve(
          (async function* () {
            try {
              for (let n = 0; n < count; n++) yield await Promise.resolve(piece);
              if (fails) throw new MakimaError('GIT_FAILED', 'in the middle');
            } finally {
              ended.resolve(undefined);
            }
          })(),
        ),
    },
  });
  const diff = (headers: Record<string, string>, init: RequestInit = {}): Promise<Response> =>
    call(`tasks/${taskId}/diff`, { ...init, headers: { accept: 'text/plain', ...headers } });
  for (const [lines, wish, expected] of [
    [5000, 'gzip', 'gzip'],
    [5000, 'identity', null],
    [5, 'gzip', null],
    [0, 'gzip', null],
  ] as const) {
    count = lines;
    const response = await diff({ 'accept-encoding': wish });
    t.equal(response.headers.get('content-encoding'), expected, `${lines} ${wish}`);
    t.equal(response.headers.get('content-type'), 'text/plain');
    const bytes = Buffer.from(await response.arrayBuffer());
    t.ok(bytes.equals(Buffer.concat(Array.from({ length: lines }, () => line))), 'as it was, opened');
  }
  fails = true;
  count = 5;
  t.match(await (await diff({ 'accept-encoding': 'gzip' })).json(), { code: 'GIT_FAILED' }, 'what fails at once is an answer');
  piece = randomBytes(50_000);
  count = 20;
  const cut = await diff({ 'accept-encoding': 'gzip' });
  await t.rejects(cut.arrayBuffer(), 'what fails in the middle is not taken for the whole');
  count = Infinity;
  ended = Promise.withResolvers<undefined>();
  const leaving = new AbortController();
  await diff({ 'accept-encoding': 'gzip' }, { signal: leaving.signal });
  leaving.abort();
  await ended.promise;
});

void t.test('what is streamed is not', async (t) => {
  const { call } = await serve(t);
  for (const [path, accept] of [
    [`tasks/${taskId}/events`, '*/*'],
    ['events', '*/*'],
    [`tasks/${taskId}/output`, 'text/plain'],
    [`tasks/${taskId}/output`, 'application/x-ndjson'],
  ] as const) {
    const response = await call(path, { headers: { 'accept-encoding': 'gzip, br, zstd', accept } });
    t.equal(response.headers.get('content-encoding'), null, path);
    await response.text();
  }
});
