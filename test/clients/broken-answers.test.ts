/** What a client does where a daemon, or what stands in front of it, breaks off, is away, lies, or says nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { connect, type Makima } from '../../clients/typescript/index.ts';
import { scratch } from '../support/daemon.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const taskId = '00000000-0000-4000-8000-000000000001';
const event = (id: number, type = 'output') => ({ id, taskId, type, at: '2026-01-02T03:04:05.678Z', content: `line ${id}` });
const frame = (id: number, type = 'output', end = '\n') =>
  [`id: ${id}-home`, `event: ${type}`, `data: ${JSON.stringify(event(id, type))}`, '', ''].join(end);
const json =
  (body: unknown, status = 200): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const stream =
  (text: string, how: 'end' | 'break' | 'hold' = 'end'): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text, () => {
      if (how === 'end') response.end();
      if (how === 'break') response.destroy();
    });
  };
const notReady: Answer = (_request, response) =>
  void response
    .writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
    .end(JSON.stringify({ statusCode: 503, code: 'NOT_READY', message: 'The daemon is starting.' }));

/** A server that answers one request after the other as it is told; `asked` has what they were. */
const scripted = async (t: Test, over: 'an address' | 'a socket', answers: Answer[]): Promise<{ makima: Makima; asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/readyz') {
      json({ status: 'ok' })(request, response);
      return;
    }
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const answer = answers.shift();
    if (answer === undefined) t.fail(`nobody expected ${asked.at(-1) ?? ''}`);
    else answer(request, response);
  });
  const socket = join(scratch(t), 's');
  if (over === 'a socket') server.listen(socket);
  else server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const makima = await connect(typeof address === 'string' ? { socket } : { url: `http://127.0.0.1:${address?.port ?? 0}`, token: 'x' });
  t.teardown(() => {
    makima.close();
    server.closeAllConnections();
    server.close();
  });
  return { makima, asked };
};

const idsOf = async (items: AsyncIterable<{ id: number }>): Promise<number[]> => {
  const ids: number[] = [];
  for await (const { id } of items) ids.push(id);
  return ids;
};

const events = `GET /api/v1/mesh/tasks/${taskId}/events`;

for (const over of ['an address', 'a socket'] as const) {
  void t.test(`over ${over}: a stream that is cut anywhere goes on after its last whole event`, async (t) => {
    const whole = [1, 2, 3].map((id) => frame(id)).join('');
    const { makima, asked } = await scripted(t, over, [
      stream(`retry: 1000\n\n${whole.slice(0, whole.length - 10)}`, 'break'),
      stream(''),
      notReady,
      (_request, response) => response.destroy(),
      stream(`: still here\n\n${frame(3, 'output', '\r\n')}${frame(4, 'end')}`, 'break'),
      stream(frame(5, 'end')),
      stream(''),
    ]);
    t.strictSame(await idsOf(makima.events({ taskId })), [1, 2, 3, 4, 5]);
    t.strictSame(asked, [events, ...['2-home', '2-home', '2-home', '2-home', '4-home', '5-home'].map((id) => `${events}?after=${id}`)]);
  });

  void t.test(`over ${over}: where a stream of all begins is known before its first event`, async (t) => {
    const { makima, asked } = await scripted(t, over, [stream('retry: 1000\nid: 7-home\n\n', 'break'), stream(frame(8), 'hold')]);
    const next = await makima.events().next();
    t.equal(next.value?.id, 8);
    t.strictSame(asked, ['GET /api/v1/mesh/events', 'GET /api/v1/mesh/events?after=7-home']);
  });

  void t.test(`over ${over}: events that are gone are an error, at the begin and in the middle`, async (t) => {
    const gone = { code: 'EVENTS_GONE', message: 'They were deleted.', trimmedThrough: 7 };
    const { makima } = await scripted(t, over, [
      json({ statusCode: 410, error: 'Gone', ...gone }, 410),
      stream(`${frame(1)}event: gap\ndata: ${JSON.stringify({ type: 'gap', ...gone })}\n\n`),
    ]);
    const wanted = { name: 'MakimaError', code: 'EVENTS_GONE', status: 410, message: gone.message, details: { trimmedThrough: 7 } };
    await t.rejects(makima.events({ taskId, after: '1-other' }).next(), wanted);
    const slow = makima.events({ taskId });
    t.equal((await slow.next()).value?.id, 1);
    await t.rejects(slow.next(), wanted);
    t.strictSame(await slow.next(), { done: true, value: undefined }, 'and then it is over');
  });

  void t.test(`over ${over}: the states of tasks are no end, and come again after a break`, async (t) => {
    const state = frame(9, 'task');
    const { makima, asked } = await scripted(t, over, [
      stream(`${frame(9, 'end')}${state}`),
      stream(state),
      stream(frame(1, 'task'), 'break'),
      stream(`${frame(1, 'task')}${frame(1, 'snapshot')}${frame(2)}`, 'hold'),
    ]);
    t.strictSame(await idsOf(makima.events({ taskId, types: ['end', 'task'] })), [9, 9, 9]);
    const list = makima.events({ snapshot: true, types: ['status'], view: 'summary' });
    const types: string[] = [];
    for (let count = 0; count < 3; count += 1) types.push((await list.next()).value?.type ?? '');
    t.strictSame(types, ['task', 'task', 'snapshot']);
    t.strictSame(asked.slice(2), [
      'GET /api/v1/mesh/events?types=status&view=summary&snapshot=true',
      'GET /api/v1/mesh/events?after=1-home&types=status&view=summary&snapshot=true',
    ]);
  });

  void t.test(`over ${over}: output that breaks off goes on after its last whole line`, async (t) => {
    const lines = [1, 2, 3].map((id) => `${JSON.stringify(event(id))}\n`).join('');
    const ndjson =
      (text: string, how: 'end' | 'break'): Answer =>
      (_request, response) => {
        response
          .writeHead(200, { 'content-type': 'application/x-ndjson' })
          .write(text, () => (how === 'end' ? response.end() : response.destroy()));
      };
    const { makima, asked } = await scripted(t, over, [
      ndjson(lines.slice(0, -5), 'break'),
      ndjson(`${JSON.stringify(event(3))}\n`, 'end'),
    ]);
    t.strictSame(await idsOf(makima.output(taskId, { tail: 3 })), [1, 2, 3]);
    const output = `GET /api/v1/mesh/tasks/${taskId}/output`;
    t.strictSame(asked, [`${output}?tail=3`, `${output}?after=2`]);
  });

  void t.test(`over ${over}: what a reader has not asked for waits at the daemon`, async (t) => {
    const long = frame(1).replace('line 1', 'x'.repeat(100_000));
    let written = (): number => 0;
    const endless: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      written = () => response.socket?.bytesWritten ?? 0;
      const pump = (): void => {
        if (response.destroyed) return;
        if (response.write(long)) setImmediate(pump);
        else response.once('drain', pump);
      };
      pump();
    };
    const { makima } = await scripted(t, over, [endless, ...Array.from({ length: 300 }, () => json({ id: 'me' }))]);
    const events = makima.events();
    await events.next();
    // Time enough to read ten times as much.
    for (let count = 0; count < 300; count += 1) await makima.info();
    t.ok(written() > long.length && written() < 16 * 1024 * 1024, `${written()} bytes were sent`);
    await events.return?.();
  });

  void t.test(`over ${over}: what can be repeated is, once the daemon is there; another is not`, async (t) => {
    const broken: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"id":', () => response.destroy());
    };
    const gateway: Answer = (_request, response) =>
      void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad  Gateway</h1>');
    const { makima, asked } = await scripted(t, over, [
      broken,
      gateway,
      notReady,
      json({ id: 'me' }),
      (_request, response) => response.destroy(),
      json({ id: taskId }, 201),
      (_request, response) => response.destroy(),
      notReady,
      gateway,
    ]);
    t.strictSame(await makima.info(), { id: 'me' });
    t.match(await makima.createTask({ name: 'a', plan: 'b' }), { id: taskId }, 'a key makes it one that can');
    await t.rejects(makima.startTask(taskId), { code: 'CONNECTION_LOST', status: 0, message: /See whether it was done/ });
    await t.rejects(makima.startTask(taskId), { code: 'NOT_READY', status: 503 });
    await t.rejects(makima.startTask(taskId), {
      code: 'UNEXPECTED_ANSWER',
      status: 502,
      message: /502 Bad Gateway.*<h1>Bad Gateway<\/h1>/,
    });
    t.equal(asked.length, 9);
  });

  void t.test(`over ${over}: what is no makima is told so`, async (t) => {
    const html: Answer = (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>');
    const { makima } = await scripted(t, over, [html, html, html, html, stream('data: no JSON\n\n'), json([])]);
    await t.rejects(makima.info(), { code: 'UNEXPECTED_ANSWER', message: /no JSON/ });
    await t.rejects(makima.wait(taskId), { code: 'UNEXPECTED_ANSWER' });
    await t.rejects(makima.events().next(), { code: 'UNEXPECTED_ANSWER', message: /text\/html in place of text\/event-stream/ });
    await t.rejects(makima.output(taskId).next(), { code: 'UNEXPECTED_ANSWER' });
    await t.rejects(makima.events({ taskId }).next(), { code: 'UNEXPECTED_ANSWER' });
    await t.rejects(makima.wait(taskId), { code: 'UNEXPECTED_ANSWER' });
  });

  void t.test(`over ${over}: a signal ends what waits for an answer, and a pause between two tries`, async (t) => {
    const asking = Promise.withResolvers<undefined>();
    const { makima } = await scripted(t, over, [() => asking.resolve(undefined), notReady, notReady, notReady]);
    const reason = new Error('enough');
    const leaving = new AbortController();
    const waits = makima.wait(taskId, { signal: leaving.signal });
    await asking.promise;
    leaving.abort(reason);
    await t.rejects(waits, reason);
    const tried = AbortSignal.timeout(20);
    await t.rejects(makima.getTask(taskId, { signal: tried }), { name: 'TimeoutError' });
  });
}
