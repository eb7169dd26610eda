import t from 'tap';
import { taskId } from './recorded-actions.ts';
import { serve, type Served } from './serve.ts';

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

interface Refusal {
  statusCode: number;
  code: string;
  error: string;
  message: string;
  field?: string;
  in?: string;
  rule?: string;
}

const send = async (
  served: Served,
  path: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
  method = 'POST',
): Promise<{ status: number; body: Refusal; header: string | null }> => {
  const response = await served.call(path, { method, headers: { 'content-type': type }, body });
  return { status: response.status, body: (await response.json()) as Refusal, header: response.headers.get('x-makima-error') };
};

const sent = (served: Served, index: number): unknown => JSON.parse(JSON.stringify(served.calls.at(-1)?.args[index]));

void t.test('a form has the field names of JSON and becomes the same request', async (t) => {
  const served = await serve(t);
  const request = {
    name: 'A & B = ü\t日本',
    plan: 'first line\nsecond  line\r\n + plus % percent',
    repositoryUrl: '~/code',
    completionAction: 'none',
    isOrchestrator: true,
    start: false,
    priority: -3,
    copyFiles: ['a b.txt', 'c,d.txt'],
    dependsOn: [taskId],
  };
  t.equal((await send(served, 'tasks', json, JSON.stringify(request))).status, 201);
  t.strictSame(sent(served, 1), request);

  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(request)) for (const item of [value].flat()) pairs.append(name, String(item));
  t.equal((await send(served, 'tasks', form, pairs.toString())).status, 201);
  t.strictSame(sent(served, 1), request, 'a repeated field takes commas as they are');

  await send(served, 'tasks', form, 'name=n&plan=p&copyFiles=a%2Cb+c,%20d&isOrchestrator=1&start=0&priority=%2B7');
  t.strictSame(
    sent(served, 1),
    { name: 'n', plan: 'p', copyFiles: ['a', 'b c', 'd'], isOrchestrator: true, start: false, priority: 7 },
    'a field that comes once is split at commas',
  );
});

void t.test('a form that is not UTF-8, raw or percent-encoded, is read with replacement characters', async (t) => {
  const served = await serve(t);
  t.equal((await send(served, 'tasks', form, 'name=%FFa%&plan=%E9%zz')).status, 201);
  t.strictSame(sent(served, 1), { name: '\ufffda%', plan: '\ufffd%zz' });
  t.equal((await send(served, 'tasks', form, new Uint8Array([...Buffer.from('name=x'), 0xff, ...Buffer.from('&plan=p')]))).status, 201);
  t.strictSame(sent(served, 1), { name: 'x\ufffd', plan: 'p' });
});

void t.test('every route that takes a body takes forms', async (t) => {
  const served = await serve(t);
  const cases: [method: string, path: string, body: string, argument: number, expected: unknown][] = [
    ['PUT', '', 'status=done&progressSummary=all+done&force=true', 2, { status: 'done', progressSummary: 'all done', force: true }],
    ['POST', '/stop', 'graceful=false&subtasks=keep', 2, { graceful: false, subtasks: 'keep' }],
    ['POST', '/messages', 'message=go+on%0Aplease', 2, 'go on\nplease'],
    ['POST', '/sibling-context', `siblingTaskId=${taskId}&summary=s`, 2, { siblingTaskId: taskId, summary: 's' }],
    ['POST', '/tool-keys', 'label=ci&expiresAt=2999-01-01T00:00:00Z', 2, { label: 'ci', expiresAt: '2999-01-01T00:00:00Z' }],
    ['POST', '/worktree/clone', 'targetDir=~%2Fcopy', 2, '~/copy'],
  ];
  for (const [method, path, body, argument, expected] of cases) {
    const { status } = await send(served, `tasks/${taskId}${path}`, form, body, method);
    t.ok(status < 300, `${method} ${path} ${status}`);
    t.strictSame(sent(served, argument), expected, path);
  }
});

void t.test('no body at all is an empty one', async (t) => {
  const served = await serve(t);
  for (const headers of [{}, { 'content-type': json }, { 'content-type': form }]) {
    const init = { method: 'POST', headers };
    t.equal((await served.call(`tasks/${taskId}/stop`, init)).status, 202, JSON.stringify(headers));
    t.strictSame(sent(served, 2), {});
    t.equal((await served.call(`tasks/${taskId}/start`, init)).status, 202);
    t.equal((await served.call(`tasks/${taskId}/tool-keys`, init)).status, 201);
    const missing = await served.call('tasks', init);
    const body = (await missing.json()) as Refusal;
    t.strictSame([missing.status, body.code, body.field, body.rule], [400, 'VALIDATION_FAILED', 'name', 'required']);
  }
});

void t.test('a body that does not fit is refused by the field and the rule, and reaches no action', async (t) => {
  const served = await serve(t);
  const good = { name: 'n', plan: 'p' };
  const cases: [body: string, field: string, rule: string][] = [
    ['{"plan":"p"}', 'name', 'required'],
    ['{"name":5,"plan":"p"}', 'name', 'type'],
    ['{"name":["a"],"plan":"p"}', 'name', 'type'],
    ['{"name":null,"plan":"p"}', 'name', 'type'],
    ['{"name":{"toString":1},"plan":"p"}', 'name', 'type'],
    ['{"name":"","plan":"p"}', 'name', 'minLength'],
    ['{"name":" \\n\\t ","plan":"p"}', 'name', 'pattern'],
    ['{"name":"a\\u0000b","plan":"p"}', 'name', 'pattern'],
    ['{"name":"n","plan":"p\\u0000"}', 'plan', 'pattern'],
    [JSON.stringify({ ...good, name: 'x'.repeat(301) }), 'name', 'maxLength'],
    [JSON.stringify({ ...good, plan: 'x'.repeat(2_000_001) }), 'plan', 'maxLength'],
    [JSON.stringify({ ...good, priority: '3' }), 'priority', 'type'],
    [JSON.stringify({ ...good, priority: 1.5 }), 'priority', 'type'],
    ['{"name":"n","plan":"p","priority":1e999}', 'priority', 'type'],
    [JSON.stringify({ ...good, priority: 100_000 }), 'priority', 'maximum'],
    [JSON.stringify({ ...good, isOrchestrator: 'true' }), 'isOrchestrator', 'type'],
    [JSON.stringify({ ...good, isOrchestrator: 1 }), 'isOrchestrator', 'type'],
    [JSON.stringify({ ...good, completionAction: 'push' }), 'completionAction', 'enum'],
    [JSON.stringify({ ...good, parentTaskId: 'x' }), 'parentTaskId', 'pattern'],
    [JSON.stringify({ ...good, parentTaskId: `urn:uuid:${taskId}` }), 'parentTaskId', 'pattern'],
    [JSON.stringify({ ...good, copyFiles: 'a' }), 'copyFiles', 'type'],
    [JSON.stringify({ ...good, copyFiles: ['a', 1] }), 'copyFiles.1', 'type'],
    [JSON.stringify({ ...good, copyFiles: ['a\0'] }), 'copyFiles.0', 'pattern'],
    [JSON.stringify({ ...good, copyFiles: Array(1001).fill('a') }), 'copyFiles', 'maxItems'],
    [JSON.stringify({ ...good, dependsOn: ['x'] }), 'dependsOn.0', 'pattern'],
    [JSON.stringify({ ...good, colour: 'red' }), 'colour', 'additionalProperties'],
    [JSON.stringify({ ...good, status: 'done' }), 'status', 'additionalProperties'],
    [JSON.stringify({ ...good, ['\ud800']: 1 }), '\ufffd', 'additionalProperties'],
    ['[]', '', 'type'],
    ['null', '', 'type'],
    ['"text"', '', 'type'],
    ['5', '', 'type'],
    ['['.repeat(100_000) + ']'.repeat(100_000), '', 'type'],
  ];
  for (const [body, field, rule] of cases) {
    const answer = await send(served, 'tasks', json, body);
    t.strictSame(
      [answer.status, answer.body.code, answer.body.in, answer.body.field, answer.body.rule],
      [400, 'VALIDATION_FAILED', 'body', field, rule],
      body.slice(0, 80),
    );
    t.equal(answer.header, encodeURIComponent(answer.body.message));
  }
  t.strictSame(served.calls, []);
});

void t.test('JSON that is called a form, as by curl --data, is JSON', async (t) => {
  const served = await serve(t);
  for (const body of ['{"name":"a & b = c","plan":"p","start":false}', ' \r\n\t{ "name" : "a & b = c", "plan":"p", "start":false }\n']) {
    t.equal((await send(served, 'tasks', form, body)).status, 201, body);
    t.strictSame(sent(served, 1), { name: 'a & b = c', plan: 'p', start: false });
  }
  const before = served.calls.length;
  const cases: [body: string | Uint8Array<ArrayBuffer>, says: RegExp][] = [
    ['{"plan":"p"}', /"name" is missing/],
    ['{"name":"n","plan":"p","start":"true"}', /"start" must be boolean/],
    ['{"name":"n","plan":"p"', /no valid JSON/],
    ['{name=n&plan=p', /no valid JSON/],
    ['{"__proto__":{"x":1},"name":"n","plan":"p"}', /no valid JSON/],
    [new Uint8Array([...Buffer.from('{"name":"'), 0xff, ...Buffer.from('"}')]), /not UTF-8/],
    ['[{"name":"n"}]', /"name" is missing/],
  ];
  for (const [body, says] of cases) {
    const answer = await send(served, 'tasks', form, body);
    t.strictSame([answer.status, answer.body.code], [400, 'VALIDATION_FAILED']);
    t.match(answer.body.message, says, String(body));
  }
  t.equal(served.calls.length, before);
});

void t.test('a form that does not fit is refused in the same words', async (t) => {
  const served = await serve(t);
  const cases: [body: string, field: string, rule: string][] = [
    ['plan=p', 'name', 'required'],
    ['name=a&name=b&plan=p', 'name', 'type'],
    ['name=n&plan=p&priority=high', 'priority', 'type'],
    ['name=n&plan=p&priority=', 'priority', 'type'],
    ['name=n&plan=p&priority=99999999999999999999', 'priority', 'type'],
    ['name=n&plan=p&start=yes', 'start', 'type'],
    ['name=n&plan=p&start=true&start=true', 'start', 'type'],
    ['name=n&plan=p&constructor=x', 'constructor', 'additionalProperties'],
    ['name=n&plan=p&__proto__=x', '__proto__', 'additionalProperties'],
    ['name=n&plan=p&hasOwnProperty=x', 'hasOwnProperty', 'additionalProperties'],
    ['name=n%00&plan=p', 'name', 'pattern'],
    ['&&&=&', '', 'additionalProperties'],
  ];
  for (const [body, field, rule] of cases) {
    const answer = await send(served, 'tasks', form, body);
    t.strictSame(
      [answer.status, answer.body.code, answer.body.rule],
      [400, 'VALIDATION_FAILED', body.startsWith('&') ? answer.body.rule : rule],
      body,
    );
    if (!body.startsWith('&')) t.equal(answer.body.field, field, body);
  }
  t.strictSame(served.calls, []);
});

void t.test('a body that cannot be read says why', async (t) => {
  const served = await serve(t, { limits: { bodyBytes: 1000 } });
  const cases: [type: string, body: string | Uint8Array<ArrayBuffer>, status: number, code: string][] = [
    [json, '{', 400, 'VALIDATION_FAILED'],
    [json, '{"name":"n","plan":"p"', 400, 'VALIDATION_FAILED'],
    [json, '{"name":"n","plan":"p"}x', 400, 'VALIDATION_FAILED'],
    [json, "{'name':'n'}", 400, 'VALIDATION_FAILED'],
    [json, 'name=n&plan=p', 400, 'VALIDATION_FAILED'],
    [json, '{"__proto__":{"x":1},"name":"n","plan":"p"}', 400, 'VALIDATION_FAILED'],
    [json, '{"constructor":{"prototype":{}},"name":"n","plan":"p"}', 400, 'VALIDATION_FAILED'],
    [json, new Uint8Array([0x22, 0xff, 0x22]), 400, 'VALIDATION_FAILED'],
    [json, new Uint8Array([0xff, 0xfe, 0x7b, 0x00]), 400, 'VALIDATION_FAILED'],
    [json, `"${'x'.repeat(1000)}"`, 413, 'BODY_TOO_LARGE'],
    [form, `name=${'x'.repeat(1000)}`, 413, 'BODY_TOO_LARGE'],
    ['text/plain', 'hello', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/xml', '<a/>', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['multipart/form-data; boundary=x', '--x--', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/jsonx', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [';;;', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ];
  for (const path of ['tasks', `tasks/${taskId}/stop`, `tasks/${taskId}/messages`]) {
    for (const [type, body, status, code] of cases) {
      const answer = await send(served, path, type, body);
      t.strictSame(
        [answer.status, answer.body.statusCode, answer.body.code],
        [status, status, code],
        `${path} ${type} ${body.toString().slice(0, 40)}`,
      );
    }
  }
  const untyped = await served.call('tasks', { method: 'POST', body: new Uint8Array([1]) });
  t.equal(untyped.status, 415);
  t.strictSame(served.calls, []);
});

void t.test('an object in a form is JSON', async (t) => {
  const served = await serve(t);
  const post = (budget: string) => send(served, 'tasks', form, new URLSearchParams({ name: 'n', plan: 'p', budget }).toString());
  t.equal((await post('{"maxCostUsd": 1.5}')).status, 201);
  t.match(served.calls.at(-1)?.args[1], { budget: { maxCostUsd: 1.5 } });
  for (const wrong of ['{"maxCostUsd": 1.5', '5', 'null', '[]', '{"__proto__": {"maxTurns": 1}}'])
    t.match(await post(wrong), { status: 400, body: { code: 'VALIDATION_FAILED', message: /budget/ } }, wrong);
});

void t.test('JSON with a byte order mark or a charset is JSON', async (t) => {
  const served = await serve(t);
  t.equal((await send(served, 'tasks', 'application/json; charset=utf-8', '\ufeff{"name":"n","plan":"p"}')).status, 201);
});

void t.test('the longest plan there may be goes through in either form', async (t) => {
  const served = await serve(t);
  const plan = '日'.repeat(2_000_000);
  t.equal((await send(served, 'tasks', json, JSON.stringify({ name: 'n', plan }))).status, 201);
  t.equal((await send(served, 'tasks', form, new URLSearchParams({ name: 'n', plan }).toString())).status, 201);
});

void t.test('what the contract has and this version cannot do is refused by its name, wherever it is asked for', async (t) => {
  const served = await serve(t);
  const asked: [path: string, body: string][] = [
    ['tasks', '{"name":"n","plan":"p","sandbox":"on"}'],
    ['tasks', '{"name":"n","plan":"p","host":"any","labels":["gpu"]}'],
    ['tasks', '{"name":"n","plan":"p","waitsFor":null}'],
  ];
  for (const [path, body] of asked) {
    const answer = await send(served, path, json, body);
    t.match(answer, { status: 400, body: { code: 'FIELD_UNAVAILABLE', in: 'body', rule: 'additionalProperties' } }, body);
    t.match(answer.body.message, new RegExp(`cannot do what the field "${String(answer.body.field)}" asks for here\\. Leave it out`));
  }
  t.match((await send(served, `tasks/${taskId}/start`, json, '{"resumes":true}')).body, { code: 'VALIDATION_FAILED', field: 'resumes' });
  t.strictSame(served.calls, [], 'nothing was done');
  t.equal((await served.call(`tasks/${taskId}/start`, { method: 'POST' })).status, 202, 'without a body it is started');
});
