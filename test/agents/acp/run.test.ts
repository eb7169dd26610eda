/** Runs of an agent that speaks the Agent Client Protocol, from the greeting to the end, through a daemon. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../../schemas/task.ts';
import { agentPath, lineOf, plainly, scratch, startDaemon, userRepository, type Refusal, type TestDaemon } from '../../support/daemon.ts';

const notesDirectory = scratch(t);

/** The scripted agent under several names, each of which offers other things or behaves another way. */
const agents: Readonly<Record<string, string[]>> = {
  acp: ['modes=default,yolo', 'models=small,vendor/large', 'efforts=low,high'],
  old: ['legacy-models=small,large'],
  plain: [],
  resumes: ['resume'],
  forgets: ['no-load'],
  'signed-out': ['auth-required'],
  newer: ['version=2'],
  stays: ['ignores-eof'],
  twice: ['answers-twice=initialize', 'text-ids', 'says-first=Welcome!'],
};

const entries = Object.fromEntries(
  Object.entries(agents).map(([name, words]) => {
    const [command, args] = plainly(agentPath('acp'));
    return [name, { command, args: [...args, ...words], protocol: 'acp', env: { AGENT_NOTES: notesDirectory } }];
  }),
);

let shared: Promise<TestDaemon> | null = null;
const daemon = (): Promise<TestDaemon> => (shared ??= startDaemon(t, 'quick', { MAKIMA_AGENTS: JSON.stringify(entries) }));

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
    const replayed = (await on.events(task.id)).filter((event) => event.type === 'output' && event.replayed === true);
    t.equal(replayed.length > 0, agent === 'plain');
  }
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
  await fails('plain', /lets no model be chosen, so it cannot work with the model "x"/, { model: 'x' });
  await fails('signed-out', /not signed in: .*Run `.*` once in a terminal/);
  await fails('newer', /speaks version 2 of the Agent Client Protocol, and makima version 1/);
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

void t.test(
  'odd ways: answers that come twice, other words on its output, an older choice of models, no end at the end of its input',
  async (t) => {
    const on = await daemon();
    const tasks = await Promise.all([
      start(t, 'twice', 'TWICE:\nTEXT: x'),
      start(t, 'old', 'TEXT: x', { model: 'large' }),
      start(t, 'stays', 'TEXT: x'),
    ]);
    for (const { id, agent } of tasks) {
      const done = await on.ended(id);
      t.match(done, { status: 'done', usage: { turns: 1 } }, agent);
      t.equal(notes(done).filter((each) => each.startsWith('message ')).length, 1);
      if (agent === 'old') t.match(notes(done).join('\n'), /chosen legacyModel large/);
    }
  },
);
