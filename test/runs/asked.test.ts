/** What agents ask, and how they are answered. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { answersWith } from '../support/answering-hook.ts';
import { agentPath, lineOf, plainly, scratch, startDaemon } from '../support/daemon.ts';
import { delivererOf } from '../support/deliverer.ts';

const warns =
  (text: RegExp) =>
  (event: TaskEvent): boolean =>
    text.test(lineOf(event, 'system') ?? '');

const asking = { MAKIMA_ENABLE_PERMISSIONS: 'true' };

void t.test('what an agent asks is told, and waits until somebody answers', async (t) => {
  const daemon = await startDaemon(t, 'asks', asking);
  const { id } = await daemon.start({});
  await daemon.until(id, warns(/asks whether it may use Bash: touch asked.txt. `makima allow [0-9a-f]{8}` lets it/));
  t.equal((await daemon.stopped(id)).status, 'interrupted');
});

void t.test('a limit of the account is told with its end, and ends nothing', async (t) => {
  const daemon = await startDaemon(t, 'reaches-limit');
  const { id } = await daemon.start({});
  t.equal((await daemon.ended(id)).status, 'done');
  t.ok((await daemon.events(id)).some(warns(/come to a limit, which is reset at 2026-11-18T11:06:40.000Z/)));
});

void t.test('a hook answers: as it was asked, with another input, and no', async (t) => {
  for (const [answer, said] of [
    [{ decision: 'allow' }, 'Allowed: touch asked.txt'],
    [{ decision: 'allow', input: { command: 'true' } }, 'Allowed: true'],
    [{ decision: 'deny', message: 'not here' }, 'Denied: not here'],
  ] as const) {
    const daemon = await startDaemon(t, 'asks', asking, {}, { hooks: [answersWith(answer)] });
    const { id } = await daemon.start({});
    t.equal((await daemon.ended(id)).status, 'done');
    t.ok((await daemon.said(id)).includes(said), said);
  }
});

void t.test('an answer that was accepted is delivered once, though the daemon is killed before it was', async (t) => {
  const [home, notes] = [scratch(t), scratch(t)];
  const [command, args] = plainly(agentPath('asks'));
  const settings = {
    ...asking,
    MAKIMA_HOME: home,
    MAKIMA_PORT: '0',
    MAKIMA_CLAUDE_COMMAND: command,
    MAKIMA_CLAUDE_PRE_ARGS: JSON.stringify(args),
    MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: notes }),
  };
  mkdirSync(home, { recursive: true });
  const killed = spawn(...plainly(process.execPath, join(import.meta.dirname, '../support/answering-daemon.ts')), {
    env: { ...process.env, ...settings },
    stdio: 'inherit',
  });
  t.teardown(() => killed.kill('SIGKILL'));
  t.same(await once(killed, 'exit'), [null, 'SIGKILL'], 'it died when it had accepted the answer');
  const run = join(home, 'runs', readdirSync(join(home, 'runs'))[0] ?? '');
  const waits = (): string[] => readdirSync(join(run, 'messages')).filter((name) => name.endsWith('.msg'));
  t.equal(waits().length, 1, 'the answer waits for the agent');

  // The next one finds the agent asking still, does not know that it was answered, and is of another mind.
  const again = Promise.withResolvers<{ repeated: boolean }>();
  const hooks = [answersWith({ decision: 'deny', message: 'too late' }, undefined, again.resolve)];
  const daemon = await startDaemon(t, 'asks', settings, {}, { hooks });
  const [task] = (await daemon.call<{ items: { id: string }[] }>('GET', '/tasks')).body.items;
  t.match(await again.promise, { repeated: true });
  t.equal(waits().length, 1, 'it waits as before');
  process.kill(delivererOf(run), 'SIGCONT');
  t.equal((await daemon.ended(task?.id ?? '')).status, 'done');
  t.ok((await daemon.said(task?.id ?? '')).includes('Allowed: touch asked.txt'), 'the first answer counts');
  const [file = ''] = readdirSync(notes);
  t.equal(
    readFileSync(join(notes, file), 'utf8')
      .match(/^answer .*$/gm)
      ?.join(),
    'answer allow',
    'and it came once',
  );
});
