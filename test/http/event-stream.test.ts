import t from 'tap';
import fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TaskEvent } from '../../schemas/event.ts';
import { MakimaError } from '../../src/errors.ts';
import { openEventLog, type EventLog } from '../../src/events/event-log.ts';
import { sendEvents, sendNdjson, sendText } from '../../src/http/streams/event-stream.ts';
import { answerSignal } from '../../src/http/requests/request-signal.ts';
import type { StoredEvent } from '../../src/tasks/actions.ts';
import { feed } from '../support/feed.ts';

const id = '00000000-0000-4000-8000-000000000001';
const megabyte = 1024 * 1024;
const stored = (n: number, content: string): StoredEvent => {
  const event: TaskEvent = { id: n, taskId: id, type: 'output', at: '2026-01-02T03:04:05.678Z', stream: 'stdout', content };
  return { id: event.id, type: event.type, event, json: JSON.stringify(event), place: `${event.id}-x` };
};

interface Served {
  app: FastifyInstance;
  port: number;
  drain: AbortController;
  answers: ServerResponse[];
}

/** A server with one route for each kind of answer over the source. */
const serve = async (
  t: { teardown: (work: () => Promise<void>) => void },
  source: (signal: AbortSignal) => AsyncIterable<StoredEvent>,
  commentEveryMs = 15_000,
): Promise<Served> => {
  const app = fastify({ forceCloseConnections: true });
  const drain = new AbortController();
  const answers: ServerResponse[] = [];
  app.addHook('onRequest', (_request, reply, done) => {
    answers.push(reply.raw);
    reply.header('access-control-allow-origin', 'http://localhost:3000').header('vary', 'origin');
    done();
  });
  app.get('/sse', async (_request, reply) => {
    const signal = answerSignal(reply, drain.signal);
    return sendEvents(reply, feed(source(signal)), { signal, commentEveryMs });
  });
  app.get('/ndjson', async (_request, reply) => {
    const signal = answerSignal(reply, drain.signal);
    return sendNdjson(reply, feed(source(signal)), { signal });
  });
  for (const live of [false, true])
    app.get(live ? '/live' : '/text', async (_request, reply) => {
      const signal = answerSignal(reply, drain.signal);
      return sendText(
        reply,
        (async function* () {
          for await (const { json } of source(signal)) yield `${json.length}\n`;
        })(),
        { signal, live, silenceMs: commentEveryMs },
      );
    });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(async () => {
    drain.abort();
    await app.close();
  });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { app, port: address.port, drain, answers };
};

const get = async (port: number, path: string, method = 'GET'): Promise<IncomingMessage> => {
  const call = request({ port, host: '127.0.0.1', path, method });
  call.end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => call.once('response', resolve).once('error', reject));
  return answer;
};

const textOf = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += String(piece);
  return text;
};

async function* some(): AsyncGenerator<StoredEvent> {
  for (let n = 1; n <= 3; n++) {
    await nextTurn();
    yield stored(n, `line\n${n}\r\n\u2028`);
  }
}

void t.test('an event stream as the standard has it, with the headers that were set before', async (t) => {
  const { port } = await serve(t, some);
  const answer = await get(port, '/sse');
  t.equal(answer.statusCode, 200);
  t.match(answer.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'access-control-allow-origin': 'http://localhost:3000',
    vary: 'origin',
  });
  const text = await textOf(answer);
  const frames = text.split('\n\n');
  t.match(frames[0], /^retry: \d+$/);
  const events = frames.slice(1, -1).map((frame) => frame.split('\n'));
  t.equal(frames.at(-1), '');
  t.same(
    events,
    [1, 2, 3].map((n) => [`id: ${n}`, 'event: output', `data: ${stored(n, `line\n${n}\r\n\u2028`).json}`]),
  );
});

void t.test('NDJSON and text are the same events, one a line', async (t) => {
  const { port } = await serve(t, some);
  const ndjson = await get(port, '/ndjson');
  t.match(ndjson.headers, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'access-control-allow-origin': 'http://localhost:3000',
  });
  t.equal(await textOf(ndjson), [1, 2, 3].map((n) => `${stored(n, `line\n${n}\r\n\u2028`).json}\n`).join(''));
  const text = await get(port, '/text');
  t.match(text.headers, { 'content-type': 'text/plain; charset=utf-8' });
  t.equal((await textOf(text)).split('\n').length, 4);
});

void t.test('headers come at once where there is no event yet, then comments', async (t) => {
  const { port } = await serve(
    t,
    async function* (signal) {
      await once(signal, 'abort');
      yield* [];
    },
    5,
  );
  const answer = await get(port, '/sse');
  t.equal(answer.statusCode, 200);
  let comments = 0;
  for await (const text of createInterface(answer)) {
    if (text.startsWith(':')) comments++;
    if (comments === 3) break;
  }
  t.equal(comments, 3);
});

void t.test(
  'text that is followed says in silence that nothing came, before its first line too, and nothing else is lost by it',
  async (t) => {
    const goOn = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const { port } = await serve(
      t,
      async function* () {
        for (const [n, { promise }] of goOn.entries()) {
          await promise;
          yield stored(n, 'x');
        }
      },
      20,
    );
    const answer = await get(port, '/live');
    t.equal(answer.statusCode, 200, 'the headers come with the first such line');
    const lines: string[] = [];
    let silent = 0;
    for await (const line of createInterface(answer)) {
      const isSilence = line.startsWith('[makima] nothing new for ');
      silent = isSilence ? silent + 1 : 0;
      if (!isSilence) lines.push(line);
      if (silent === 2) goOn[lines.length]?.resolve(undefined);
    }
    t.strictSame(
      lines,
      [stored(0, 'x'), stored(1, 'x')].map(({ json }) => String(json.length)),
    );
  },
);

void t.test('an error before the first line is a normal answer, one in the middle is not taken for the end', async (t) => {
  for (const good of [0, 1]) {
    const { port } = await serve(t, async function* () {
      for (let n = 1; n <= good; n++) yield stored(n, 'x');
      await nextTurn();
      throw new MakimaError('EVENTS_GONE');
    });
    if (good === 0) {
      for (const path of ['/ndjson', '/text', '/live']) t.equal((await get(port, path)).statusCode, 410);
    } else {
      for (const path of ['/ndjson', '/text']) await t.rejects(async () => textOf(await get(port, path)), { code: 'ECONNRESET' });
      const text = await textOf(await get(port, '/sse'));
      t.match(
        text,
        /data: .*\n\nevent: gap\ndata: \{"type":"gap","code":"EVENTS_GONE","message":"The events asked for were deleted/,
        'an event stream ends, and names the gap',
      );
    }
  }
});

void t.test('HEAD is answered with the headers alone', async (t) => {
  const { port } = await serve(t, some);
  for (const path of ['/sse', '/ndjson', '/text', '/live']) {
    const answer = await get(port, path, 'HEAD');
    t.equal(answer.statusCode, 200);
    t.equal(await textOf(answer), '');
  }
});

void t.test('when the client leaves, the source is ended, parked or not', async (t) => {
  let ended = 0;
  let open = 0;
  const log = openEventLog({ directory: t.testdir(), now: () => new Date() });
  t.teardown(() => log.close());
  const { port } = await serve(t, async function* (signal) {
    open++;
    try {
      yield* log.follow(id, { after: 0, types: null, signal });
    } finally {
      ended++;
    }
  });
  log.append(id, [{ type: 'output', stream: 'stdout', content: 'x' }]);
  for (let n = 0; n < 20; n++) {
    const answer = await get(port, '/sse');
    await once(answer, 'data');
    answer.destroy();
  }
  while (ended < 20) await nextTurn();
  t.equal(open, 20);
});

void t.test('a source that never comes back holds nothing when the daemon drains', async (t) => {
  const { port, drain, app } = await serve(t, () => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
  }));
  const answer = await get(port, '/sse');
  const text = textOf(answer);
  drain.abort();
  t.match(await text, /^retry: \d+\n\n$/, 'the answer ends in order');
  await app.close();
});

void t.test('what ends because the daemon drains is not taken for the whole', async (t) => {
  const { port, drain } = await serve(t, async function* (signal) {
    yield stored(1, 'x');
    await once(signal, 'abort');
  });
  const answer = await get(port, '/ndjson');
  await once(answer, 'readable');
  const text = textOf(answer);
  drain.abort();
  await t.rejects(text, { code: 'ECONNRESET' });
});

const stall = async (port: number, path: string): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
};

void t.test('a client that stalls does not hold the daemon when it drains', async (t) => {
  const log = openEventLog({ directory: t.testdir(), now: () => new Date() });
  t.teardown(() => log.close());
  for (let n = 0; n < 40; n++) log.append(id, [{ type: 'output', stream: 'stdout', content: 'x'.repeat(megabyte) }]);
  log.append(id, [{ type: 'end', status: 'done' }]);
  const { port, drain, app, answers } = await serve(t, (signal) => log.follow(id, { after: 0, types: null, signal }));
  for (const path of ['/sse', '/ndjson']) {
    const socket = await stall(port, path);
    await once(socket, 'readable');
    t.teardown(() => {
      socket.destroy();
    });
  }
  const connections = async (): Promise<number> =>
    new Promise((resolve, reject) =>
      app.server.getConnections((error, count) => {
        if (error) reject(error);
        else resolve(count);
      }),
    );
  t.equal(await connections(), 2);
  while (!answers.every((answer) => answer.writableNeedDrain)) await nextTurn();
  drain.abort();
  while ((await connections()) > 0) await nextTurn();
  t.pass('no connection is left, though nobody has read');
});

const memory = (collect: () => void): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

void t.test('memory is flat while a client stalls, and it gets everything when it reads again', async (t) => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  const collect = (): void => {
    if (typeof gc === 'function') Reflect.apply(gc, undefined, []);
  };
  const log: EventLog = openEventLog({ directory: t.testdir(), now: () => new Date() });
  t.teardown(() => log.close());
  const { port } = await serve(t, (signal) => log.follow(id, { after: 0, types: null, signal }));
  const sockets: Socket[] = [];
  for (let n = 0; n < 5; n++) {
    const socket = await stall(port, '/sse');
    await once(socket, 'readable');
    sockets.push(socket);
    t.teardown(() => {
      socket.destroy();
    });
  }
  const before = memory(collect);
  let highest = 0;
  const count = 1000;
  const content = 'x'.repeat(100 * 1024);
  for (let n = 0; n < count; n++) {
    log.append(id, [{ type: 'output', stream: 'stdout', content: `${n} ${content}` }]);
    await nextTurn();
    if (n % 100 === 99) highest = Math.max(highest, memory(collect) - before);
  }
  log.append(id, [{ type: 'end', status: 'done' }]);
  t.ok(highest < 30 * megabyte, `five stalled clients held ${(highest / megabyte).toFixed(1)} MiB while 100 MiB were written`);
  t.ok(log.size(id) > 100 * megabyte * 0.95);

  const [socket] = sockets;
  if (socket === undefined) throw new Error('no client');
  const seen: number[] = [];
  let last = '';
  for await (const text of createInterface(socket)) {
    const match = /"content":"(\d+) x/.exec(text.slice(0, 300));
    if (match !== null) seen.push(Number(match[1]));
    if (text.startsWith('event: ')) last = text;
    if (text === '0') break;
  }
  t.same(
    seen,
    Array.from({ length: count }, (_, n) => n),
  );
  t.equal(last, 'event: end');
});

void t.test(
  'what a client is sent that reads late is its own task’s, though the memory of others was used again many times meanwhile',
  async (t) => {
    const log = openEventLog({ directory: t.testdir(), now: () => new Date() });
    t.teardown(() => log.close());
    const tasks = Array.from({ length: 6 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);
    const app = fastify({ forceCloseConnections: true });
    const drain = new AbortController();
    app.get<{ Params: { n: string } }>('/sse/:n', async (request, reply) => {
      const signal = answerSignal(reply, drain.signal);
      return sendEvents(reply, log.follow(tasks[Number(request.params.n)] ?? '', { after: 0, types: null, signal }), { signal });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    t.teardown(async () => {
      drain.abort();
      await app.close();
    });
    const address = app.server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const letters = 'abcdef';
    const lines = (n: number): { type: 'output'; stream: 'stdout'; content: string }[] =>
      Array.from({ length: 30 }, () => ({ type: 'output', stream: 'stdout', content: (letters[n] ?? '').repeat(2_000) }));
    for (const [n, task] of tasks.entries()) log.append(task, lines(n).slice(0, 1));
    const clients = await Promise.all(
      tasks.map(async (_task, n) => {
        const client = request({ port, path: `/sse/${n}` }).end();
        const [response]: [IncomingMessage] = await new Promise((resolve) => client.once('response', (answer) => resolve([answer])));
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        // Every second one takes nothing until all is written.
        if (n % 2 === 1) response.pause();
        return { response, text: () => text };
      }),
    );
    for (let round = 0; round < 120; round++) {
      for (const [n, task] of tasks.entries()) log.append(task, lines(n));
      await nextTurn();
    }
    for (const task of tasks) log.append(task, [{ type: 'end', status: 'done' }]);
    await Promise.all(
      clients.map(async ({ response }) => {
        const over = once(response, 'end');
        response.resume();
        await over;
      }),
    );
    for (const [n, { text }] of clients.entries()) {
      const data = [...text().matchAll(/^data: (.*)$/gm)].map(([, json]) => json ?? '');
      t.equal(data.length, 1 + 120 * 30 + 1);
      const own = `"content":"${(letters[n] ?? '').repeat(2_000)}"}`;
      if (!data.slice(0, -1).every((json) => json.includes(`"taskId":"${tasks[n]}"`) && json.endsWith(own)))
        t.fail(`client ${n} got something else`);
    }
  },
);
