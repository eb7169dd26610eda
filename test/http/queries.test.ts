import t from 'tap';
import { eventTypes } from '../../schemas/event.ts';
import { taskId } from './recorded-actions.ts';
import { serve } from './serve.ts';

interface Body {
  code: string;
  in?: string;
  field?: string;
}

void t.test('a query that does not fit is refused by the parameter', async (t) => {
  const { call, calls } = await serve(t);
  const events = `tasks/${taskId}/events`;
  const output = `tasks/${taskId}/output`;
  const cases: [path: string, field: string][] = [
    ['tasks?limit=0', 'limit'],
    ['tasks?limit=-1', 'limit'],
    ['tasks?limit=1001', 'limit'],
    ['tasks?limit=1.5', 'limit'],
    ['tasks?limit=ten', 'limit'],
    ['tasks?limit=1e999', 'limit'],
    ['tasks?limit=NaN', 'limit'],
    ['tasks?limit=null', 'limit'],
    ['tasks?limit=true', 'limit'],
    ['tasks?limit=5&limit=6', 'limit'],
    ['tasks?limit[]=5', 'limit[]'],
    ['tasks?limit[x]=5', 'limit[x]'],
    ['tasks?status=sleeping', 'status.0'],
    ['tasks?status=done&status=sleeping', 'status.1'],
    ['tasks?parentTaskId=nobody', 'parentTaskId'],
    ['tasks?updatedSince=yesterday', 'updatedSince'],
    ['tasks?updatedSince=2026-11-27T10:00:00+01:00', 'updatedSince'],
    ['tasks?view=short', 'view'],
    ['tasks?parentTaskId=5', 'parentTaskId'],
    [`tasks?parentTaskId=urn:uuid:${taskId}`, 'parentTaskId'],
    ['tasks?cursor=%00', 'cursor'],
    [`tasks?cursor=${'x'.repeat(1001)}`, 'cursor'],
    ['tasks?stauts=done', 'stauts'],
    ['tasks?__proto__=x', '__proto__'],
    ['tasks?constructor=x', 'constructor'],
    ['targets/exists', 'targetDir'],
    ['targets/exists?targetDir=', 'targetDir'],
    ['targets/exists?targetDir=a%00b', 'targetDir'],
    ['targets/exists?targetDir=a&targetDir=b', 'targetDir'],
    [`tasks/${taskId}/wait?timeout=-1`, 'timeout'],
    [`tasks/${taskId}/wait?timeout=3601`, 'timeout'],
    [`tasks/${taskId}/wait?timeout=soon`, 'timeout'],
    [`tasks/${taskId}/wait?timeout=1e400`, 'timeout'],
    [`tasks/${taskId}/wait?until=running`, 'until'],
    [`${events}?after=-1`, 'after'],
    [`${events}?after=x`, 'after'],
    [`${events}?after=1e300`, 'after'],
    [`${events}?after=9007199254740993`, 'after'],
    [`${events}?types=output,`, 'types'],
    [`${events}?types=nothing`, 'types'],
    [`${events}?types=output&types=status`, 'types'],
    ['events?after=x', 'after'],
    [`${output}?after=x`, 'after'],
    [`${output}?limit=0`, 'limit'],
  ];
  for (const [path, field] of cases) {
    const response = await call(path);
    const body = (await response.json()) as Body;
    t.strictSame([response.status, body.code, body.in, body.field], [400, 'VALIDATION_FAILED', 'query', field], path);
  }
  const deleted = await call(`tasks/${taskId}?worktree=burn`, { method: 'DELETE' });
  t.equal(deleted.status, 400);
  t.strictSame(calls, []);
});

void t.test('an id that is no UUID is refused on every route that has one', async (t) => {
  const { call, calls } = await serve(t);
  for (const id of [
    'x',
    '1',
    'null',
    '%2e%2e%2f',
    `${taskId}x`,
    taskId.replaceAll('-', ''),
    `urn:uuid:${taskId}`,
    `{${taskId}}`,
    '%F0%9F%98%80',
  ]) {
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '/subtasks'],
      ['GET', '/events'],
      ['GET', '/output'],
      ['GET', '/wait'],
      ['GET', '/diff'],
      ['POST', '/start'],
      ['POST', '/stop'],
      ['DELETE', '/tool-keys/x'],
      ['DELETE', ''],
    ] as const) {
      const response = await call(`tasks/${encodeURIComponent(id)}${rest}`, { method });
      const body = (await response.json()) as Body;
      t.strictSame([response.status, body.code, body.field], [400, 'VALIDATION_FAILED', 'taskId'], `${method} ${id}${rest}`);
    }
  }
  const key = await call(`tasks/${taskId}/tool-keys/x`, { method: 'DELETE' });
  t.equal(((await key.json()) as Body).field, 'keyId');
  t.strictSame(calls, []);
});

void t.test('headers that do not fit are refused by name', async (t) => {
  const { call, calls } = await serve(t);
  for (const value of ['x', '-1', '1.5', '1,2', '99999999999999999999']) {
    const response = await call(`tasks/${taskId}/events`, { headers: { 'last-event-id': value } });
    const body = (await response.json()) as Body;
    t.strictSame([response.status, body.code, body.in, body.field], [400, 'VALIDATION_FAILED', 'headers', 'last-event-id'], value);
  }
  for (const key of ['x'.repeat(256), 'caf\u00e9', 'a\tb']) {
    const response = await call('tasks', {
      method: 'POST',
      headers: { 'idempotency-key': key, 'content-type': 'application/json' },
      body: '{"name":"n","plan":"p"}',
    });
    const body = (await response.json()) as Body;
    t.strictSame([response.status, body.field], [400, 'idempotency-key'], JSON.stringify(key.slice(0, 10)));
  }
  t.strictSame(calls, []);
});

void t.test('a time of expiry is a time to come', async (t) => {
  const { call, calls } = await serve(t);
  for (const expiresAt of [
    '2020-01-01T00:00:00Z',
    'tomorrow',
    '2030-13-01T00:00:00Z',
    '2030-02-30T00:00:00Z',
    '2030-01-01',
    '',
    5,
    '2998-12-31T23:59:60Z',
    null,
  ]) {
    const response = await call(`tasks/${taskId}/tool-keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ expiresAt }),
    });
    const body = (await response.json()) as Body;
    t.strictSame([response.status, body.code, body.field], [400, 'VALIDATION_FAILED', 'expiresAt'], String(expiresAt));
  }
  t.strictSame(calls, []);
});

void t.test('what is left empty in a query is left out', async (t) => {
  const { call, calls } = await serve(t);
  t.equal((await call('tasks?status=&parentTaskId=&limit=&cursor=')).status, 200);
  t.strictSame(calls.at(-1)?.args[1], { statuses: null, parentTaskId: null, updatedSince: null, limit: 50, cursor: null });
  t.equal((await call('tasks?status=completed&status=failed&updatedSince=2026-11-27T10:00:00%2B01:00&limit=7&cursor=a%2Bb')).status, 200);
  t.strictSame(calls.at(-1)?.args[1], {
    statuses: ['done', 'failed'],
    parentTaskId: null,
    updatedSince: '2026-11-27T09:00:00.000Z',
    limit: 7,
    cursor: 'a+b',
  });
});

void t.test('what does not fit is said in words, with what to do', async (t) => {
  const { call } = await serve(t);
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    call('tasks', { method: 'POST', headers: { 'content-type': type }, body });
  const cases: [answer: Promise<Response>, says: string][] = [
    [
      call(`tasks/${taskId}/events?types=outputs`),
      `The query parameter "types" must be one or more of ${eventTypes.join(', ')}, with commas between and no blanks`,
    ],
    [post('name=&plan=p', 'application/x-www-form-urlencoded'), 'The field "name" must not be empty'],
    [post(JSON.stringify({ name: 'x'.repeat(301), plan: 'p' })), 'The field "name" must have at most 300 characters'],
    [
      post(JSON.stringify({ name: 'n', plan: 'p', copyFiles: Array(1001).fill('a') })),
      'The field "copyFiles" must have at most 1000 items',
    ],
    [post(JSON.stringify({ name: 'n', plan: 'p', priority: 5000 })), 'The field "priority" must be 1000 or less'],
    [call('tasks?limit=0'), 'The query parameter "limit" must be 1 or more'],
    [call(`tasks/${taskId}`, { method: 'PUT' }), 'The body must name at least one field'],
    [post('{"name": "n", plan: "p"}'), 'The body is no valid JSON from character 15 on'],
    [post('{"name": "n"'), 'The body is no valid JSON: it ends too early'],
    [post('{"name": "n", "__proto__": {}}'), 'The body is no valid JSON: a key in it is not allowed'],
    [
      call('tasks', {
        method: 'POST',
        headers: { 'idempotency-key': 'a\tb', 'content-type': 'application/json' },
        body: '{"name":"n","plan":"p"}',
      }),
      'The header "idempotency-key" must be printable ASCII',
    ],
  ];
  for (const [answer, says] of cases) {
    const { message } = (await (await answer).json()) as { message: string };
    t.equal(message, `${says}. Correct what is named; /docs shows the shape of every request.`);
  }
});
