/**
 * Calls every operation of the document at least once, with success, in JSON and in plain text where there is one. What it asks for is taken
 * from the document, so that an operation which is added and not called here fails.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const [, , baseUrl = '', token = '', repository = '', documentFile = ''] = process.argv;
const base = '/api/v1/mesh';
const document = JSON.parse(readFileSync(documentFile, 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { content?: Record<string, unknown> }> }>>;
};

const patterns = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, responses }]) => ({
    operationId,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    hasText: Object.entries(responses).some(
      ([status, { content = {} }]) => Number(status) < 300 && 'text/plain' in content && 'application/json' in content,
    ),
  })),
);
const called = new Set<string>();

const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> => {
  const found = patterns.find((each) => each.method === method && each.pattern.test(path.split('?', 1)[0] ?? ''));
  const response = await fetch(baseUrl + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      ...(body instanceof URLSearchParams
        ? { 'Content-Type': 'application/x-www-form-urlencoded' }
        : body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: body instanceof URLSearchParams ? body.toString() : JSON.stringify(body) }),
  });
  // A proxy that complains says so in a header of its own, or answers in place of the daemon.
  assert.equal(response.headers.get('sl-violations'), null, `${method} ${path}`);
  if (found && response.status < 400) called.add(found.operationId);
  return response;
};

/** The JSON of an answer with this status. */
const ask = async <T = { id: string; status: string }>(status: number, method: string, path: string, body?: unknown): Promise<T> => {
  const response = await send(method, path, body);
  const text = await response.text();
  assert.equal(response.status, status, `${method} ${path}: ${text}`);
  return (text === '' ? null : JSON.parse(text)) as T;
};
const at = (taskId: string, rest = ''): string => `${base}/tasks/${taskId}${rest}`;

const make = (task: object) => ask(201, 'POST', `${base}/tasks`, task);
const ended = async (task: object): Promise<string> => {
  const { id } = await make({ start: true, ...task });
  const waited = await ask(200, 'GET', at(id, '/wait?until=end&timeout=60'));
  assert.equal(waited.status, 'done');
  return id;
};

// An orchestrator that is there to be merged into, and subtasks of it.
const top = await ended({ name: 'Top', plan: 'RUN: echo base > base.txt', repositoryUrl: repository, isOrchestrator: true });
const part = (name: string, content: string, file = 'shared.txt') =>
  ended({ name, plan: `RUN: echo ${content} > ${file}`, parentTaskId: top });
const [first, second, third] = [await part('First', 'one'), await part('Second', 'two'), await part('Third', 'x', 'other.txt')];
await ask(200, 'GET', at(top, '/subtasks'));
await ask(200, 'GET', at(top, '/tree'));
await ask(200, 'GET', at(top, '/usage'));
await ask(200, 'GET', at(top, '/branches'));
await ask(200, 'GET', at(top, '/merge/preview'));
await ask(200, 'GET', at(top, `/merge/preview?subtaskId=${first}`));
await ask(200, 'POST', at(top, '/merge'), { subtaskId: first });
await ask(409, 'POST', at(top, '/merge'), { subtaskId: second });
await ask(200, 'GET', at(top, '/merge'));
await ask(200, 'POST', at(top, '/merge/abort'));
await ask(409, 'POST', at(top, '/merge'), { subtaskId: second });
await ask(200, 'POST', at(top, '/merge/resolve'), { file: 'shared.txt', strategy: 'theirs' });
await ask(200, 'POST', at(top, '/merge/commit'), { message: 'Take the second' });
await ask(200, 'POST', at(top, '/merge/skip'), { subtaskId: third, reason: 'Not wanted' });
assert.equal((await ask<{ canComplete: boolean }>(200, 'GET', at(top, '/merge/check'))).canComplete, true);

// Its work, and copies of it.
await ask(200, 'GET', at(top, '/worktree'));
await ask(200, 'GET', at(top, '/diff'));
await ask(201, 'POST', at(top, '/worktree/clone'), { targetDir: `${repository}-copy-${process.pid}` });
await ask(200, 'GET', `${base}/targets/exists?targetDir=${encodeURIComponent(repository)}`);
await ask(200, 'POST', at(top, '/completion'), { action: 'branch', targetRepoPath: repository });

// Two that work until they are stopped, of one parent.
const waits = { plan: 'RUN: while :; do sleep 0.2; done', parentTaskId: top };
const left = await make({ name: 'Left', ...waits });
await ask(200, 'PUT', at(left.id), { name: 'The left one', priority: 3 });
await ask(202, 'POST', at(left.id, '/start'));
const right = await make({ name: 'Right', start: true, ...waits });
for (const { id } of [left, right]) {
  const stream = await send('GET', at(id, '/wait?timeout=0'));
  await stream.text();
  while ((await ask(200, 'GET', at(id))).status !== 'running') await ask(200, 'GET', at(id, '/wait?timeout=0.2'));
}
await ask(202, 'POST', at(left.id, '/messages'), { message: 'Hurry up.' });
await ask(202, 'POST', at(left.id, '/review'), { comments: [], summary: 'Nothing to say yet.' });
await ask(202, 'POST', at(left.id, '/sibling-context'), { siblingTaskId: right.id, summary: 'Nothing yet' });
await ask(200, 'POST', at(left.id, '/pause'));
const kept = await ask(202, 'POST', at(left.id, '/messages'), { message: 'Slow down.' });
await ask(200, 'GET', at(left.id, '/messages'));
await ask(204, 'DELETE', at(left.id, `/messages/${kept.id}`));
await ask(200, 'POST', at(left.id, '/resume'));
for (const { id } of [left, right]) {
  await ask(202, 'POST', at(id, '/stop'), { graceful: false });
  assert.equal((await ask(200, 'GET', at(id, '/wait?until=end&timeout=60'))).status, 'interrupted');
  await ask(200, 'POST', at(id, '/stop'), {});
}

// What an agent asks, and its answer.
const asking = await make({ name: 'Asks', plan: 'ASK: Which colour?\nRUN: true', start: true });
let asked: { id: string }[] = [];
while (asked.length === 0) asked = await ask<{ id: string }[]>(200, 'GET', at(asking.id, '/approvals?status=pending'));
await ask(200, 'GET', `${base}/approvals?status=pending`);
await ask(400, 'POST', at(asking.id, `/approvals/${asked[0]?.id}`), { decision: 'allow', updatedInput: {} });
await ask(200, 'POST', at(asking.id, `/approvals/${asked[0]?.id}`), { decision: 'allow', answers: { 'Which colour?': 'Blue' } });
await ask(409, 'POST', at(asking.id, `/approvals/${asked[0]?.id}`), { decision: 'deny' });
assert.equal((await ask(200, 'GET', at(asking.id, '/wait?until=end&timeout=60'))).status, 'done');

// Lists: pages, and what the caller has already.
const page = await ask<{ nextCursor: string | null }>(200, 'GET', `${base}/tasks?limit=2&view=summary`);
await ask(200, 'GET', `${base}/tasks?limit=2&cursor=${encodeURIComponent(page.nextCursor ?? '')}`);
const listed = await send('GET', `${base}/tasks?status=done&status=failed&parentTaskId=none`);
const known = await send('GET', `${base}/tasks?status=done&status=failed&parentTaskId=none`, undefined, {
  'If-None-Match': listed.headers.get('etag') ?? '',
});
assert.equal(known.status, 304);

// Output and events. A stream of all tasks has no end: what is seen of it is its answer's head.
await ask(200, 'GET', at(first, '/output?limit=3'));
assert.equal((await send('GET', at(first, '/output'), undefined, { Accept: 'application/x-ndjson' })).status, 200);
const events = await (await send('GET', at(first, '/events'), undefined, { Accept: 'text/event-stream' })).text();
assert.match(events, /event: end\n/);

// Keys; a form; a key's own call.
const key = await ask<{ id: string; key: string }>(201, 'POST', at(top, '/tool-keys'), { label: 'tour' });
await ask(200, 'GET', at(top, '/tool-keys'));
await ask(204, 'DELETE', at(top, `/tool-keys/${key.id}`));
const form = new URLSearchParams({ name: 'Form', plan: 'Nothing', parentTaskId: top });
for (const file of ['shared.txt', 'other.txt']) form.append('copyFiles', file);
assert.deepEqual((await ask<{ copyFiles: string[] }>(201, 'POST', `${base}/tasks`, form)).copyFiles, ['shared.txt', 'other.txt']);

// A webhook of an address at which nobody listens.
const webhook = await ask(201, 'POST', `${base}/webhooks`, { url: 'http://127.0.0.1:9/', types: ['end'], taskId: top });
await ask(200, 'GET', `${base}/webhooks`);
await ask(200, 'GET', `${base}/webhooks/${webhook.id}`);
await ask(204, 'DELETE', `${base}/webhooks/${webhook.id}`);

// Put away, and had back.
await ask(200, 'DELETE', at(top, '/worktree'));
await ask(200, 'POST', at(top, '/worktree/restore'));

// Deleted, and had back.
await ask(204, 'DELETE', at(third));
await ask(200, 'POST', at(third, '/worktree/restore'));

// Errors.
await ask(404, 'GET', at('00000000-0000-4000-8000-000000000000'));
await ask(409, 'POST', at(top, '/pause'));

// The daemon.
await ask(200, 'GET', `${base}/info`);
await ask(200, 'GET', `${base}/agents`);
for (const path of ['/healthz', '/readyz', '/openapi.json']) await ask(200, 'GET', path);
for (const [path, accept] of [
  ['/metrics', 'text/plain'],
  ['/openapi.yaml', 'application/yaml'],
  ['/asyncapi.yaml', 'application/yaml'],
] as const)
  assert.equal((await send('GET', path, undefined, { Accept: accept })).status, 200);

// As a shell asks.
for (const path of [
  '',
  '/messages',
  '/subtasks',
  '/tree',
  '/usage',
  '/branches',
  '/merge',
  '/merge/check',
  '/diff',
  '/worktree',
  '/output',
  '/wait',
])
  assert.equal((await send('GET', at(top, path), undefined, { Accept: 'text/plain' })).status, 200, path);

/** Without an end, so that a proxy which waits for it never answers; the generated clients and the tests read it. */
const withoutEnd = ['followAll'];
assert.deepEqual(
  patterns.map(({ operationId }) => operationId).filter((id) => !called.has(id) && !withoutEnd.includes(id)),
  [],
  'operations that were not called',
);
process.stdout.write(`${called.size} operations\n`);
