import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from './daemon.ts';
import { bash, fail, plan, say, shellQuoted } from './directives.ts';
import { linesOf, resultsOf } from './event-stream.ts';
import { runProcesses } from './processes.ts';
import { startRendezvous } from './rendezvous.ts';

void t.test('stop ends everything that the agent started, and nothing else', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const bystander = spawn('tail', ['-f', '/dev/null'], { cwd: daemon.folder, stdio: 'ignore' });
  t.teardown(async () => {
    bystander.kill();
    await once(bystander, 'exit');
  });
  const stream = await daemon.follow(t, '/events');
  // Started by a command that has ended: claude itself ends what still hangs below a running one.
  const stubborn = `trap "" TERM INT HUP; ${meeting.gate('stubborn')}; while :; do tail -f /dev/null; done`;
  const detach = bash(
    `setsid nohup tail -f /dev/null > /dev/null 2>&1 < /dev/null &\nsetsid bash -c ${shellQuoted(stubborn)} > /dev/null 2>&1 < /dev/null &`,
  );
  const { id } = await daemon.startTask({
    name: 'Never ends',
    plan: plan(detach, bash(`${meeting.gate('busy')}\nsetsid --wait tail -f /dev/null`)),
  });
  await Promise.all([meeting.arrived('busy'), meeting.arrived('stubborn')]);
  meeting.open('busy');
  meeting.open('stubborn');
  t.ok((await runProcesses(daemon.folder)).length >= 4, 'claude, its shell and what was detached are found by the marker');

  await daemon.must(202, 'POST', `/tasks/${id}/stop`);
  t.match(await stream.end(id), { status: 'interrupted' });
  t.match(await daemon.task(id), { status: 'interrupted' });
  t.same(await runProcesses(daemon.folder), [], 'nothing of the run is left, setsid and trap or not');
  t.equal(bystander.exitCode ?? bystander.signalCode, null, 'a process of somebody else lives on');
});

void t.test('a message in mid-turn reaches the model', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({ name: 'Listens', plan: plan(bash(meeting.gate('working')), say('finished')) });
  await meeting.arrived('working');
  const message = bash('echo "you said so" > follow-up.txt');
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message }), { delivered: true });
  meeting.open('working');
  t.match(await stream.end(id), { status: 'done' });
  const worktree = (await daemon.task(id)).overlayPath ?? '';
  t.equal(await readFile(join(worktree, 'follow-up.txt'), 'utf8'), 'you said so\n');
  t.ok(
    stream.events.some((event) => event.type === 'output' && event.stream === 'stdin' && event.content.includes('you said so')),
    'what was said to the agent is in the log',
  );
});

void t.test('a message that begins like a command is one to the model, and loses no conversation', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Listens',
    plan: plan(bash('echo kept > kept.txt'), bash(meeting.gate('working')), say('finished')),
  });
  await meeting.arrived('working');
  const said: string[] = [];
  daemon.model.events.on('asked', ({ messages }) => void said.push(JSON.stringify(messages)));
  const message = `/clear\n${bash('cat kept.txt > heard.txt')}`;
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message }), { delivered: true });
  meeting.open('working');
  t.match(await stream.end(id), { status: 'done' });
  t.equal(await readFile(join((await daemon.task(id)).overlayPath ?? '', 'heard.txt'), 'utf8'), 'kept\n', 'it was heard in mid-turn');
  t.notOk(
    linesOf(stream.events, id).some((line) => line['type'] === 'conversation_reset'),
    'the conversation goes on',
  );
  t.ok(
    said.some((messages) => messages.includes(JSON.stringify(`\n${message}`).slice(1, -1))),
    'the model sees the text as it was sent',
  );
  t.same(resultsOf(stream.events, id), ['finished']);
});

void t.test('an account that is refused fails the task in the agent’s words and says what to do', async (t) => {
  const daemon = await startDaemon(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({ name: 'Not signed in', plan: fail(401) });
  t.match(await stream.end(id), { status: 'failed' });
  const task = await daemon.task(id);
  t.match(task.errorMessage, /Failed to authenticate.*401.*scripted failure 401/);
  t.match(task.errorMessage, /Run `claude`.*sign in|ANTHROPIC_API_KEY/);
});

void t.test('work in the background ends the task neither too early nor never', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Works on',
    plan: plan(bash(meeting.gate('behind'), { background: true }), say('started it'), bash('echo seen > noticed.txt'), say('noticed it')),
  });
  await meeting.arrived('behind');
  await stream.until((event) => resultsOf([event], id).includes('started it'));
  t.equal((await daemon.task(id)).status, 'running', 'it goes on after the first result');
  meeting.open('behind');
  t.match(await stream.end(id), { status: 'done' });
  t.same(resultsOf(stream.events, id), ['started it', 'noticed it']);
  const task = await daemon.task(id);
  t.equal(await readFile(join(task.overlayPath ?? '', 'noticed.txt'), 'utf8'), 'seen\n');
  t.match(task.usage, { inputTokens: 400, outputTokens: 40 }, 'four answers over both turns');
});

void t.test('a task that ended is started again in the same worktree', async (t) => {
  const daemon = await startDaemon(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({ name: 'Twice', plan: plan(bash('echo run >> runs.txt'), say('one run')) });
  const firstEnd = await stream.end(id);
  const first = await daemon.task(id);
  await daemon.must(202, 'POST', `/tasks/${id}/start`);
  await stream.until((event) => event.type === 'end' && event.taskId === id && event.id > firstEnd.id);
  const second = await daemon.task(id);
  t.match(second, { status: 'done', overlayPath: first.overlayPath });
  t.match(await readFile(join(second.overlayPath ?? '', 'runs.txt'), 'utf8'), /^run\n/);
  t.ok(linesOf(stream.events, id).filter((line) => line['type'] === 'result').length >= 2, 'both runs are in the log');
  t.ok((second.usage?.inputTokens ?? 0) > (first.usage?.inputTokens ?? 0), 'usage is over all runs');
});
