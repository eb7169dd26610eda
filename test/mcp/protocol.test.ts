/** The door of the Model Context Protocol: who may come in, what is answered to what, in both generations of it. */
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { toolArguments } from '../../schemas/mcp/arguments.ts';
import { MakimaError } from '../../src/errors.ts';
import { boundCalls } from '../../src/mcp/under-way.ts';
import { sampleTask, taskId, toolKey } from '../http/recorded-actions.ts';
import { ownerToken, serve, type Served } from '../http/serve.ts';
import { connect, eras } from './client.ts';

/** A task that is not that of the key. */
const other = '11111111-2222-4333-8444-555555555555';
const owner = { authorization: `Bearer ${ownerToken}` };
const both = 'application/json, text/event-stream';
const rpc = (method: string, params: object = {}, id: number | undefined = 1) => ({
  jsonrpc: '2.0',
  ...(id > 0 && { id }),
  method,
  params,
});
/** What each request of the newer generation says of its client. */
const envelope = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};
const modernHeaders = (method: string, name?: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
});

const post = async ({ url }: Served, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { ...owner, accept: both, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
/** The messages of an answer that is a stream of events. */
const messages = (text: string): Record<string, unknown>[] =>
  text.startsWith('{') || text.startsWith('[')
    ? [JSON.parse(text)].flat()
    : text.split('\n').flatMap((line): Record<string, unknown>[] => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []));

for (const era of eras)
  void t.test(`a client of the ${era} generation`, async (t) => {
    const served = await serve(t);
    const { client, call } = await connect(t, served.url, owner, era);
    t.equal(client.getNegotiatedProtocolVersion(), era === 'modern' ? '2026-07-28' : '2025-11-25');
    t.match(client.getServerVersion(), { name: 'makima' });
    t.match(client.getInstructions() ?? '', /wait_for_tasks/);

    const { tools } = await client.listTools();
    t.strictSame(tools.map(({ name }) => name).sort(), Object.keys(toolArguments).sort());
    for (const { name, description, inputSchema, annotations } of tools) {
      // With what clients put in front of it (mcp__makima__) it is to stay within 64.
      t.match(name, /^[a-z_]{1,40}$/);
      t.ok((description ?? '').length > 20, name);
      t.equal(annotations?.openWorldHint, false);
      t.equal(inputSchema.additionalProperties, false, name);
      for (const [field, schema] of Object.entries(inputSchema.properties ?? {})) t.ok('description' in Object(schema), `${name} ${field}`);
      t.notMatch(JSON.stringify(inputSchema), /\$ref|\$id/, 'each stands by itself');
    }
    t.ok(JSON.stringify(tools).length < 30_000, 'every turn of an agent pays for them');

    const made = await call('create_task', { name: 'n', plan: 'p', idempotencyKey: 'once' });
    t.match(made, { isError: false, data: { task: { name: 'n', status: 'pending' } } });
    t.match(served.calls.at(-1), { verb: 'createTask', args: [{ kind: 'owner' }, { name: 'n', plan: 'p' }, 'once'] });
    t.match(await call('create_task', { name: 'n' }), { isError: true, data: { code: 'VALIDATION_FAILED', field: 'plan' } });
    t.match(await call('create_task', { name: 'n', plan: 'p', sandbox: 'on' }), { isError: true, data: { code: 'FIELD_UNAVAILABLE' } });
    t.match(await call('show_task', { task: taskId }), { isError: true, text: /^VALIDATION_FAILED: There is no argument "task" here/ });
    t.match(await call('show_task'), { isError: true, text: /"taskId" is missing: only who calls with the key of a task/ });
    t.match(await call('pause_task', { taskId: 'x' }), { isError: true, text: /must be a UUID/ });
    await t.rejects(call('wait'), { code: -32602, message: /There is no tool "wait"/ });
    await t.rejects(call('show_tsak'), { message: /did you mean show_task\?/ });
  });

void t.test('every tool calls the verb of its route, with what it was given', async (t) => {
  const served = await serve(t, { answers: { getTask: async () => sampleTask({ status: 'running' }) } });
  const asOwner = await connect(t, served.url, owner);
  const called = async (name: string, given: Record<string, unknown> = {}, client = asOwner) => {
    served.calls.length = 0;
    const answer = await client.call(name, given);
    t.equal(answer.isError, false, `${name}: ${answer.text}`);
    t.ok(answer.text.endsWith('\n') && answer.text.length > 1, name);
    return served.calls.filter(({ verb }) => verb !== 'callerOfToolKey').map(({ verb, args: [, ...args] }) => [verb, ...args]);
  };
  const mine = { taskId };
  const rows: [tool: string, given: Record<string, unknown>, verb: string, ...args: unknown[]][] = [
    [
      'list_tasks',
      { status: ['completed'], limit: 3 },
      'listTasks',
      { statuses: ['done'], parentTaskId: null, updatedSince: null, limit: 3, cursor: null },
    ],
    ['show_task', mine, 'getTask', taskId],
    ['show_tree', mine, 'getTree', taskId],
    ['read_usage', mine, 'getUsage', taskId],
    ['start_task', { ...mine, resume: true, message: 'go' }, 'startTask', taskId, { resume: true, message: 'go' }],
    ['stop_task', { ...mine, graceful: false }, 'stopTask', taskId, { graceful: false }],
    ['pause_task', mine, 'pauseTask', taskId],
    ['resume_task', mine, 'resumeTask', taskId],
    ['send_message', { ...mine, message: 'm' }, 'sendMessage', taskId, 'm'],
    ['send_message', { ...mine, message: 'm', resume: true }, 'sendMessage', taskId, 'm', { resume: true }],
    ['read_output', mine, 'readableOutputPage', taskId, { after: 0, tail: 200, maxCharacters: 12_000 }],
    ['read_output', { ...mine, after: '7-x' }, 'readableOutputPage', taskId, { after: '7-x', maxCharacters: 12_000 }],
    ['read_diff', mine, 'diffFiles', taskId],
    ['list_approvals', {}, 'listApprovals', { statuses: ['pending'], limit: 20 }],
    ['list_approvals', { ...mine, status: ['denied'] }, 'listTaskApprovals', taskId, { statuses: ['denied'], limit: 20 }],
    ['list_branches', mine, 'listBranches', taskId],
    ['preview_merge', mine, 'previewAll', taskId],
    ['preview_merge', { ...mine, subtaskId: other }, 'previewMerge', taskId, other],
    ['start_merge', { ...mine, subtaskId: other, force: true }, 'startMerge', taskId, { subtaskId: other, force: true }],
    ['merge_status', mine, 'mergeStatus', taskId],
    ['resolve_conflict', { ...mine, file: 'a', strategy: 'ours' }, 'resolveConflict', taskId, { file: 'a', strategy: 'ours' }],
    ['commit_merge', { ...mine, message: 'm' }, 'commitMerge', taskId, { message: 'm' }],
    ['abort_merge', mine, 'abortMerge', taskId],
    ['skip_subtask', { ...mine, subtaskId: other, reason: 'r' }, 'skipSubtask', taskId, { subtaskId: other, reason: 'r' }],
    ['check_merge', mine, 'checkMerge', taskId],
    ['report_progress', { ...mine, progressSummary: 's' }, 'updateTask', taskId, { progressSummary: 's' }],
    [
      'finish_task',
      { ...mine, progressSummary: 's', force: true },
      'updateTask',
      taskId,
      { progressSummary: 's', force: true, status: 'done' },
    ],
  ];
  for (const [name, given, ...call] of rows) t.strictSame(await called(name, given), [call], name);
  t.strictSame(
    (await called('list_agents')).map(([verb]) => verb),
    ['info'],
  );
  t.strictSame((await called('decide_approval', { approvalId: taskId, decision: 'deny', message: 'no' })).at(-1), [
    'decideApproval',
    taskId,
    taskId,
    { decision: 'deny', message: 'no' },
  ]);
  const tried = new Set([...rows.map(([name]) => name), 'create_task', 'wait_for_tasks', 'list_agents', 'decide_approval']);
  t.strictSame([...tried].sort(), Object.keys(toolArguments).sort());

  await t.test('whoever has the key of a task means that, where nothing is said', async (t) => {
    const withKey = await connect(t, served.url, { 'x-makima-tool-key': toolKey });
    for (const [name, given, verb, , ...rest] of rows.filter(([name]) => !('required' in toolArguments[name as 'show_task']))) {
      if (verb === 'listTasks' || verb === 'listApprovals' || verb === 'listTaskApprovals') continue;
      const { taskId: _, ...without } = given;
      t.strictSame(await called(name, without, withKey), [[verb, taskId, ...rest]], name);
    }
    t.match(await called('create_task', { name: 'n', plan: 'p' }, withKey), [['createTask', { parentTaskId: taskId }, null]]);
    t.match(await called('list_tasks', {}, withKey), [['listTasks', { parentTaskId: taskId }]]);
    t.match(await called('list_tasks', { parentTaskId: other }, withKey), [['listTasks', { parentTaskId: other }]]);
    t.match(served.calls.find(({ verb }) => verb === 'listTasks')?.args[0], { kind: 'tool-key', taskId });
  });
});

void t.test('a refusal is told to the model, a failure is logged and told without its words', async (t) => {
  const served = await serve(t, {
    answers: {
      getTask: async () => Promise.reject(new MakimaError('FORBIDDEN')),
      startMerge: async () =>
        Promise.reject(
          new MakimaError('MERGE_CONFLICT', undefined, { details: { success: false, conflicts: [{ file: 'a', kind: 'binary' }] } }),
        ),
      getTree: async () => Promise.reject(new TypeError('the secret')),
    },
  });
  const { call } = await connect(t, served.url, owner);
  t.match(await call('show_task', { taskId }), {
    isError: true,
    text: /^FORBIDDEN: This key may not do that/,
    data: { code: 'FORBIDDEN' },
  });
  const conflict = await call('start_merge', { taskId, subtaskId: taskId });
  t.match(conflict, { isError: true, data: { code: 'MERGE_CONFLICT', conflicts: [{ file: 'a', kind: 'binary' }] } });
  t.match(conflict.text, /Resolve each file.*\n\{"success":false,"conflicts":\[\{"file":"a"/);
  const failed = await call('show_tree', { taskId });
  t.match(failed, { isError: true, data: { code: 'INTERNAL' } });
  t.notMatch(JSON.stringify(failed), /secret/);
  t.ok(served.log.some((line) => line.includes('the secret') && line.includes('show_tree')));
});

void t.test('who is not let in, and what is no request of the protocol', async (t) => {
  const served = await serve(t, { limits: { bodyBytes: 2000 } });
  const { url } = served;
  const list = rpc('tools/list');
  t.match(await post(served, list, { authorization: 'Bearer wrong' }), { status: 401, text: /UNAUTHENTICATED/ });
  t.equal((await fetch(`${url}/mcp`, { method: 'POST' })).status, 401);
  t.equal((await fetch(`${url}/mcp`)).status, 401);
  t.match(await post(served, list, { origin: 'https://evil.example' }), { status: 403, text: /ORIGIN_NOT_ALLOWED/ });
  t.equal((await post(served, list, { 'x-makima-tool-key': 'f'.repeat(64) })).status, 401);
  for (const method of ['GET', 'DELETE', 'PUT']) {
    const answer = await fetch(`${url}/mcp`, { method, headers: { ...owner, accept: 'text/event-stream' } });
    t.match([answer.status, answer.headers.get('allow')], [405, 'POST'], method);
  }
  t.match(await post(served, '{'), { status: 400, text: /no valid JSON/ });
  t.match(await post(served, ''), { status: 400, text: /-32700/ });
  t.match(await post(served, '"text"'), { status: 400 });
  t.match(await post(served, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }), { status: 415 });
  t.match(await post(served, 'a', { 'content-type': 'text/plain' }), { status: 415 });
  t.match(await post(served, rpc('tools/list', { a: 'x'.repeat(3000) })), { status: 413, text: /BODY_TOO_LARGE/ });
  t.match(await post(served, list, { accept: 'application/json' }), { status: 406 });
  t.match(await post(served, list, { 'mcp-protocol-version': '1999-01-01' }), { status: 400, text: /Unsupported protocol version/ });
  t.match(await post(served, { jsonrpc: '1.0', id: 1, method: 'tools/list' }), { status: 400 });
  const unknown = { _meta: { ...envelope._meta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } };
  t.match(await post(served, rpc('tools/list', unknown), { ...modernHeaders('tools/list'), 'mcp-protocol-version': '2099-01-01' }), {
    status: 400,
    text: /2026-07-28/,
  });
  t.match(
    await post(served, rpc('tools/list', envelope), modernHeaders('tools/call')),
    { status: 400 },
    'a header that says another method',
  );
  t.match(messages((await post(served, rpc('prompts/list'))).text), [{ error: { code: -32601 } }]);
  t.equal((await post(served, rpc('notifications/initialized', {}, 0))).status, 202);
  t.equal((await post(served, rpc('notifications/cancelled', { requestId: 1 }, 0))).status, 202);

  // One that JSON-RPC knows and the protocol has no more: each is answered.
  const batch = messages((await post(served, [rpc('ping', {}, 1), rpc('tools/list', {}, 2), rpc('nothing', {}, 3)])).text);
  t.strictSame(batch.map(({ id }) => id).sort(), [1, 2, 3]);
  const many = Array.from({ length: 101 }, () => ({ jsonrpc: '2.0', method: 'a' }));
  t.ok(JSON.stringify(many).length > 2000, 'and the bound of a body holds');
  t.match(await post(served, rpc('tools/list', envelope), modernHeaders('tools/list')), { status: 200, text: /create_task/ });
  t.notOk(
    served.log.some((line) => JSON.parse(line).level >= 50),
    'none of it is a failure of the daemon',
  );
});

void t.test('the page on it names every tool', (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/mcp.md'), 'utf8');
  const named = page
    .split('\n')
    .flatMap((line) => [...(/^\| (`[^|]*) \|/.exec(line)?.[1] ?? '').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
  t.strictSame(named.sort(), Object.keys(toolArguments).sort());
  t.end();
});

void t.test('below a base path', async (t) => {
  const { url } = await serve(t, { basePath: '/makima' });
  const { call } = await connect(t, `${url}/makima`, owner);
  t.match(await call('show_task', { taskId }), { isError: false });
  t.equal((await fetch(`${url}/mcp`, { method: 'POST', headers: owner })).status, 404);
});

/** A wait that holds until it is given up. @param calls - after so many it has begun */
const holding = (calls = 1): { answers: Parameters<typeof serve>[1] & object; begun: Promise<undefined> } => {
  const { promise: begun, resolve } = Promise.withResolvers<undefined>();
  const running = sampleTask({ status: 'running', startedAt: '2030-01-31T12:00:00.000Z' });
  return {
    begun,
    answers: {
      answers: {
        getTask: async () => running,
        async waitForTask(_caller, _id, { signal }) {
          calls -= 1;
          if (calls === 0) resolve(undefined);
          if (!signal.aborted) await once(signal, 'abort');
          return { task: running, isOver: false };
        },
      },
    },
  };
};

for (const era of eras)
  void t.test(`a call that waits when the daemon ends, ${era}`, async (t) => {
    const { answers, begun } = holding();
    const drain = new AbortController();
    const served = await serve(t, { ...answers, drainSignal: drain.signal });
    const { call } = await connect(t, served.url, owner, era);
    const told: (string | undefined)[] = [];
    const waiting = call('wait_for_tasks', { taskIds: [taskId], seconds: 3600 }, { onprogress: ({ message }) => told.push(message) });
    await begun;
    drain.abort();
    const answer = await waiting;
    t.match(answer, { isError: false, data: { allEnded: false, goingOn: [{ id: taskId, since: '2030-01-31T12:00:00.000Z' }], ended: [] } });
    t.match(answer.text, /0 of 1 have ended\.\nGoing on:\n.*since 2030.*\nCall wait_for_tasks again/s);
    t.strictSame(told, ['0 of 1 have ended']);
    t.equal((await post(served, rpc('tools/list'))).status, 503);
  });

for (const era of eras)
  void t.test(`a client that leaves is waited for no more, ${era}`, async (t) => {
    const { answers, begun } = holding();
    const left = Promise.withResolvers<undefined>();
    const { waitForTask } = answers.answers ?? {};
    const served = await serve(t, {
      answers: {
        ...answers.answers,
        waitForTask: async (caller, id, options) => {
          options.signal.addEventListener('abort', () => left.resolve(undefined));
          if (!waitForTask) throw new Error('no wait');
          return waitForTask(caller, id, options);
        },
      },
    });
    const isModern = era === 'modern';
    const asked = { name: 'wait_for_tasks', arguments: { taskIds: [taskId], seconds: 3600 } };
    const body = JSON.stringify(rpc('tools/call', { ...asked, ...(isModern && envelope) }));
    const leaving = request(`${served.url}/mcp`, {
      method: 'POST',
      headers: { ...owner, accept: both, 'content-type': 'application/json', ...(isModern && modernHeaders('tools/call', asked.name)) },
    });
    leaving.on('error', () => undefined).end(body);
    await begun;
    leaving.destroy();
    await left.promise;
  });

void t.test('nobody holds a stream for news, of which there are none', async (t) => {
  const served = await serve(t);
  const listen = rpc('subscriptions/listen', { notifications: { toolsListChanged: true }, ...envelope });
  const { status, text } = await post(served, listen, modernHeaders('subscriptions/listen'));
  t.equal(status, 200);
  t.match(messages(text), [{ method: 'notifications/subscriptions/acknowledged' }, { result: { resultType: 'complete' } }]);
});

for (const era of eras)
  void t.test(`an answer that takes long to the agent of a task, ${era}`, async (t) => {
    const { answers, begun } = holding(2);
    const drain = new AbortController();
    const served = await serve(t, { ...answers, drainSignal: drain.signal, limits: { toolSilenceMs: 5 } });
    const asked = { name: 'wait_for_tasks', arguments: { taskIds: [other], seconds: 3600 } };
    const isModern = era === 'modern';
    const response = await fetch(`${served.url}/mcp`, {
      method: 'POST',
      headers: {
        'x-makima-tool-key': toolKey,
        accept: both,
        'content-type': 'application/json',
        ...(isModern && modernHeaders('tools/call', asked.name)),
      },
      body: JSON.stringify(rpc('tools/call', { ...asked, ...(isModern && envelope) })),
    });
    t.match([response.status, response.headers.get('content-type')], [200, 'application/json'], 'it has begun before it is there');
    const { call } = await connect(t, served.url, { 'x-makima-tool-key': toolKey }, era);
    const told: unknown[] = [];
    const waiting = call('wait_for_tasks', asked.arguments, { onprogress: (progress) => told.push(progress) });
    await begun;
    drain.abort();
    const text = await response.text();
    t.match(text, /^\n+\{.*\}$/s, 'with blanks before it, which JSON may have');
    t.match(JSON.parse(text), { id: 1, result: { structuredContent: { allEnded: false } } });
    t.match(await waiting, { isError: false, data: { allEnded: false } }, 'which the client of the protocol reads');
    t.strictSame(told, [], 'one that breaks in a stream would be waited for without end');
  });

for (const era of eras)
  void t.test(`a connection that breaks under a call, ${era}`, async (t) => {
    const { answers, begun } = holding();
    const served = await serve(t, { ...answers, limits: { toolSilenceMs: 1 } });
    const { call } = await connect(t, served.url, { 'x-makima-tool-key': toolKey }, era);
    const broken = t.rejects(call('wait_for_tasks', { taskIds: [other], seconds: 3600 }, { timeout: 3_600_000 }));
    await begun;
    served.app.server.closeAllConnections();
    await broken;
  });

void t.test('whatever comes is answered, and by no failure of the daemon', async (t) => {
  const served = await serve(t);
  const json = fc.jsonValue({ maxDepth: 3 });
  const name = fc.oneof(fc.constantFrom(...Object.keys(toolArguments)), fc.string());
  const body = fc.oneof(
    json,
    fc.record({
      jsonrpc: fc.constant('2.0'),
      id: json,
      method: fc.constantFrom('initialize', 'tools/list', 'server/discover', 'x'),
      params: json,
    }),
    fc.record({
      jsonrpc: fc.constant('2.0'),
      id: fc.integer({ min: 1 }),
      method: fc.constant('tools/call'),
      params: fc.record({ name, arguments: fc.oneof(json, fc.record({ taskId: fc.oneof(fc.uuid(), json), seconds: fc.constant(0) })) }),
    }),
    fc.array(fc.record({ jsonrpc: fc.constant('2.0'), id: fc.nat(9), method: fc.constant('ping') }), { maxLength: 5 }),
  );
  const headers = fc.constantFrom({}, modernHeaders('tools/call', 'show_task'), { 'mcp-protocol-version': '2025-06-18' });
  await fc.assert(
    fc.asyncProperty(body, headers, async (sent, more) => {
      const { status } = await post(served, sent, more);
      return status < 500;
    }),
    { numRuns: 150 },
  );
  t.notOk(served.log.some((line) => JSON.parse(line).level >= 50));
});

void t.test('what a wait tells of those that ask, were deleted, or cannot be told at length', async (t) => {
  const asking = sampleTask({
    status: 'blocked',
    waitsFor: { kind: 'approval', approvalIds: [taskId] },
    startedAt: '2030-01-31T12:00:00.000Z',
  });
  const long = sampleTask({
    id: other,
    status: 'failed',
    name: 'n'.repeat(300),
    plan: 'p'.repeat(100_000),
    errorMessage: 'e'.repeat(50_000),
    progressSummary: 's'.repeat(50_000),
    warnings: Array.from({ length: 50 }, () => ({ code: 'W', message: 'w'.repeat(5000) })),
  });
  const gone = '22222222-2222-4333-8444-555555555555';
  const served = await serve(t, {
    answers: {
      getTask: async (_caller, id) => sampleTask({ id, status: 'running' }),
      listTasks: async () => ({ items: Array.from({ length: 50 }, () => long), nextCursor: null }),
      async waitForTask(_caller, id) {
        if (id === gone) throw new MakimaError('TASK_NOT_FOUND');
        return { task: id === other ? long : asking, isOver: id === other };
      },
    },
  });
  const { call } = await connect(t, served.url, owner);
  const { text, data } = await call('wait_for_tasks', { taskIds: [taskId, other.toUpperCase(), other, gone] });
  t.match(data, {
    allEnded: false,
    ended: [{ id: other }],
    goingOn: [{ id: taskId }],
    deleted: [gone],
    hint: /list_approvals, decide_approval/,
  });
  t.match(text, /^1 of 3 have ended\./);
  t.match(text, new RegExp(`waits for approval ${taskId}\n`));
  t.match(text, new RegExp(`${gone}\tdeleted\n`));
  t.ok(text.length < 21_000 && JSON.stringify(data).length < 25_000);
  const list = await call('list_tasks', { limit: 50 });
  t.ok(list.text.length < 21_000 && JSON.stringify(list.data).length < 25_000, 'of many that are long the names and states');
  t.match(list.data['tasks'], [{ id: other, status: 'failed', leftOut: /show_task/ }]);
});

void t.test('a task that is long is shown as far as an agent reads', async (t) => {
  const task = sampleTask({ plan: 'p'.repeat(100_000), errorMessage: 'e'.repeat(50_000) });
  const served = await serve(t, { answers: { getTask: async () => task } });
  const { call } = await connect(t, served.url, owner);
  const { text, data } = await call('show_task', { taskId });
  t.match(text, /plan: p+… \(96000 characters more\)\n$/);
  t.ok(text.length < 21_000 && JSON.stringify(data).length < 25_000);
});

void t.test('calls under way are bounded', async (t) => {
  const { answers, begun } = holding();
  const drain = new AbortController();
  const { url } = await serve(t, { ...answers, limits: { toolCalls: 1 }, drainSignal: drain.signal });
  const { call } = await connect(t, url, owner);
  const waiting = call('wait_for_tasks', { taskIds: [taskId] });
  await begun;
  t.match(await call('show_task', { taskId }), { isError: true, data: { code: 'TOO_MANY_CALLS' } });
  drain.abort();
  await waiting;
});

void t.test('the keys of one task have a share of the calls: its owner is answered all the same', (t) => {
  const begin = boundCalls(8);
  const key = (taskId: string) => ({ kind: 'tool-key', taskId, keyId: randomUUID() }) as const;
  const ends = [begin(key('a')), begin(key('a'))];
  t.throws(() => begin(key('a')), { code: 'TOO_MANY_CALLS' });
  ends.push(begin(key('b')), ...Array.from({ length: 5 }, () => begin({ kind: 'owner' })));
  t.throws(() => begin({ kind: 'owner' }), { code: 'TOO_MANY_CALLS' }, 'all together have a bound, too');
  for (const end of ends) end();
  t.doesNotThrow(() => [begin(key('a')), begin(key('a'))], 'what is over counts no more');
  t.end();
});
