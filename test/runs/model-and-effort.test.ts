import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { agentPath, scratch, startDaemon, type Refusal } from '../support/daemon.ts';

/** A claude that knows one effort, as 2.1.330 says so, and notes what it is called with. */
const claudeThatKnows = (t: Test, effort: string): { command: string; calls: (of: string) => string[] } => {
  const directory = scratch(t);
  const command = join(directory, 'claude');
  const calls = join(directory, 'calls');
  writeFileSync(
    command,
    `#!/bin/sh
echo "$*" >> '${calls}'
case "$*" in
  *--version)
    case "$*" in
      *'--effort ${effort}'*) ;;
      *--effort*) echo "Warning: Unknown --effort value '$2' — ignoring it and using the default effort. Valid values: ${effort}." >&2 ;;
    esac
    echo '2.1.330 (Claude Code)'
    exit ;;
  'auth status') echo '{"loggedIn": true}'; exit ;;
esac
exec '${agentPath('cheap')}' "$@"
`,
  );
  chmodSync(command, 0o755);
  return {
    command,
    calls: (of) =>
      readFileSync(calls, 'utf8')
        .split('\n')
        .filter((line) => line.includes(of)),
  };
};

void t.test('a run is asked for the task’s model and effort, which subtasks inherit and the owner changes between runs', async (t) => {
  const claude = claudeThatKnows(t, 'low');
  const daemon = await startDaemon(t, 'cheap', {
    MAKIMA_CLAUDE_COMMAND: claude.command,
    MAKIMA_CLAUDE_PRE_ARGS: '[]',
    MAKIMA_CLAUDE_ARGS: JSON.stringify(['--model', 'of-the-user']),
  });
  const runs = () => claude.calls('-p ').map((call) => /-p (.*)$/.exec(call)?.[1]);
  const run = async (task: Task): Promise<Task> => {
    await daemon.call('POST', `/tasks/${task.id}/start`);
    return daemon.ended(task.id);
  };

  const plain = await daemon.make();
  t.match(plain, { model: null, effort: null });
  await run(plain);
  const parent = await daemon.make({ isOrchestrator: true, model: 'opus', effort: 'low' });
  t.match(parent, { model: 'opus', effort: 'low' });
  const child = await daemon.make({ parentTaskId: parent.id });
  t.match(child, { model: 'opus', effort: 'low' }, 'as its parent');
  const cheap = await daemon.make({ parentTaskId: parent.id, model: 'haiku[1m]' });
  t.match(await run(cheap), { status: 'done', model: 'haiku[1m]', effort: 'low' });
  await run(cheap);
  t.strictSame(
    runs(),
    ['--model of-the-user', '--model of-the-user --model haiku[1m] --effort low', '--model of-the-user --model haiku[1m] --effort low'],
    'after the user’s own, since the last one counts',
  );
  t.equal(claude.calls('--effort low --version').length, 1, 'one question for all runs');

  const change = (body: unknown) => daemon.call<Task & Refusal>('PUT', `/tasks/${cheap.id}`, body);
  t.match(await change({ effort: 'huge', model: null }), { status: 200, body: { model: null, effort: 'huge' } });
  const refused = await run(cheap);
  t.match(refused, {
    status: 'failed',
    errorMessage:
      /does not know this effort: Warning: Unknown --effort value 'huge'.*Valid values: low\..*PUT the task with another effort/s,
  });
  t.equal(runs().length, 3, 'nothing ran');
  t.match(await change({ effort: null }), { status: 200, body: { model: null, effort: null } });
  t.equal((await run(cheap)).status, 'done');
  t.equal(runs().at(-1), '--model of-the-user');
});

void t.test('what is no word of an agent’s is refused, and what an active task runs with is not changed', async (t) => {
  const daemon = await startDaemon(t, 'forever');
  for (const word of ['', '-p', '--dangerously-skip-permissions', 'a b', 'a\n', 'ü', 'x'.repeat(201), 7])
    for (const field of ['model', 'effort'])
      t.match(
        await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p', [field]: word }),
        { status: 400, body: { code: 'VALIDATION_FAILED', message: new RegExp(field) } },
        `${field} ${JSON.stringify(word)}`,
      );
  const { id } = await daemon.start({ model: 'opus' });
  await daemon.until(id, (event) => event.type === 'status' && event.to === 'running');
  t.match(await daemon.call<Refusal>('PUT', `/tasks/${id}`, { model: 'haiku' }), { status: 409, body: { code: 'TASK_ACTIVE' } });
  t.match(await daemon.call('PUT', `/tasks/${id}`, { progressSummary: 'half' }), { status: 200, body: { model: 'opus' } });
  await daemon.stopped(id);
  const { body: parent } = await daemon.call('POST', '/tasks', { name: 'n', plan: 'p', isOrchestrator: true });
  const { body: key } = await daemon.call<{ key: string }>('POST', `/tasks/${parent.id}/tool-keys`, {});
  t.match(
    await daemon.callWith(key.key, 'PUT', `/tasks/${parent.id}`, { model: 'opus' }),
    { status: 403 },
    'an agent does not choose its own',
  );
});
