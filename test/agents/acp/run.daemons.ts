/** Runs of an agent that speaks the Agent Client Protocol, from the greeting to the end, through a daemon. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../../schemas/task.ts';
import { activitiesOf } from '../suite/stage.ts';
import { agentPath, lineOf, plainly, scratch, startDaemon, userRepository, type Refusal, type TestDaemon } from '../../support/daemon.ts';

const notesDirectory = scratch(t);

/** The scripted agent under several names, each of which offers other things or behaves another way. */
const agents: Readonly<Record<string, string[]>> = {
  acp: ['modes=default,yolo', 'models=small,vendor/large', 'efforts=low,high'],
  plain: [],
  resumes: ['resume'],
  forgets: ['no-load'],
  stays: ['ignores-eof'],
  late: ['replays-late'],
  stubborn: ['ignores-eof', 'ignores-sigterm'],
  twice: ['answers-twice=initialize', 'text-ids', 'says-first=Welcome!'],
};

const entries = Object.fromEntries(
  Object.entries(agents).map(([name, words]) => {
    const [command, args] = plainly(agentPath('acp'));
    return [name, { command, args: [...args, ...words], protocol: 'acp', env: { AGENT_NOTES: notesDirectory } }];
  }),
);

let shared: Promise<TestDaemon> | null = null;
const daemon = (): Promise<TestDaemon> =>
  (shared ??= startDaemon(t, 'quick', { MAKIMA_AGENTS: JSON.stringify(entries) }, { terminateGraceMs: 300 }));

const start = async (t: Test, agent: string, plan: string, more: Record<string, unknown> = {}): Promise<Task> =>
  (await daemon()).start({ plan, agent, repositoryUrl: userRepository(t), ...more });

/** What happened to a task's agent, as that noted it. */
const notes = (task: Task): string[] =>
  readFileSync(join(notesDirectory, basename(task.overlayPath ?? '')), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('start '));

void t.test('a task that writes a file: what it is told, and what is shown of it', async (t) => {
  const on = await daemon();
  const plan = 'THINK: how\nDO: {"tool":"Write","input":{"file_path":"made.txt","content":"x\\n"}}\nTEXT: all done';
  const task = await start(t, 'acp', plan, { model: 'large', effort: 'high' });
  const done = await on.ended(task.id);
  t.match(done, { status: 'done', errorMessage: null, usage: { turns: 1 }, exitCode: 0 });
  t.equal(readFileSync(join(done.overlayPath ?? '', 'made.txt'), 'utf8'), 'x\n');
  const noted = notes(done);
  t.strictSame(
    noted.filter((each) => !each.startsWith('message ')),
    [
      'asked initialize',
      'version 1',
      'asked session/new',
      'asked session/set_config_option',
      'chosen model vendor/large',
      'asked session/set_config_option',
      'chosen thought_level high',
      'asked session/set_mode',
      'chosen legacyMode yolo',
      'end of input',
    ],
  );
  t.equal(noted.filter((each) => each.startsWith('message ')).length, 1, 'its plan, once');
  const shown = await on.text(`/tasks/${task.id}/output`);
  t.match(shown, /● Edit: made\.txt\n[^]*\n {4}\+ x\n[^]*\nall done\n✓ done\n/);
});

void t.test('a session that is gone on with: by telling nothing again, or with what is told again left out', async (t) => {
  const on = await daemon();
  for (const [agent, method] of [
    ['resumes', 'session/resume'],
    ['plain', 'session/load'],
    ['late', 'session/load'],
  ] as const) {
    const task = await start(t, agent, 'TEXT: first words\nDO: {"tool":"Bash","input":{"command":"echo one"}}');
    const { sessionId } = await on.ended(task.id);
    t.type(sessionId, 'string');
    t.equal((await on.call('POST', `/tasks/${task.id}/messages`, { message: 'TEXT: second words', resume: true })).status, 202);
    const done = await on.ended(task.id);
    t.match(done, { status: 'done', sessionId, usage: { turns: 2 } });
    t.match(notes(done), [/initialize/, /version/, /session\/new/, /message/, /end of input/, /initialize/, /version/, `asked ${method}`]);
    const shown = await on.text(`/tasks/${task.id}/output`);
    t.match(shown, /first words\n[^]*second words\n/);
    t.equal(shown.split('first words').length, 2, 'said once');
    t.equal(shown.split('● Execute').length, 2, 'done once');
    const tools = (await activitiesOf(on, task.id)).filter(({ kind }) => kind === 'tool');
    t.equal(tools.length, 1, 'and told once as an activity');
    const replayed = (await on.events(task.id)).filter((event) => event.type === 'output' && event.replayed === true);
    t.equal(replayed.length > 0, agent !== 'resumes');
  }
});

void t.test('of what a session has cost, over all its processes, each run counts what it has added', async (t) => {
  const on = await daemon();
  const costing = (...amounts: number[]): string =>
    amounts
      .map((amount) => `UPDATE: ${JSON.stringify({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount, currency: 'USD' } })}`)
      .join('\n');
  const task = await start(t, 'resumes', costing(0.5, 0.7));
  const cost = async (): Promise<string | undefined> => (await on.ended(task.id)).usage?.costUsd.toFixed(3);
  const goOn = (message: string) => on.call('POST', `/tasks/${task.id}/messages`, { message, resume: true });
  t.equal(await cost(), '0.700');
  await goOn(costing(0.7, 0.8));
  t.equal(await cost(), '0.800', 'the same once more is nothing new');
  await on.call('POST', `/tasks/${task.id}/start`, {});
  t.equal(await cost(), '1.500', 'another session begins at nothing');
  await goOn(costing(0.9));
  t.equal(await cost(), '1.700', 'and is gone on with from where that was');
  await goOn(costing(0.9, 1.9));
  t.equal(await cost(), '2.700', 'also once it has cost more than the task had then');
  await goOn(costing(0.1));
  t.equal(await cost(), '2.800', 'an agent that begins to count anew has all of it counted');
});

void t.test('a message to one that works waits until it has ended its turn', async (t) => {
  const on = await daemon();
  const gate = join(scratch(t), 'gate');
  const task = await start(t, 'plain', `TEXT: waiting\nWAIT: ${gate}`);
  await on.until(task.id, (event) => (lineOf(event, 'stdout') ?? '').includes('waiting'));
  t.match((await on.call('POST', `/tasks/${task.id}/messages`, { message: 'TEXT: /second' })).body, { delivered: false });
  t.match((await on.call('POST', `/tasks/${task.id}/messages`, { message: '/compact' })).body, { delivered: false });
  writeFileSync(gate, '');
  const done = await on.ended(task.id);
  t.match(done, { status: 'done', usage: { turns: 3 } });
  const said = notes(done).filter((each) => each.startsWith('message '));
  t.match(said, [/waiting/, /second/, /This is a message, not a command/]);
  t.notMatch(notes(done), ['prompt in a turn']);
});

void t.test('what cannot be: each says why, and what to do', async (t) => {
  const on = await daemon();
  const fails = async (agent: string, says: RegExp, more: Record<string, unknown> = {}): Promise<void> => {
    const { status, errorMessage } = await on.ended((await start(t, agent, 'TEXT: x', more)).id);
    t.equal(status, 'failed');
    t.match(errorMessage, says);
  };
  await fails('acp', /does not have the model "huge": it has small, vendor\/large\. Start the task again/, { model: 'huge' });
  await fails('plain', /the model is gone/, { plan: 'FAIL: the model is gone' });
});

void t.test('one that forgets its sessions cannot go on, and says so', async (t) => {
  const on = await daemon();
  const task = await start(t, 'forgets', 'TEXT: x');
  await on.ended(task.id);
  const { status } = await on.call<Refusal>('POST', `/tasks/${task.id}/start`, { resume: true });
  t.equal(status, 202);
  t.match(await on.ended(task.id), { status: 'failed', errorMessage: /cannot go on with an earlier session.*without resume/ });
});

void t.test('odd ways: answers that come twice, other words on its output, no end at the end of its input', async (t) => {
  const on = await daemon();
  const tasks = await Promise.all([start(t, 'twice', 'TWICE:\nTEXT: x'), start(t, 'stays', 'TEXT: x')]);
  for (const { id, agent } of tasks) {
    const done = await on.ended(id);
    t.match(done, { status: 'done', usage: { turns: 1 } }, agent);
    t.equal(notes(done).filter((each) => each.startsWith('message ')).length, 1);
  }
});

/** The same agents, asking. */
let asking: Promise<TestDaemon> | null = null;
const askingDaemon = (): Promise<TestDaemon> =>
  (asking ??= startDaemon(t, 'quick', { MAKIMA_AGENTS: JSON.stringify(entries), MAKIMA_ENABLE_PERMISSIONS: 'true' }));

void t.test('what it asks waits for an answer; the same is not asked again; a question has its answer in words', async (t) => {
  const on = await askingDaemon();
  const touch = '{"tool":"Bash","input":{"command":"touch made"}}';
  const plan = `ASK: ${touch}\nASK: ${touch}\nASK: {"tool":"Bash","input":{"command":"touch other"}}\nQUESTION: {"question":"Which colour?","options":["red","blue"]}`;
  const task = await on.start({ plan, agent: 'acp', repositoryUrl: userRepository(t) });
  const decide = async (decision: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const asks = (
      await on.until(task.id, (event) => event.type === 'approval' && event.status === 'pending' && !seen.has(event.approvalId))
    ).at(-1);
    const id = asks?.type === 'approval' ? asks.approvalId : '';
    seen.add(id);
    t.equal((await on.call('POST', `/tasks/${task.id}/approvals/${id}`, decision)).status, 200);
    return { ...asks };
  };
  const seen = new Set<string>();
  t.match(await decide({ decision: 'allow', remember: 'task' }), { kind: 'tool', tool: 'Execute', what: 'touch made' });
  t.match(await decide({ decision: 'deny', message: 'TEXT: so I leave it' }), { what: 'touch other' });
  t.match(await decide({ decision: 'allow', answers: { 'Which colour?': 'blue' } }), { kind: 'question' });
  const done = await on.ended(task.id);
  t.match(done, { status: 'done', errorMessage: null });
  t.strictSame(
    notes(done).filter((each) => each.startsWith('answer ')),
    ['answer once', 'answer once', 'answer no', 'answer {"action":"accept","content":{"answer":"blue"}}'],
  );
  const shown = await on.text(`/tasks/${task.id}/output`);
  t.match(shown, /^so I leave it$/m, 'what came with the no it was told when its turn had ended');
  t.match(shown, /● Execute: touch made\n[^]*Told: [^]*Answered: "blue"/);
  t.equal(shown.split('● Execute: touch other').length, 2, 'a call that is told of twice is shown once');
});

void t.test('a stop: it is asked to give up, and its end is waited for; one that takes no notice is ended', async (t) => {
  const on = await daemon();
  for (const agent of ['plain', 'stubborn']) {
    const task = await start(t, agent, 'TEXT: begun\nHANG');
    await on.until(task.id, (event) => (lineOf(event, 'stdout') ?? '').includes('begun'));
    const stopped = await on.stopped(task.id, { graceful: true });
    t.match(stopped, { status: 'interrupted' });
    const noted = notes(stopped);
    t.ok(noted.includes('told session/cancel'));
    t.ok(
      (await on.lines(task.id, 'stdout')).some((line) => line.includes('"stopReason":"cancelled"')),
      'its turn ended before its input did',
    );
  }
});
