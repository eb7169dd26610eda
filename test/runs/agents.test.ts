import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { isAlive, lineOf, scratch, startDaemon, userRepository, write, type Refusal } from '../support/daemon.ts';

const isResult = (event: TaskEvent): boolean => event.type === 'output' && event.jsonType === 'result';

/** One daemon for all of them; the task's name picks the agent. */
void t.test('agents by their behaviour', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '30' }, { silenceSeconds: 2, startSilenceSeconds: 2 });
  const run = (name: string, more: Record<string, unknown> = {}) => daemon.start({ name, ...more });
  t.jobs = 4;

  void t.test('says-a-line', async (t) => {
    const { id } = await run('says-a-line');
    t.match(await daemon.ended(id), {
      status: 'done',
      exitCode: 0,
      errorMessage: null,
      sessionId: /^[0-9a-f-]{36}$/,
      usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 2, cacheWriteTokens: 3, costUsd: 0.01, turns: 1 },
    });
    t.strictSame(await daemon.said(id), ['Hello from the scripted agent.']);
    t.match(await daemon.text(`/tasks/${id}/output`), /^Hello from the scripted agent\.$/m);
  });

  void t.test('forever, stopped gracefully, is interrupted and says so', async (t) => {
    const { id } = await run('forever');
    await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('Working until') === true);
    const task = await daemon.stopped(id);
    t.match(task, { status: 'interrupted', errorMessage: null });
    const result = (await daemon.events(id)).find(isResult);
    t.match(result, { content: /error_during_execution/ }, 'it was asked, and answered');
    t.equal((await daemon.events(id)).at(-1)?.type, 'end');
  });

  void t.test('forever, stopped at once, is not asked', async (t) => {
    const { id } = await run('forever');
    await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('Working until') === true);
    t.match(await daemon.stopped(id, { graceful: false }), { status: 'interrupted', errorMessage: null });
    t.notOk((await daemon.events(id)).some((event) => isResult(event) || lineOf(event, 'stdout')?.includes('control_response') === true));
  });

  void t.test('forks-a-tree: a stop ends all that it started and nobody else', async (t) => {
    const bystanders = [process.env, { ...process.env, MAKIMA_RUN_ID: 'somebody-else' }].map((env) =>
      spawn('sleep', ['1000000'], { stdio: 'ignore', detached: true, env }),
    );
    t.teardown(() => {
      for (const each of bystanders) each.kill('SIGKILL');
    });
    const { id } = await run('forks-a-tree');
    const seen = await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('cleanEnvironment') === true);
    const last = seen.at(-1);
    const pids =
      last?.type === 'output'
        ? Object.values(
            JSON.parse((JSON.parse(last.content) as { message: { content: [{ text: string }] } }).message.content[0].text) as Record<
              string,
              number
            >,
          )
        : [];
    t.ok(pids.length >= 5 && pids.every(isAlive), 'they run');
    t.equal((await daemon.stopped(id)).status, 'interrupted');
    t.strictSame(pids.filter(isAlive), [], 'all are gone when the task has ended');
    t.ok(
      bystanders.every(({ pid }) => pid !== undefined && isAlive(pid)),
      'who only looks like it lives',
    );
  });

  void t.test('exits-3: the error is what it said', async (t) => {
    const { id } = await run('exits-3');
    t.match(await daemon.ended(id), {
      status: 'failed',
      exitCode: 3,
      errorMessage: 'The scripted agent cannot start: it was told not to.',
    });
    t.strictSame(await daemon.lines(id, 'stderr'), ['The scripted agent cannot start: it was told not to.']);
  });

  void t.test('is-error: the error is the agent’s own words', async (t) => {
    const { id } = await run('is-error');
    t.match(await daemon.ended(id), { status: 'failed', exitCode: 1, errorMessage: /^API Error: 500 the scripted API is out of order/ });
  });

  void t.test('not-logged-in: the error says how to sign in', async (t) => {
    const { id } = await run('not-logged-in');
    const { status, errorMessage } = await daemon.ended(id);
    t.equal(status, 'failed');
    t.match(errorMessage, /Not logged in.*Run `claude` once.*ANTHROPIC_API_KEY/);
    t.match(
      await daemon.text(`/tasks/${id}/output?follow=true`),
      /\n\[makima\] failed: Not logged in.*Run `claude` once.*\n$/,
      'and so does the last line that a person sees who followed it',
    );
  });

  void t.test('denied-bash: an agent that was denied all that it tried has failed, though it says success', async (t) => {
    const { id } = await run('denied-bash');
    t.match(await daemon.ended(id), {
      status: 'failed',
      exitCode: 0,
      errorMessage: /Every tool that the agent tried was denied: Bash \(Permission to use Bash has been denied\.\)\. Allow them/,
      warnings: [],
    });
  });

  void t.test('denied-bash: with another tool that worked it is done, with a warning before the end of its log', async (t) => {
    const { id } = await run('denied-bash', { plan: 'touch it and write it' });
    t.match(await daemon.ended(id), { status: 'done', warnings: [{ code: 'TOOLS_DENIED', message: /Bash \(Permission/ }] });
    t.ok((await daemon.lines(id, 'system')).some((line) => line.includes('denied some of the tools')));
  });

  void t.test('huge-line: nothing of it is lost', async (t) => {
    const { id } = await run('huge-line');
    t.equal((await daemon.ended(id)).status, 'done');
    const parts = (await daemon.events(id)).filter((event) => event.type === 'output' && event.stream === 'stdout');
    const first = parts.findIndex((event) => event.type === 'output' && event.partial === true);
    const last = parts.findIndex((event, index) => index > first && event.type === 'output' && event.partial !== true);
    t.ok(first >= 0 && last > first + 1, 'it came in parts');
    const line = parts
      .slice(first, last + 1)
      .map((event) => (event.type === 'output' ? event.content : ''))
      .join('');
    const { message } = JSON.parse(line) as { message: { content: [{ text: string }] } };
    t.ok(message.content[0].text === 'x'.repeat(5 * 1024 * 1024));
  });

  void t.test('invalid-utf8: the exact bytes can be had', async (t) => {
    const { id } = await run('invalid-utf8');
    t.equal((await daemon.ended(id)).status, 'done');
    const bytes = (await daemon.events(id)).flatMap((event) =>
      event.type === 'output' && event.base64 !== undefined ? [[event.stream, event.base64]] : [],
    );
    t.same(bytes.sort(), [
      ['stderr', Buffer.from([0x65, 0x72, 0x72, 0x20, 0x80]).toString('base64')],
      ['stdout', Buffer.from([0x62, 0x61, 0x64, 0x20, 0xff, 0xfe, 0xc3, 0x28]).toString('base64')],
    ]);
  });

  void t.test('no-newline-at-end: the last line counts', async (t) => {
    const { id } = await run('no-newline-at-end');
    t.equal((await daemon.ended(id)).status, 'done');
    t.equal((await daemon.lines(id, 'stdout')).at(-1), '{"type":"system","subtype":"last_words"}');
  });

  void t.test('prints-nothing: the user is warned, and can stop it', async (t) => {
    const { id } = await run('prints-nothing');
    await daemon.until(id, (event) => event.type === 'output' && event.level === 'warning' && /printed nothing/.test(event.content));
    t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'running');
    t.equal((await daemon.stopped(id, { graceful: false })).status, 'interrupted');
  });

  void t.test('late-result: the task ends after the result that nobody asked for', async (t) => {
    const { id } = await run('late-result');
    t.match(await daemon.ended(id), { status: 'done', exitCode: 0 });
    const events = await daemon.events(id);
    t.equal(events.filter(isResult).length, 2);
    t.ok(events.findLastIndex(isResult) < events.findIndex((event) => event.type === 'status' && event.to === 'done'));
  });

  for (const [name, second] of [
    ['several-results', /^Result 2\.$/],
    ['echo-messages', /^You said: and now\nsomething "else"$/],
  ] as const) {
    void t.test(`${name}: an agent that is waited with gets a further message, and the end of its subtasks`, async (t) => {
      const { id } = await run(name, { isOrchestrator: true });
      const gates = scratch(t);
      const child = await run('runs-plan', { parentTaskId: id, plan: `RUN: while [ ! -e '${join(gates, 'go')}' ]; do sleep 0.05; done` });
      await daemon.until(id, (event) => lineOf(event, 'system')?.includes('at rest') === true);
      const answer = await daemon.call<{ delivered: boolean }>('POST', `/tasks/${id}/messages`, { message: 'and now\nsomething "else"' });
      t.match(answer, { status: 202, body: { delivered: true } });
      await daemon.until(id, (event) => event.type === 'usage' && event.usage.turns === 2);
      t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'running', 'two results do not end it while a subtask runs');
      write(gates, { go: '' });
      t.equal((await daemon.ended(child.id)).status, 'done');
      t.match(await daemon.ended(id), { status: 'done', usage: { turns: 3, inputTokens: 30, costUsd: 0.03 } });
      t.match(await daemon.said(id), [/./, second, /./]);
      t.ok((await daemon.lines(id, 'stdin')).includes('something "else"'), 'what was said to it is in its log');
    });
  }

  void t.test('runs-plan: the worktree is where the agent works', async (t) => {
    const { id } = await run('runs-plan', { plan: 'RUN: echo made > made.txt' });
    const task = await daemon.ended(id);
    t.equal(task.status, 'done', task.errorMessage ?? '');
    t.equal(readFileSync(join(task.overlayPath ?? '', 'made.txt'), 'utf8'), 'made\n');
  });

  void t.test('runs-plan: a plan that fails fails the task', async (t) => {
    const { id } = await run('runs-plan', { plan: 'RUN: echo it is broken >&2; exit 4' });
    t.match(await daemon.ended(id), { status: 'failed', exitCode: 1, errorMessage: /exit code 4: it is broken/ });
  });
});

void t.test('an agent that is not installed', async (t) => {
  const script = join(scratch(t), 'claude');
  write(join(script, '..'), { claude: '#!/nowhere/interpreter\n' });
  for (const [command, says] of [
    ['/nowhere/claude', /\/nowhere\/claude is no program that can be run.*npm install -g @anthropic-ai\/claude-code/],
    ['no-such-claude', /not found on the PATH \(looked in .*\/bin.*\).*MAKIMA_CLAUDE_COMMAND/],
    [script, /cannot be run.*npm install/],
  ] as const) {
    const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_CLAUDE_COMMAND: command });
    t.match(daemon.app.notices, [says], 'the start says so, too');
    const { id } = await daemon.start({ repositoryUrl: userRepository(t) });
    t.match(await daemon.ended(id), { status: 'failed', errorMessage: says, overlayPath: null, exitCode: null, startedAt: null });
    for (const place of ['worktrees', 'runs', 'repositories']) {
      t.strictSame(existsSync(join(daemon.home, place)) ? readdirSync(join(daemon.home, place)) : [], [], `nothing is left in ${place}`);
    }
    t.match(await daemon.call<Refusal>('GET', `/tasks/${id}/worktree`), { status: 404, body: { code: 'WORKTREE_NOT_FOUND' } });
    await daemon.close();
  }
});
