import t from 'tap';
import { sampleTask, taskId } from '../http/recorded-actions.ts';
import { serve, type Served } from '../http/serve.ts';

const text = { accept: 'text/plain' };
const json = { 'content-type': 'application/json' };
const owner = { kind: 'owner' };

const last = (served: Served): unknown => {
  const { verb, args } = served.calls.at(-1) ?? { verb: null, args: [] };
  return [
    verb,
    ...(JSON.parse(
      JSON.stringify(args.filter((argument) => typeof argument !== 'object' || argument === null || !('signal' in argument))),
    ) as unknown[]),
  ];
};

void t.test('every row of tasks and control calls its action once and answers with its status', async (t) => {
  const served = await serve(t);
  const at = `tasks/${taskId}`;
  const cases: [method: string, path: string, body: string | null, status: number, call: unknown[]][] = [
    ['POST', 'tasks', '{"name":"n","plan":"p"}', 201, ['createTask', owner, { name: 'n', plan: 'p' }, null]],
    [
      'GET',
      'tasks?status=running&limit=2',
      null,
      200,
      ['listTasks', owner, { statuses: ['running'], parentTaskId: null, updatedSince: null, limit: 2, cursor: null }],
    ],
    ['GET', at, null, 200, ['getTask', owner, taskId]],
    ['PUT', at, '{"progressSummary":"half"}', 200, ['updateTask', owner, taskId, { progressSummary: 'half' }]],
    ['PUT', at, '{"status":"completed","force":true}', 200, ['updateTask', owner, taskId, { status: 'completed', force: true }]],
    ['DELETE', at, null, 204, ['deleteTask', owner, taskId, { keepWorktree: false }]],
    ['DELETE', `${at}?worktree=keep`, null, 204, ['deleteTask', owner, taskId, { keepWorktree: true }]],
    ['GET', `${at}/subtasks`, null, 200, ['listSubtasks', owner, taskId]],
    ['GET', `${at}/tree`, null, 200, ['getTree', owner, taskId]],
    ['GET', `${at}/usage`, null, 200, ['getUsage', owner, taskId]],
    ['GET', 'agents', null, 200, ['listAgents']],
    ['POST', `${at}/start`, null, 202, ['startTask', owner, taskId]],
    ['POST', `${at}/stop`, '{"graceful":true}', 202, ['stopTask', owner, taskId, { graceful: true }]],
    ['POST', `${at}/pause`, null, 200, ['pauseTask', owner, taskId]],
    ['POST', `${at}/resume`, null, 200, ['resumeTask', owner, taskId]],
    ['GET', `${at}/wait`, null, 200, ['waitForTask', owner, taskId]],
    ['POST', `${at}/review`, '{"comments":[],"summary":"s"}', 202, ['reviewTask', owner, taskId, { comments: [], summary: 's' }]],
    ['POST', `${at}/messages`, '{"message":"go on"}', 202, ['sendMessage', owner, taskId, 'go on']],
    ['POST', `${at}/sibling-context`, `{"siblingTaskId":"${taskId}"}`, 202, ['shareSibling', owner, taskId, { siblingTaskId: taskId }]],
    ['GET', `${at}/worktree`, null, 200, ['getWorktree', owner, taskId]],
    ['GET', `${at}/diff`, null, 200, ['diffFiles', owner, taskId]],
    ['POST', `${at}/worktree/clone`, '{"targetDir":"~/x"}', 201, ['cloneWorktree', owner, taskId, '~/x']],
    ['GET', 'targets/exists?targetDir=~%2Fx%20y', null, 200, ['targetExists', owner, '~/x y']],
    ['POST', `${at}/tool-keys`, '{"label":"ci"}', 201, ['createToolKey', owner, taskId, { label: 'ci' }]],
    ['GET', `${at}/tool-keys`, null, 200, ['listToolKeys', owner, taskId]],
    ['DELETE', `${at}/tool-keys/${taskId}`, null, 204, ['deleteToolKey', owner, taskId, taskId]],
    ['GET', `${at}/output?after=5&limit=6`, null, 200, ['readOutput', owner, taskId, { after: 5, limit: 6 }]],
  ];
  for (const [method, path, body, status, call] of cases) {
    served.calls.length = 0;
    const response = await served.call(path, { method, ...(body === null ? {} : { body, headers: json }) });
    const answer = await response.text();
    t.equal(response.status, status, `${method} ${path}`);
    t.equal(served.calls.length, 1);
    t.strictSame(last(served), call);
    if (status === 204) t.equal(answer, '');
    else t.match(response.headers.get('content-type'), /^application\/json/);
  }
});

void t.test('a task is answered with every field of the contract, null ones too', async (t) => {
  const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, costUsd: 0.5, turns: 6 };
  const completion = { action: 'merge', status: 'failed', message: 'ü', prUrl: null, commitSha: null, branch: 'b' } as const;
  const full = sampleTask({
    status: 'done',
    usage,
    completion,
    overlayPath: '/w',
    exitCode: 0,
    copyFiles: ['a'],
    queuedAt: '2030-01-31T12:00:00.000Z',
  });
  for (const task of [sampleTask(), full]) {
    const { call } = await serve(t, {
      answers: {
        getTask: () => Promise.resolve(task),
        getTree: () => Promise.resolve({ ...task, subtasks: [{ ...task, subtasks: [{ ...task, subtasks: [] }] }] }),
      },
    });
    t.strictSame(await (await call(`tasks/${taskId}`)).json(), task);
    t.strictSame(await (await call(`tasks/${taskId}/tree`)).json(), {
      ...task,
      subtasks: [{ ...task, subtasks: [{ ...task, subtasks: [] }] }],
    });
  }
});

void t.test('an Idempotency-Key is handed on, and the new task is named in Location', async (t) => {
  const served = await serve(t);
  const response = await served.call('tasks', {
    method: 'POST',
    headers: { ...json, 'idempotency-key': 'a key ~!' },
    body: '{"name":"n","plan":"p"}',
  });
  const { id } = (await response.json()) as { id: string };
  t.equal(response.headers.get('location'), `/api/v1/mesh/tasks/${id}`);
  t.equal(served.calls.at(-1)?.args[2], 'a key ~!');
});

void t.test('stopping what is terminal is 200', async (t) => {
  const { call } = await serve(t, {
    answers: { stopTask: () => Promise.resolve({ task: sampleTask({ status: 'failed' }), wasTerminal: true }) },
  });
  t.equal((await call(`tasks/${taskId}/stop`, { method: 'POST' })).status, 200);
});

void t.test('a script gets lines', async (t) => {
  const name = 'tab\there\r\nline \u001b[31mred\u0085\u2028\u2029 ü';
  const shown = 'tab here  line  [31mred    ü';
  const task = sampleTask({
    name,
    status: 'failed',
    progressSummary: 'one\ntwo: x\r\tthree',
    errorMessage: 'Not signed in',
    branch: 'makima/x-3f2b8a52',
    overlayPath: '/w/x',
    usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.01234, turns: 1 },
  });
  const line = `${taskId}\tfailed\t${shown}\n`;
  const { call } = await serve(t, {
    answers: {
      getTask: () => Promise.resolve(task),
      listTasks: () => Promise.resolve({ items: [task, task], nextCursor: null }),
      createTask: () => Promise.resolve(task),
      getTree: () =>
        Promise.resolve({
          ...task,
          subtasks: [{ ...sampleTask({ name: 'Child' }), subtasks: [{ ...sampleTask({ name: 'Grandchild' }), subtasks: [] }] }],
        }),
    },
  });
  const read = async (path: string, init: RequestInit = {}): Promise<string> => {
    const response = await call(path, { ...init, headers: { ...text, ...Object.fromEntries(new Headers(init.headers)) } });
    t.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8', path);
    t.match(response.headers.get('vary'), /Accept/);
    return response.text();
  };
  t.equal(await read('tasks'), line + line);
  t.equal(await read('agents'), 'claude\t-\tnot installed\nother\t1.2\tready\nthird\t3\tIt is out\n');
  t.equal(await read('tasks', { method: 'POST', headers: json, body: '{"name":"n","plan":"p"}' }), line);
  t.equal(
    await read(`tasks/${taskId}`),
    `${line}summary: one\n  two: x  three\nerror: Not signed in\nbranch: makima/x-3f2b8a52\nworktree: /w/x\ncost: $0.0123\n`,
  );
  t.equal(await read(`tasks/${taskId}/tree`), `${line}${taskId}\tpending\t  Child\n${taskId}\tpending\t    Grandchild\n`);
  t.equal(await read(`tasks/${taskId}/subtasks`), '');
  t.equal(await read(`tasks/${taskId}/start`, { method: 'POST' }), `${taskId}\tqueued\tSay hello\n`);
  t.equal(await read(`tasks/${taskId}/wait?timeout=0`), `${taskId}\tpending\tSay hello\n`);
  t.equal(await read(`tasks/${taskId}/worktree`), '/w/one two\n');
  t.equal(await read(`tasks/${taskId}/messages`, { method: 'POST', headers: json, body: '{"message":"m"}' }), 'delivered\n');
  t.equal(
    await read(`tasks/${taskId}/sibling-context`, { method: 'POST', headers: json, body: `{"siblingTaskId":"${taskId}"}` }),
    'not delivered\n',
  );
  t.equal(await read(`tasks/${taskId}/tool-keys`, { method: 'POST' }), `${'k'.repeat(64)}\n`);
  t.equal(await read(`tasks/${taskId}/worktree/clone`, { method: 'POST', headers: json, body: '{"targetDir":"/c"}' }), '/c\n');
  t.equal(await read('targets/exists?targetDir=/c'), 'true\n');
});

void t.test('the form of the answer is the one that the caller likes best', async (t) => {
  const { call } = await serve(t);
  const cases: [accept: string, type: RegExp][] = [
    ['*/*', /json/],
    ['application/json', /json/],
    ['text/plain', /plain/],
    ['text/*', /plain/],
    ['TEXT/PLAIN', /plain/],
    ['text/plain;q=0.5, application/json', /json/],
    ['text/plain, application/json;q=0.5', /plain/],
    ['text/plain, */*;q=0.1', /plain/],
    ['*/*, text/plain;q=0.5', /json/],
    ['application/json;q=0, */*', /plain/],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', /json/],
    ['image/png', /json/],
    ['nonsense', /json/],
    [';;,,', /json/],
    ['text/plain; charset=utf-8', /plain/],
  ];
  for (const [accept, type] of cases) {
    const response = await call(`tasks/${taskId}`, { headers: { accept } });
    await response.text();
    t.match(response.headers.get('content-type'), type, accept);
  }
});

void t.test('a diff is files as JSON and a patch, byte for byte, as text', async (t) => {
  const served = await serve(t);
  t.strictSame(await (await served.call(`tasks/${taskId}/diff`)).json(), [{ path: 'x', status: 'added', additions: 1, deletions: null }]);
  const patch = await served.call(`tasks/${taskId}/diff`, { headers: text });
  t.match(patch.headers.get('content-type'), /^text\/plain/);
  t.strictSame(Buffer.from(await patch.arrayBuffer()), Buffer.concat([Buffer.from('diff --git a/x b/x\n'), Buffer.from([0xff, 0x0a])]));
  t.strictSame(
    served.calls.map(({ verb }) => verb),
    ['diffFiles', 'diffPatch'],
  );
});

void t.test('a wait takes the seconds asked for and hears of a client that leaves', async (t) => {
  const left = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<number>();
  const { call } = await serve(t, {
    answers: {
      async waitForTask(_caller, _id, { timeoutSeconds, signal }) {
        if (timeoutSeconds !== 3600) return { task: sampleTask({ priority: Math.round(timeoutSeconds * 10) }), isOver: true };
        asked.resolve(timeoutSeconds);
        signal.addEventListener('abort', () => left.resolve(undefined));
        await left.promise;
        return { task: sampleTask(), isOver: false };
      },
    },
  });
  const priority = async (query: string): Promise<number> =>
    ((await (await call(`tasks/${taskId}/wait${query}`)).json()) as { priority: number }).priority;
  t.equal(await priority(''), 300, '30 s where nothing is said');
  t.equal(await priority('?until=terminal&timeout=0.5'), 5);
  const client = new AbortController();
  const waiting = call(`tasks/${taskId}/wait?timeout=3600`, { signal: client.signal });
  await asked.promise;
  client.abort();
  await t.rejects(waiting);
  await left.promise;
});
