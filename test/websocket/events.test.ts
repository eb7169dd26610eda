/** Events over the WebSocket: what is sent to whom, how fast, and how it ends. */
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { MakimaError } from '../../src/errors.ts';
import type { Actions, EventFeed, StoredEvent } from '../../src/tasks/actions.ts';
import { outputEvent, stored, taskId } from '../http/recorded-actions.ts';
import { serve } from '../http/serve.ts';
import { feed } from '../support/feed.ts';
import { connect } from './client.ts';

const other = '8f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e22';
const at = '2030-01-31T12:00:00.000Z';

async function* these(
  events: readonly TaskEvent[],
  after: number,
  signal: AbortSignal,
  thrown: Error | null = null,
): AsyncGenerator<StoredEvent> {
  for (const event of events) if (event.id > after) yield await Promise.resolve(stored(event));
  if (thrown) throw thrown;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Events behind the place that is asked for, and then silence. */
const following =
  (events: readonly TaskEvent[], thrown: Error | null = null): Actions['followAll'] =>
  (_caller, { after, signal }) =>
    Promise.resolve(feed(these(events, Number.parseInt(String(after), 10), signal, thrown)));

const closing = async (app: Awaited<ReturnType<typeof serve>>['app']): Promise<void> => {
  const open = async (): Promise<boolean> => !(await app.measurements()).text.includes('\nmakima_open_streams 0\n');
  while (await open()) await new Promise((resolve) => setImmediate(resolve));
};

void t.test('each event that has a message is sent as that, with the fields that it has', async (t) => {
  const line: TaskEvent = {
    id: 1,
    taskId,
    at,
    type: 'output',
    stream: 'stderr',
    content: 'é\n',
    jsonType: 'x',
    partial: true,
    base64: 'AA==',
    level: 'error',
  };
  const events: TaskEvent[] = [
    line,
    { id: 2, taskId, at, type: 'status', from: 'running', to: 'done', reason: 'it is' },
    { id: 3, taskId, at, type: 'tool-key', keyId: other, action: 'created', label: null },
    { id: 4, taskId, at, type: 'end', status: 'done' },
  ];
  const { url, calls } = await serve(t, { answers: { followAll: following(events) } });
  const { next, frames } = await connect(t, url);
  await next('taskComplete');
  t.equal(frames[0]?.type, 'authenticated');
  t.strictSame(frames.slice(1), [
    { ...line, type: 'taskOutput', eventId: '1-x' },
    { ...events[1], type: 'taskStatusChange', eventId: '2-x' },
    { ...events[2], type: 'registerToolKey', eventId: '3-x' },
    { ...events[3], type: 'taskComplete', eventId: '4-x' },
  ]);
  const [, options] = calls.find(({ verb }) => verb === 'followAll')?.args ?? [];
  t.match(options, { after: '0-tests', types: ['output', 'status', 'tool-key', 'end'], taskIds: null });
});

void t.test('the address says of what, from where on, and whether at all', async (t) => {
  const { url, calls } = await serve(t, { answers: { followAll: following([]) } });
  const cases: [query: string, headers: Record<string, string>, options: Record<string, unknown>][] = [
    ['?after=7', {}, { after: 7 }],
    ['?after=7-tests', {}, { after: '7-tests' }],
    ['?after=7', { 'last-event-id': '8-tests' }, { after: '8-tests' }],
    [`?taskId=${taskId}&taskId=${other}&types=end,status`, {}, { taskIds: [taskId, other], types: ['status', 'end'] }],
    [`?taskId=${taskId},${other}`, {}, { taskIds: [taskId, other] }],
  ];
  for (const [query, headers, options] of cases) {
    const { next } = await connect(t, url, { query, headers: { authorization: 'Bearer owner-token-of-the-tests', ...headers } });
    await next('authenticated');
    t.match(calls.at(-1), { verb: 'followAll', args: [{ kind: 'owner' }, options] }, query);
  }
  calls.length = 0;
  const { ask } = await connect(t, url, { query: '?follow=false' });
  await ask({ type: 'mergeStatus', taskId });
  t.strictSame(
    calls.map(({ verb }) => verb),
    ['lastPlace', 'mergeStatus'],
  );
});

void t.test('events that cannot be had, at once or later, are an error, and the close has its status', async (t) => {
  const gone = new MakimaError('EVENTS_GONE', undefined, { details: { trimmedThrough: 5 } });
  const answers: Actions['followAll'][] = [
    () => Promise.reject(gone),
    following([outputEvent(6, 'a')], gone),
    () => Promise.reject(new MakimaError('TASK_NOT_FOUND')),
    () => Promise.reject(new MakimaError('FORBIDDEN')),
    () => Promise.reject(new Error('broken')),
  ];
  const expected = [
    [410, 'EVENTS_GONE'],
    [410, 'EVENTS_GONE'],
    [404, 'TASK_NOT_FOUND'],
    [403, 'FORBIDDEN'],
    [500, 'INTERNAL'],
  ] as const;
  for (const [n, followAll] of answers.entries()) {
    const [status, code] = expected[n] ?? [0, ''];
    const { url } = await serve(t, { answers: { followAll } });
    const { next, closed, frames } = await connect(t, url, { query: '?after=1' });
    t.match(await next('error'), { requestId: null, statusCode: status, code, ...(status === 410 && { trimmedThrough: 5 }) });
    t.match(await closed, { code: 4000 + status, reason: code });
    t.equal(frames[0]?.type, 'authenticated');
  }
});

/** Lines without an end, the next when it is asked for. */
const endless = (read: (id: number) => void, size: number): Actions['followAll'] => {
  async function* lines(after: number): AsyncGenerator<StoredEvent> {
    for (let id = after + 1; ; id += 1) {
      read(id);
      yield await Promise.resolve(stored(outputEvent(id, `${id} ${'x'.repeat(size)}`)));
    }
  }
  return (_caller, { after }): Promise<EventFeed> => Promise.resolve(feed(lines(Number.parseInt(String(after), 10))));
};

void t.test('a client that does not read is waited for, then cut, and goes on where it was', async (t) => {
  let furthest = 0;
  const size = 32 * 1024;
  const { url, app } = await serve(t, {
    answers: { followAll: endless((id) => (furthest = Math.max(furthest, id)), size) },
    limits: { socketPingMs: 50, socketCloseMs: 20 },
  });
  const first = await connect(t, url);
  await first.next('taskOutput');
  first.socket.pause();
  await closing(app);
  t.ok(furthest * size < 32 * 1024 * 1024, `no more than the system holds was read: ${furthest} lines`);
  first.socket.resume();
  await first.closed;
  const seen = first.frames.flatMap((frame) => (frame.type === 'taskOutput' ? [frame] : []));
  const { eventId = '' } = seen.at(-1) ?? {};
  const second = await connect(t, url, { query: `?after=${eventId}` });
  const { id } = await second.next('taskOutput');
  t.strictSame(
    [...seen.map((frame) => frame.id), id],
    Array.from({ length: seen.length + 1 }, (_, n) => n + 1),
    'no gap and no repeat',
  );
});

void t.test('a client that reads slowly is waited for', async (t) => {
  const { url } = await serve(t, {
    answers: { followAll: endless(() => undefined, 64 * 1024) },
    limits: { socketAnswerBytes: 1024 * 1024 },
  });
  const { socket, next, frames } = await connect(t, url);
  for (let round = 0; round < 300; round += 1) {
    await next('taskOutput');
    socket.pause();
    await new Promise((resolve) => setImmediate(resolve));
    socket.resume();
  }
  t.equal(socket.readyState, socket.OPEN);
  t.ok(frames.length > 300);
});

void t.test('a client that asks and does not read the answers is cut off, too', async (t) => {
  const branch = {
    name: 'x'.repeat(1024 * 1024),
    taskId,
    taskName: 'X',
    isMerged: false,
    isSkipped: false,
    ahead: 0,
    lastCommit: null,
    lastCommitMessage: null,
  };
  let asked = 0;
  const { url, app, log } = await serve(t, {
    answers: { listBranches: () => (asked++, Promise.resolve([branch])) },
    limits: { socketAnswerBytes: 1024 * 1024, socketCloseMs: 20, socketCommands: 1000 },
  });
  const { socket, send } = await connect(t, url, { query: '?follow=false' });
  socket.pause();
  for (let n = 0; n < 200; n += 1) send({ type: 'listBranches', taskId, requestId: n });
  await closing(app);
  t.ok(asked > 0);
  t.ok(log.some((line) => line.includes('a WebSocket was closed')));
});

void t.test('a client that gives no sign of life is cut off', async (t) => {
  const { url, app } = await serve(t, { limits: { socketPingMs: 20, socketCloseMs: 20 } });
  const dead = await connect(t, url, { query: '?follow=false', silent: true });
  const alive = await connect(t, url, { query: '?follow=false' });
  t.match(await dead.closed, { code: 1013 });
  t.equal(alive.socket.readyState, alive.socket.OPEN);
  alive.socket.close();
  await closing(app);
});

void t.test('when the daemon ends, what is under way is answered, and sockets are closed', async (t) => {
  const drain = new AbortController();
  const answer = Promise.withResolvers<{ id: string; delivered: boolean }>();
  // However slow the machine is: nothing here waits for so long.
  const limits = { socketEndMs: 60_000 };
  const { url, app } = await serve(t, { drainSignal: drain.signal, answers: { sendMessage: () => answer.promise }, limits });
  const idle = await connect(t, url, { query: '?follow=false' });
  const busy = await connect(t, url, { query: '?follow=false' });
  const asked = busy.ask({ type: 'sendMessage', taskId, message: 'x', requestId: 1 });
  await busy.ask({ type: 'checkTargetExists', targetDir: '/x' });
  drain.abort();
  t.match(await busy.ask({ type: 'checkTargetExists', targetDir: '/x' }), { type: 'error', code: 'NOT_READY', statusCode: 503 });
  answer.resolve({ id: taskId, delivered: true });
  t.match(await asked, { type: 'messageResult', requestId: 1, delivered: true });
  for (const { closed } of [idle, busy]) t.match(await closed, { code: 1001, reason: 'The daemon is shutting down' });
  await app.close();
});

void t.test('neither an answer that does not come nor a client that does not read holds a daemon that ends', async (t) => {
  const drain = new AbortController();
  const { url, app } = await serve(t, {
    drainSignal: drain.signal,
    answers: { mergeStatus: () => new Promise(() => undefined), followAll: endless(() => undefined, 64 * 1024) },
    limits: { socketEndMs: 50, socketCloseMs: 20 },
  });
  const hanging = await connect(t, url, { query: '?follow=false' });
  const stuck = await connect(t, url);
  hanging.send({ type: 'mergeStatus', taskId, requestId: 1 });
  await hanging.ask({ type: 'checkTargetExists', targetDir: '/x' });
  await stuck.next('taskOutput');
  stuck.socket.pause();
  drain.abort();
  t.match(await hanging.closed, { code: 1001, reason: 'The daemon is shutting down' });
  await app.close();
  t.pass('it could be closed');
});

void t.test('a server that is closed without another word closes its sockets in order, too', async (t) => {
  const { url, app } = await serve(t);
  const { closed, next } = await connect(t, url, { query: '?follow=false' });
  await next('authenticated');
  await app.close();
  t.match(await closed, { code: 1001 });
});
