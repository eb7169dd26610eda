/** What the real claude asks, and what it makes of its answers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Approval } from '../../schemas/approval.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { killedAt, steps } from '../support/killed-approval.ts';
import { bash, plan, say, write } from './directives.ts';
import { installClaude } from './install-claude.ts';
import { claudeEnv, isolatedFolder } from './isolated.ts';

// A start of claude takes a while on a machine that is shared.
t.setTimeout(600_000);

const binary = await installClaude();
const question = {
  questions: [
    {
      question: 'Which colour?',
      header: 'Colour',
      multiSelect: false,
      options: [
        { label: 'Red', description: 'r' },
        { label: 'Blue', description: 'b' },
      ],
    },
  ],
};
const askUser = `DO: ${JSON.stringify({ tool: 'AskUserQuestion', input: question })}`;

const settingsFor = async (t: Test): Promise<Record<string, string>> => {
  const api = await startModelApi();
  t.teardown(() => api.close());
  const folder = await isolatedFolder(t);
  return { MAKIMA_CLAUDE_COMMAND: binary, MAKIMA_AGENT_ENV: JSON.stringify(await claudeEnv(folder, api.url)) };
};
const asking = { MAKIMA_ENABLE_PERMISSIONS: 'true' };

const isPending = (event: TaskEvent): boolean => event.type === 'approval' && event.status === 'pending';
const next = async (daemon: TestDaemon, taskId: string, count: number): Promise<Approval> => {
  let seen = 0;
  await daemon.until(taskId, (event) => isPending(event) && ++seen === count);
  const [approval] = (await daemon.call<Approval[]>('GET', `/tasks/${taskId}/approvals?status=pending`)).body;
  if (!approval) throw new Error('nothing is pending');
  return approval;
};
const decide = async (daemon: TestDaemon, { id, taskId }: Approval, decision: object): Promise<void> => {
  const { status, body } = await daemon.call('POST', `/tasks/${taskId}/approvals/${id}`, decision);
  if (status !== 200) throw new Error(JSON.stringify(body));
};
/** What claude's tools came to, one after the other. */
const results = async (daemon: TestDaemon, taskId: string): Promise<string[]> =>
  (await daemon.events(taskId)).flatMap((event) => {
    if (event.type !== 'output' || event.jsonType !== 'user') return [];
    const [first] = JSON.parse(event.content).message.content;
    return first?.type === 'tool_result' ? [String(first.content)] : [];
  });
const initOf = async (daemon: TestDaemon, taskId: string): Promise<{ permissionMode: string; tools: string[] }> =>
  (await daemon.events(taskId)).flatMap((event) =>
    event.type === 'output' && event.content.includes('"subtype":"init"') ? [JSON.parse(event.content)] : [],
  )[0];

void t.test('with permissions on: allowed, with another input, denied with words, remembered, a question', async (t) => {
  const daemon = await startDaemon(t, 'asks', { ...(await settingsFor(t)), ...asking });
  const { id } = await daemon.start({
    plan: plan(
      bash('touch allowed.txt'),
      bash('touch instead.txt'),
      bash('touch denied.txt'),
      bash('git add allowed.txt'),
      bash('git add instead.txt'),
      write('one.txt', 'one'),
      write('two.txt', 'two'),
      askUser,
      say('All was answered.'),
    ),
  });
  await decide(daemon, await next(daemon, id, 1), { decision: 'allow' });
  await decide(daemon, await next(daemon, id, 2), { decision: 'allow', updatedInput: { command: 'touch another.txt' } });
  await decide(daemon, await next(daemon, id, 3), { decision: 'deny', message: 'Not that one.' });
  const adding = await next(daemon, id, 4);
  t.same(adding.suggestions, [{ tool: 'Bash', rule: 'git add *' }]);
  await decide(daemon, adding, { decision: 'allow', remember: 'task' });
  const writing = await next(daemon, id, 5);
  t.match(writing, { tool: 'Write', suggestions: [{ tool: 'Edit', rule: './**' }] });
  await decide(daemon, writing, { decision: 'allow', remember: 'task' });
  const asked = await next(daemon, id, 6);
  t.match(asked, {
    kind: 'question',
    questions: [{ question: 'Which colour?', options: [{ label: 'Red' }, { label: 'Blue' }] }],
    suggestions: [],
  });
  await decide(daemon, asked, { decision: 'allow', answers: { Colour: 'something else' } });
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  t.equal((await initOf(daemon, id)).permissionMode, 'default');
  const found = ['allowed.txt', 'instead.txt', 'another.txt', 'denied.txt', 'one.txt', 'two.txt'].map((name) =>
    existsSync(join(task.overlayPath ?? '', name)),
  );
  t.same(found, [true, false, true, false, true, true]);
  const said = await results(daemon, id);
  t.match(said[2], /^Not that one\.$/);
  t.match(said.at(-1), /"Which colour\?"="something else"/);
  t.same((await daemon.call<Approval[]>('GET', `/tasks/${id}/approvals`)).body.map(({ decidedBy }) => decidedBy).toReversed(), [
    'owner',
    'owner',
    'owner',
    'owner',
    'remembered',
    'owner',
    'remembered',
    'owner',
  ]);
});

void t.test('with permissions skipped nothing but its questions is asked, and nothing else is as before', async (t) => {
  const daemon = await startDaemon(t, 'asks', await settingsFor(t));
  const { id } = await daemon.start({
    plan: plan(bash('touch unasked.txt'), bash('rm -rf /nothing-there'), askUser, say('All was answered.')),
  });
  await decide(daemon, await next(daemon, id, 1), { decision: 'allow', answers: { 'Which colour?': 'Blue' } });
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  t.ok(existsSync(join(task.overlayPath ?? '', 'unasked.txt')));
  const [, dangerous, answered] = await results(daemon, id);
  t.match(dangerous, /Dangerous rm operation.*Nobody is asked/);
  t.match(answered, /"Which colour\?"="Blue"/);
  const { permissionMode, tools } = await initOf(daemon, id);
  t.equal(permissionMode, 'bypassPermissions');
  t.ok(tools.includes('AskUserQuestion'));
  t.notOk(tools.some((tool) => tool.endsWith('PlanMode')));
});

void t.test('what is asked while it is stopped is withdrawn, and it ends by itself', async (t) => {
  const daemon = await startDaemon(t, 'asks', { ...(await settingsFor(t)), ...asking });
  const { id } = await daemon.start({ plan: plan(bash('touch never.txt'), say('never said')) });
  await next(daemon, id, 1);
  const task = await daemon.stopped(id);
  t.equal(task.status, 'interrupted');
  t.notOk(existsSync(join(task.overlayPath ?? '', 'never.txt')));
  t.match(await daemon.call('GET', `/tasks/${id}/approvals`), { body: [{ status: 'withdrawn', decidedBy: null }] });
  t.ok(
    (await results(daemon, id)).some((text) => text.includes("doesn't want to proceed")),
    'claude was interrupted, and not killed',
  );
});

void t.test('what a subagent asks in the background stays open over the end of the turn, and over a restart', async (t) => {
  const settings = { ...(await settingsFor(t)), ...asking, MAKIMA_HOME: await isolatedFolder(t) };
  const first = await startDaemon(t, 'asks', settings);
  const prompt = plan(bash('touch below.txt'), say('below'));
  const subagent = { description: 'below', prompt, subagent_type: 'general-purpose', run_in_background: true };
  const { id } = await first.start({ plan: plan(`DO: ${JSON.stringify({ tool: 'Task', input: subagent })}`, say('above')) });
  await next(first, id, 1);
  await first.until(id, (event) => event.type === 'output' && event.jsonType === 'result');
  await first.close();
  const daemon = await startDaemon(t, 'asks', settings);
  const approval = await next(daemon, id, 1);
  t.match(await daemon.call('GET', `/tasks/${id}`), {
    body: { status: 'blocked', waitsFor: { kind: 'approval', approvalIds: [approval.id] } },
  });
  await decide(daemon, approval, { decision: 'allow' });
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  t.ok(existsSync(join(task.overlayPath ?? '', 'below.txt')));
});

for (const step of steps)
  void t.test(`the daemon is killed at: ${step}`, async (t) => {
    const home = join(await isolatedFolder(t), 'h');
    const env = { ...(await settingsFor(t)), ...asking };
    const once = bash('echo once >> once.txt');
    const { task, events, approvals } = await killedAt(
      t,
      home,
      'asks',
      env,
      { plan: plan(once, say('done')) },
      { decision: 'allow' },
      step,
    );
    t.match(task, { status: 'done', waitsFor: null }, task.errorMessage ?? '');
    t.match(approvals, [{ status: 'allowed', tool: 'Bash' }]);
    t.equal(events.filter(isPending).length, 1);
    t.equal(readFileSync(join(task.overlayPath ?? '', 'once.txt'), 'utf8'), 'once\n');
  });
