import t from 'tap';
import { MakimaError } from '../../src/errors.ts';
import type { EventFeed, FollowOptions, StoredEvent } from '../../src/tasks/actions.ts';
import { outputEvent, sampleTask, stored, taskId } from '../http/recorded-actions.ts';
import { serve } from '../http/serve.ts';
import { feed } from '../support/feed.ts';

const events = `tasks/${taskId}/events`;

async function* firstAlone(signal: AbortSignal, ended: () => void): AsyncGenerator<StoredEvent> {
  try {
    yield stored(outputEvent(1, 'first'));
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    ended();
  }
}

/** One event, then silence until the stream is ended. */
const parked = (signal: AbortSignal, ended: () => void): EventFeed => feed(firstAlone(signal, ended));

void t.test('where to start: the header, else the query, else the beginning of a task and the present of all', async (t) => {
  const { call, calls } = await serve(t);
  const cases: [path: string, lastEventId: string | null, after: number | null, types: string[] | null][] = [
    [events, null, 0, null],
    [`${events}?after=7`, null, 7, null],
    [events, '8', 8, null],
    [`${events}?after=7`, '8', 8, null],
    [`${events}?after=&types=`, null, 0, null],
    [`${events}?types=status,output`, null, 0, ['output', 'status']],
    ['events', null, null, null],
    ['events?after=0', null, 0, null],
    ['events?types=end', '9', 9, ['end']],
  ];
  for (const [path, lastEventId, after, types] of cases) {
    const response = await call(path, lastEventId === null ? {} : { headers: { 'last-event-id': lastEventId } });
    const body = await response.text();
    t.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    t.match(body, /^id: 1\nevent: output\ndata: \{"id":1,/m);
    const options = calls.at(-1)?.args.at(-1) as FollowOptions;
    t.strictSame([options.after, options.types], [after, types], `${path} ${String(lastEventId)}`);
  }
});

void t.test('a stream that cannot be opened is an ordinary error', async (t) => {
  const { call } = await serve(t, {
    answers: {
      followTask: () => Promise.reject(new MakimaError('EVENTS_GONE')),
      readableOutput: () => Promise.reject(new MakimaError('TASK_NOT_FOUND')),
    },
  });
  const gone = await call(events);
  t.strictSame([gone.status, ((await gone.json()) as { code: string }).code], [410, 'EVENTS_GONE']);
  const missing = await call(`tasks/${taskId}/output`, { headers: { accept: 'text/plain' } });
  t.strictSame([missing.status, ((await missing.json()) as { code: string }).code], [404, 'TASK_NOT_FOUND']);
});

void t.test('open streams are counted, limited, and given back when they end, fail or are left', async (t) => {
  let ended = Promise.withResolvers<undefined>();
  const { call } = await serve(t, {
    limits: { streams: 2 },
    answers: {
      followTask: (_caller, id, { signal }) =>
        id === taskId ? Promise.resolve(parked(signal, () => ended.resolve(undefined))) : Promise.reject(new MakimaError('TASK_NOT_FOUND')),
    },
  });
  const open = async (): Promise<number> => Number(/^makima_open_streams (\d+)$/m.exec(await (await call('/metrics')).text())?.[1]);
  for (let attempt = 0; attempt < 5; attempt += 1)
    t.equal(
      ((await (await call(events.replace('3', '4'))).json()) as { code: string }).code,
      'TASK_NOT_FOUND',
      'a failed one takes no slot for good',
    );
  t.equal(await open(), 0);

  const clients = [new AbortController(), new AbortController()];
  for (const { signal } of clients) t.equal((await call(events, { signal })).status, 200);
  t.equal(await open(), 2);
  for (const path of [events, 'events']) {
    const refused = await call(path);
    t.strictSame([refused.status, ((await refused.json()) as { code: string }).code], [429, 'TOO_MANY_STREAMS']);
  }
  const ndjson = await call(`tasks/${taskId}/output`, { headers: { accept: 'application/x-ndjson' } });
  t.equal(ndjson.status, 429);
  t.equal((await call(`tasks/${taskId}/output`)).status, 200, 'a page is no stream');

  clients[0]?.abort();
  await ended.promise;
  t.equal(await open(), 1);
  ended = Promise.withResolvers<undefined>();
  t.equal((await call('events')).status, 200);
  clients[1]?.abort();
  await ended.promise;
});

void t.test('closing the server ends the streams', async (t) => {
  const ended = Promise.withResolvers<undefined>();
  const { app, call } = await serve(t, {
    answers: { followAll: (_caller, { signal }) => Promise.resolve(parked(signal, () => ended.resolve(undefined))) },
  });
  const response = await call('events');
  const closed = app.close();
  t.match(await response.text(), /first/);
  await ended.promise;
  await closed;
});

void t.test('an allowed page may read a stream', async (t) => {
  const { call } = await serve(t, { allowedOrigins: ['https://tool.example'] });
  const response = await call(events, { headers: { origin: 'https://tool.example' } });
  t.equal(response.headers.get('access-control-allow-origin'), 'https://tool.example');
  t.equal(response.headers.get('x-content-type-options'), 'nosniff');
  await response.text();
});

void t.test('output is a page of JSON, lines of JSON, or lines to read', async (t) => {
  const { call, calls } = await serve(t);
  const output = `tasks/${taskId}/output`;
  t.strictSame(await (await call(output)).json(), { items: [outputEvent(1, 'hello')], nextCursor: null });
  t.strictSame(calls.at(-1)?.args[2], { after: 0, limit: 100 });
  const lines = await call(`${output}?after=4`, { headers: { accept: 'application/x-ndjson' } });
  t.match(lines.headers.get('content-type'), /^application\/x-ndjson/);
  t.strictSame(
    (await lines.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    [outputEvent(1, 'a'), outputEvent(2, 'b')],
  );
  t.match(calls.at(-1)?.args[2], { after: 4 });
  const readable = await call(output, { headers: { accept: 'text/plain' } });
  t.match(readable.headers.get('content-type'), /^text\/plain/);
  t.equal(await readable.text(), 'one\ntwo\n');
});

void t.test('an answer of every verb fits its schema while the task is anything', async (t) => {
  const { call } = await serve(t, {
    answers: {
      readOutput: () =>
        Promise.resolve({
          items: [{ ...outputEvent(1, '\ud800 \u2028'), jsonType: 'x', partial: true, base64: '/w==', level: 'error' }],
          nextCursor: '1',
        }),
      getTask: () => Promise.resolve(sampleTask({ name: '\ud800' })),
    },
  });
  t.match(await (await call(`tasks/${taskId}/output`)).json(), {
    items: [{ jsonType: 'x', partial: true, base64: '/w==', level: 'error' }],
    nextCursor: '1',
  });
  t.equal((await call(`tasks/${taskId}`)).status, 200);
});
