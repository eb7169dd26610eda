/** What agents ask, and who decides it: over the routes, with scripted agents. */
import t from 'tap';
import type { Approval } from '../../schemas/approval.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { readSse, scratch, startDaemon, type Refusal, type TestDaemon } from '../support/daemon.ts';

const asking = { MAKIMA_ENABLE_PERMISSIONS: 'true' };
const ask = (tool: string, input: object, more: object = {}): string => `ASK: ${JSON.stringify({ tool, input, more })}`;
const also = (tool: string, input: object): string => `ALSO: ${JSON.stringify({ tool, input })}`;
const bash = (command: string, more: object = {}): string => ask('Bash', { command, description: 'd' }, more);
const suggesting = (...rules: string[]): object => ({
  permission_suggestions: [{ type: 'addRules', rules: rules.map((ruleContent) => ({ toolName: 'Bash', ruleContent })), behavior: 'allow' }],
});
const colour = {
  questions: [
    { question: 'Which colour?', header: 'Colour', multiSelect: false, options: [{ label: 'Red', description: 'r' }, { label: 'Blue' }] },
    { question: 'Which sizes?', header: 'Size', multiSelect: true, options: [] },
  ],
};

/** One after the other, each when it is asked. */
const pendingOf = async (daemon: TestDaemon, taskId: string, count = 1): Promise<Approval[]> => {
  const isPending = (event: TaskEvent): boolean => event.type === 'approval' && event.status === 'pending';
  let seen = 0;
  await daemon.until(taskId, (event) => isPending(event) && ++seen === count);
  return (await daemon.call<Approval[]>('GET', `/tasks/${taskId}/approvals?status=pending`)).body;
};
const only = async (daemon: TestDaemon, taskId: string, count = 1): Promise<Approval> => {
  const [first, ...others] = await pendingOf(daemon, taskId, count);
  if (!first || others.length > 0) throw new Error(`${others.length + 1} are pending`);
  return first;
};
const decide = async <T = Approval>(daemon: TestDaemon, { id, taskId }: Approval, decision: object) =>
  daemon.call<T>('POST', `/tasks/${taskId}/approvals/${id}`, decision);
/** Waits until the task is blocked by these, which it is a moment after it has asked. */
const waits = async (daemon: TestDaemon, taskId: string, approvalIds: string[]): Promise<void> => {
  const response = await fetch(`${daemon.app.url}/api/v1/mesh/events?snapshot=true&types=task`, {
    headers: { authorization: `Bearer ${daemon.token}` },
  });
  for await (const event of readSse(response)) {
    const task = event.type === 'task' && event.taskId === taskId ? event.task : undefined;
    if (task?.status === 'blocked' && JSON.stringify(task.waitsFor) === JSON.stringify({ kind: 'approval', approvalIds })) return;
  }
  throw new Error('the stream ended');
};
const toldTo = async (daemon: TestDaemon, taskId: string): Promise<unknown[]> =>
  (await daemon.said(taskId)).filter((text) => text.startsWith('Told: ')).map((text) => JSON.parse(text.slice(6)));
const statusesOf = async (daemon: TestDaemon, taskId: string): Promise<string[]> =>
  (await daemon.events(taskId)).flatMap((event) =>
    event.type === 'approval' ? [`${event.tool} ${event.status} ${String(event.decidedBy)}`] : [],
  );

void t.test('tools, with permissions on', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told', asking);
  const start = (...lines: string[]): Promise<Task> => daemon.start({ plan: lines.join('\n') });

  void t.test('are allowed, allowed with another input, and denied with words; each once', async (t) => {
    const { id } = await start(bash('one'), bash('two'), bash('three'));
    const first = await only(daemon, id);
    t.match(first, {
      taskId: id,
      kind: 'tool',
      tool: 'Bash',
      input: { command: 'one' },
      questions: null,
      suggestions: [{ tool: 'Bash', rule: null }],
      status: 'pending',
      decidedAt: null,
      decidedBy: null,
    });
    t.notMatch(Object.keys(first), ['runId', 'requestId']);
    await waits(daemon, id, [first.id]);
    t.match(await decide(daemon, first, { decision: 'allow' }), { status: 200, body: { status: 'allowed', decidedBy: 'owner' } });
    const again = await decide<Refusal>(daemon, first, { decision: 'deny' });
    t.match(again, { status: 409, body: { code: 'APPROVAL_DECIDED', message: /allowed already/ } });
    await decide(daemon, await only(daemon, id, 2), { decision: 'allow', updatedInput: { command: 'another' } });
    await decide(daemon, await only(daemon, id, 3), { decision: 'deny', message: 'not here' });
    t.equal((await daemon.ended(id)).status, 'done');
    t.same(await toldTo(daemon, id), [
      { tool: 'Bash', behavior: 'allow', updatedInput: { command: 'one', description: 'd' } },
      { tool: 'Bash', behavior: 'allow', updatedInput: { command: 'another' } },
      { tool: 'Bash', behavior: 'deny', message: 'not here' },
    ]);
    t.same(
      (await daemon.call<Approval[]>('GET', `/tasks/${id}/approvals`)).body.map(({ status, message }) => [status, message]),
      [
        ['denied', 'not here'],
        ['allowed', null],
        ['allowed', null],
      ],
      'the newest first',
    );
    t.ok((await daemon.lines(id, 'system')).includes('Denied by the owner: Bash: three (not here)'));
  });

  void t.test('are allowed with words, which the agent has as a message', async (t) => {
    const { id } = await start(bash('one'));
    const approval = await only(daemon, id);
    t.match(await decide(daemon, approval, { decision: 'allow', message: 'ASK: {"tool": "Bash", "input": {"command": "more"}}' }), {
      body: { status: 'allowed', message: /more/ },
    });
    t.match(await only(daemon, id, 2), { input: { command: 'more' } });
    t.equal((await daemon.stopped(id)).status, 'interrupted');
  });

  void t.test('what does not fit is refused and decides nothing', async (t) => {
    const { id } = await start(bash('one'));
    const approval = await only(daemon, id);
    for (const [decision, field] of [
      [{ decision: 'maybe' }, 'decision'],
      [{ decision: 'deny', updatedInput: {} }, 'updatedInput'],
      [{ decision: 'allow', answers: { a: 'b' } }, 'answers'],
      [{ decision: 'allow', updatedInput: { a: 'x'.repeat(1_000_001) } }, 'updatedInput'],
      [{ decision: 'allow', updatedInput: { command: 'x' }, remember: 'task' }, 'remember'],
      [{ decision: 'allow', remember: 'ever' }, 'remember'],
    ] as const)
      t.match(
        await decide(daemon, approval, decision),
        { status: 400, body: { code: 'VALIDATION_FAILED', field } },
        JSON.stringify(decision).slice(0, 80),
      );
    const other = await daemon.make();
    for (const [taskId, code] of [
      [other.id, 'APPROVAL_NOT_FOUND'],
      ['00000000-0000-4000-8000-000000000000', 'TASK_NOT_FOUND'],
    ] as const)
      t.match(await decide(daemon, { ...approval, taskId }, { decision: 'allow' }), { status: 404, body: { code } });
    t.match(await decide(daemon, approval, { decision: 'deny' }), { status: 200 });
    t.match(await toldTo(daemon, id), [{ behavior: 'deny', message: 'This was not allowed.' }]);
  });

  void t.test('several at once are each answered when they are decided, and wait together', async (t) => {
    const { id } = await start(bash('one'), also('Write', { file_path: '/x', content: 'y' }));
    const [second, first] = await pendingOf(daemon, id, 2);
    if (!first || !second) throw new Error('not both are pending');
    await decide(daemon, second, { decision: 'deny' });
    await daemon.until(id, (event) => event.type === 'output' && event.content.includes('Told: {\\"tool\\":\\"Write\\"'));
    await waits(daemon, id, [first.id]);
    await decide(daemon, first, { decision: 'allow' });
    t.equal((await daemon.ended(id)).status, 'done');
  });

  void t.test('what is remembered is decided by itself, and no more than was shown', async (t) => {
    const { id } = await start(
      bash('git add a', suggesting('git add *')),
      bash('git add b c', suggesting('git add *')),
      bash('git add x; rm -rf y', suggesting('git add *')),
      bash('git commit -m x'),
      bash('git commit -m x'),
      bash('rm -rf /', { decision_reason_type: 'safetyCheck' }),
    );
    const first = await only(daemon, id);
    t.same(first.suggestions, [{ tool: 'Bash', rule: 'git add *' }]);
    await decide(daemon, first, { decision: 'allow', remember: 'task' });
    const third = await only(daemon, id, 2);
    t.match(third, { input: { command: 'git add x; rm -rf y' }, suggestions: [{ tool: 'Bash', rule: null }] });
    await decide(daemon, third, { decision: 'deny' });
    await decide(daemon, await only(daemon, id, 3), { decision: 'deny', message: 'no commits', remember: 'task' });
    const last = await only(daemon, id, 4);
    t.match(last, { input: { command: 'rm -rf /' }, suggestions: [] });
    t.match(await decide(daemon, last, { decision: 'allow', remember: 'task' }), { status: 400, body: { field: 'remember' } });
    await decide(daemon, last, { decision: 'deny' });
    t.equal((await daemon.ended(id)).status, 'done');
    t.match(await toldTo(daemon, id), [
      { behavior: 'allow' },
      { behavior: 'allow', updatedInput: { command: 'git add b c' } },
      { behavior: 'deny' },
      { behavior: 'deny', message: 'no commits' },
      { behavior: 'deny', message: 'no commits' },
      { behavior: 'deny' },
    ]);
    t.same(
      (await statusesOf(daemon, id)).filter((each) => each.endsWith('remembered')),
      ['Bash allowed remembered', 'Bash denied remembered'],
    );
    t.ok((await daemon.lines(id, 'system')).includes('Allowed as was decided before: Bash: git add b c'));

    const { id: other } = await start(bash('git add a', suggesting('git add *')));
    await decide(daemon, await only(daemon, other), { decision: 'deny' });
    t.equal((await daemon.ended(other)).status, 'done', 'another task is asked for');
  });

  void t.test('an agent that gives up asking, and one that is stopped, waits for no answer', async (t) => {
    const { id } = await start(bash('one'));
    const approval = await only(daemon, id);
    t.equal((await daemon.stopped(id)).status, 'interrupted');
    t.match(await decide(daemon, approval, { decision: 'allow' }), {
      status: 409,
      body: { code: 'APPROVAL_DECIDED', message: /withdrawn/ },
    });
    t.same(await statusesOf(daemon, id), ['Bash pending null', 'Bash withdrawn null']);
  });

  void t.test('what an agent does not wait for any more is withdrawn, and it goes on', async (t) => {
    const { id } = await start(bash('one').replace('ASK', 'DROP'), bash('two'));
    const approval = await only(daemon, id, 2);
    t.match(approval, { input: { command: 'two' } });
    await decide(daemon, approval, { decision: 'allow' });
    t.equal((await daemon.ended(id)).status, 'done');
    t.same(await statusesOf(daemon, id), ['Bash pending null', 'Bash withdrawn null', 'Bash pending null', 'Bash allowed owner']);
  });

  void t.test('what waits already is decided by what is remembered', async (t) => {
    const more = suggesting('git add *');
    const { id } = await start(bash('git add a', more), bash('git add b', more).replace('ASK', 'ALSO'));
    const [, first] = await pendingOf(daemon, id, 2);
    if (!first) throw new Error('not both are pending');
    await decide(daemon, first, { decision: 'allow', remember: 'tree' });
    t.equal((await daemon.ended(id)).status, 'done');
    t.same((await statusesOf(daemon, id)).slice(2), ['Bash allowed owner', 'Bash allowed remembered']);
  });

  void t.test('all that wait are in one list, in JSON and as lines', async (t) => {
    const { id } = await start(bash('echo "a\tb"\ntwo'));
    const approval = await only(daemon, id);
    t.same(
      (await daemon.call<Approval[]>('GET', '/approvals?status=pending')).body.map((each) => each.id),
      [approval.id],
    );
    t.equal(await daemon.text('/approvals?status=pending'), `${approval.id}\t${id}\tpending\ttool\tBash\techo "a b" two\n`);
    t.equal((await daemon.call('GET', '/approvals?status=gone')).status, 400);
    t.match(await daemon.call('GET', '/approvals?limit=1'), { status: 200, body: { length: 1 } });
    await daemon.stopped(id);
  });
});

void t.test('questions, with permissions skipped', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told');
  const start = (...lines: string[]): Promise<Task> => daemon.start({ plan: lines.join('\n') });

  const { id } = await start(ask('AskUserQuestion', colour), ask('AskUserQuestion', colour), ask('AskUserQuestion', colour));
  const approval = await only(daemon, id);
  t.match(approval, {
    kind: 'question',
    questions: [
      {
        question: 'Which colour?',
        header: 'Colour',
        options: [
          { label: 'Red', description: 'r' },
          { label: 'Blue', description: null },
        ],
        multiSelect: false,
      },
      { question: 'Which sizes?', multiSelect: true },
    ],
    suggestions: [],
  });
  for (const [decision, message] of [
    [{ decision: 'allow' }, /allowed by answering it/],
    [{ decision: 'allow', answers: { 'Which weight?': '3' } }, /does not ask Which weight\?.*Which colour\?, Which sizes\?/],
    [{ decision: 'allow', answers: { Colour: ' ' } }, /is empty/],
    [{ decision: 'allow', updatedInput: {} }, /takes another input/],
    [{ decision: 'allow', answers: { Colour: 'Red' }, remember: 'tree' }, /only be decided by itself/],
  ] as const)
    t.match(await decide(daemon, approval, decision), { status: 400, body: { code: 'VALIDATION_FAILED', message } });
  await decide(daemon, approval, { decision: 'allow', answers: { 'Which colour?': 'Blue', 2: 'S, M' } });
  await decide(daemon, await only(daemon, id, 2), { decision: 'allow', answers: { Size: 'L' }, message: 'as you like' });
  await decide(daemon, await only(daemon, id, 3), { decision: 'deny', message: 'ask me later' });
  t.equal((await daemon.ended(id)).status, 'done');
  t.match(await toldTo(daemon, id), [
    { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'Blue', 'Which sizes?': 'S, M' } } },
    { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'as you like', 'Which sizes?': 'L' } } },
    { behavior: 'deny', message: 'ask me later' },
  ]);

  const { id: unasked } = await start(bash('rm -rf /', { decision_reason: 'Dangerous rm operation' }));
  t.equal((await daemon.ended(unasked)).status, 'done');
  t.match(await toldTo(daemon, unasked), [{ behavior: 'deny', message: /^Dangerous rm operation. Nobody is asked/ }]);
  t.same(await statusesOf(daemon, unasked), ['Bash denied makima']);
});

void t.test('an orchestrator decides for what is below it, and not for itself', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told', asking);
  const top = await daemon.start({ plan: bash('mine', suggesting('mine *')), isOrchestrator: true });
  const { key } = (await daemon.call<{ key: string }>('POST', `/tasks/${top.id}/tool-keys`, {})).body;
  const mine = await only(daemon, top.id);
  const stranger = await daemon.start({ plan: bash('other') });
  const others = await only(daemon, stranger.id);
  const below = await daemon.start({ plan: bash('theirs', suggesting('theirs *')), parentTaskId: top.id });
  const theirs = await only(daemon, below.id);

  const visible = await daemon.callWith<Approval[]>(key, 'GET', '/approvals?status=pending');
  t.same(visible.body.map(({ id }) => id).sort(), [mine.id, theirs.id].sort());
  const decideWith = (approval: Approval, decision: object) =>
    daemon.callWith<Approval>(key, 'POST', `/tasks/${approval.taskId}/approvals/${approval.id}`, decision);
  for (const approval of [mine, others]) t.equal((await decideWith(approval, { decision: 'allow' })).status, 403);
  t.match(await decideWith(theirs, { decision: 'allow', remember: 'tree' }), {
    status: 200,
    body: { decidedBy: 'orchestrator', remember: 'tree' },
  });
  t.equal((await daemon.ended(below.id)).status, 'done');

  const next = await daemon.start({ plan: bash('theirs too', suggesting('theirs *')), parentTaskId: top.id });
  t.equal((await daemon.ended(next.id)).status, 'done', 'it is remembered for the others below it');
  for (const { id } of [top, stranger]) await daemon.stopped(id);
  await daemon.call('POST', `/tasks/${top.id}/start`);
  const still = await only(daemon, top.id, 2);
  t.equal(still.status, 'pending');
  await decide(daemon, still, { decision: 'allow', remember: 'tree' });
  await daemon.ended(top.id);
  const after = await daemon.start({ plan: bash('mine', suggesting('mine *')), parentTaskId: top.id });
  t.equal((await daemon.ended(after.id)).status, 'done', 'the owner decides for the whole tree');
});

void t.test('what nobody answers is denied in time, with words to go on with', async (t) => {
  const home = scratch(t);
  const settings = { ...asking, MAKIMA_HOME: home, MAKIMA_APPROVAL_MINUTES: '30' };
  let now = new Date('2026-11-27T10:00:00.000Z');
  const clock = { now: () => now };
  const first = await startDaemon(t, 'asks-as-told', settings, {}, clock);
  const { id } = await first.start({ plan: bash('one') });
  await only(first, id);
  await first.close();
  // The daemon was away when the time was over.
  now = new Date('2026-11-27T10:31:00.000Z');
  const daemon = await startDaemon(t, 'asks-as-told', settings, {}, clock);
  t.equal((await daemon.ended(id)).status, 'done');
  t.match(await toldTo(daemon, id), [
    { behavior: 'deny', message: /^Nobody has answered within 30 minutes, so this is not allowed. Go on without it/ },
  ]);
  t.same(await statusesOf(daemon, id), ['Bash pending null', 'Bash expired makima']);
});

void t.test('a question that nobody answers in time is the agent’s own to decide', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told', {}, { approvalMinutes: 0.005 });
  const { id } = await daemon.start({ plan: ask('AskUserQuestion', colour) });
  t.equal((await daemon.ended(id)).status, 'done');
  t.match(await toldTo(daemon, id), [{ behavior: 'deny', message: /Decide as you think best, go on/ }]);
  t.same(await statusesOf(daemon, id), ['AskUserQuestion pending null', 'AskUserQuestion expired makima']);
});

void t.test('an orchestrator that is stopped while a subtask asks leaves nothing open', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', asking, { interruptGraceMs: 200, terminateGraceMs: 200 });
  const top = await daemon.start({ name: 'forever', isOrchestrator: true });
  const below = await daemon.start({ name: 'asks-as-told', plan: bash('one'), parentTaskId: top.id });
  const approval = await only(daemon, below.id);
  await waits(daemon, below.id, [approval.id]);
  t.equal((await daemon.stopped(top.id)).status, 'interrupted');
  t.match(await daemon.ended(below.id), { status: 'interrupted', waitsFor: null });
  t.same((await daemon.call('GET', '/approvals?status=pending')).body, []);
  t.equal((await decide(daemon, approval, { decision: 'allow' })).status, 409);
});

void t.test('what is too large, or too much at once, is denied at once', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told', asking);
  const many = Array.from({ length: 51 }, (_, index) => also('Bash', { command: `c${index}` }));
  const { id } = await daemon.start({ plan: [ask('Write', { content: 'x'.repeat(1_000_001) }), bash('first'), ...many].join('\n') });
  await daemon.until(id, (event) => event.type === 'approval' && event.status === 'denied' && event.tool === 'Bash');
  const statuses = (await daemon.call<Approval[]>('GET', `/tasks/${id}/approvals?limit=1000`)).body;
  t.equal(statuses.filter(({ status }) => status === 'pending').length, 50);
  t.match(
    statuses.find(({ tool }) => tool === 'Write'),
    { status: 'denied', input: {}, message: /too large/, decidedBy: 'makima' },
  );
  t.equal((await daemon.stopped(id)).status, 'interrupted');
  t.equal((await daemon.call<Approval[]>('GET', `/tasks/${id}/approvals?status=pending`)).body.length, 0);
});

void t.test('others have the slot of a task that asks, and it has its answer when it has one again', async (t) => {
  const settings = { ...asking, MAKIMA_MAX_CONCURRENT_TASKS: '1' };
  const daemon = await startDaemon(t, 'by-task-name', settings, { interruptGraceMs: 200, terminateGraceMs: 200 });
  const start = (name: string, plan = 'work'): Promise<Task> => daemon.start({ name, plan });
  const asker = await start('asks-as-told', bash('one'));
  const approval = await only(daemon, asker.id);
  await waits(daemon, asker.id, [approval.id]);
  t.equal((await daemon.ended((await start('says-a-line')).id)).status, 'done', 'another comes and goes meanwhile');
  const worker = await start('forever');
  await daemon.until(worker.id, (event) => event.type === 'output' && event.content.includes('Working'));
  t.match(await decide(daemon, approval, { decision: 'allow' }), { status: 200, body: { status: 'allowed' } });
  await daemon.stopped(worker.id);
  t.equal((await daemon.ended(asker.id)).status, 'done');
  const isTold = (event: TaskEvent): boolean => event.type === 'output' && event.content.includes('Told: ');
  const told = (await daemon.events(asker.id)).find(isTold)?.id ?? 0;
  const stopped = (await daemon.events(worker.id)).at(-1)?.id ?? 0;
  t.ok(told > stopped, 'the slot comes first');
  const moves = (await daemon.events(asker.id)).flatMap((event) => (event.type === 'status' ? [event.to] : []));
  t.same(moves.slice(3), ['running', 'blocked', 'running', 'done']);

  // One that is stopped while its answer waits for a slot has none.
  const second = await start('asks-as-told', bash('two'));
  const late = await only(daemon, second.id);
  await waits(daemon, second.id, [late.id]);
  const busy = await start('forever');
  await daemon.until(busy.id, (event) => event.type === 'output' && event.content.includes('Working'));
  await decide(daemon, late, { decision: 'allow' });
  t.match(await daemon.stopped(second.id), { status: 'interrupted', waitsFor: null });
  t.same(await toldTo(daemon, second.id), []);
  await daemon.stopped(busy.id);
});

void t.test('an agent that asks is not silent', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', asking, { silenceMs: 200, interruptGraceMs: 200, terminateGraceMs: 200 });
  const isSilent = (event: TaskEvent): boolean => event.type === 'output' && event.content.includes('has printed nothing');
  const asker = await daemon.start({ name: 'asks-as-told', plan: bash('one') });
  const approval = await only(daemon, asker.id);
  await waits(daemon, asker.id, [approval.id]);
  const silent = await daemon.start({ name: 'prints-nothing' });
  await daemon.until(silent.id, isSilent);
  await daemon.stopped(silent.id);
  await decide(daemon, approval, { decision: 'deny' });
  await daemon.ended(asker.id);
  const events = await daemon.events(asker.id);
  const between = events.slice(
    events.findIndex((event) => event.type === 'status' && event.to === 'blocked'),
    events.findIndex((event) => event.type === 'approval' && event.status === 'denied'),
  );
  t.ok(between.length > 0);
  t.notOk(between.some(isSilent));
});
