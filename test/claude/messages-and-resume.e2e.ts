/** What is said to the real claude beside its plan, in a turn, between turns and after its end. */
import { globSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon, type Daemon } from './daemon.ts';
import { bash, plan, say } from './directives.ts';
import { linesOf, resultsOf } from './event-stream.ts';
import { runProcesses } from './processes.ts';
import { startRendezvous } from './rendezvous.ts';

/** Everything that the model was asked with, the last of it. */
const lastAsked = (daemon: Daemon): (() => string) => {
  let last = '';
  daemon.model.events.on('asked', ({ messages }) => void (last = JSON.stringify(messages)));
  return () => last;
};
const countOf = (text: string, what: string): number => text.split(what).length - 1;

const ended = async (daemon: Daemon, id: string) => {
  await daemon.must(200, 'GET', `/tasks/${id}/wait?until=end&timeout=240`);
  return daemon.task(id);
};
const transcripts = (daemon: Daemon, session: string | null): string[] =>
  globSync(join(daemon.folder, 'agent-home/.claude/projects/*', `${session ?? ''}.jsonl`));

void t.test('several in a turn are heard once each, in their order', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const asked = lastAsked(daemon);
  const { id } = await daemon.startTask({ name: 'Listens', plan: plan(bash(meeting.gate('working')), say('finished')) });
  await meeting.arrived('working');
  const said = ['the first wish', 'the second wish', 'the third wish'];
  for (const message of said) t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message }), { delivered: true });
  meeting.open('working');
  t.match(await ended(daemon, id), { status: 'done' });
  const places = said.map((message) => asked().indexOf(message));
  t.same(
    places,
    [...places].sort((a, b) => a - b),
  );
  t.same(
    said.map((message) => countOf(asked(), message)),
    [1, 1, 1],
  );
  t.same(await daemon.must(200, 'GET', `/tasks/${id}/messages`), []);
});

void t.test('one that claude had taken, and not given to its model when it was stopped, is heard once when it goes on', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const asked = lastAsked(daemon);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({ name: 'Stopped', plan: plan(bash(meeting.gate('working')), bash(meeting.gate('more'))) });
  await meeting.arrived('working');
  await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: 'heard in time' });
  meeting.open('working');
  await meeting.arrived('more');
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: 'heard too late' }), { delivered: true });
  const queued = (): number =>
    linesOf(stream.events, id).filter((line) => line['type'] === 'command_lifecycle' && line['state'] === 'queued').length;
  await stream.until(() => queued() === 2);
  await daemon.must(202, 'POST', `/tasks/${id}/stop`, { graceful: false });
  t.match(await ended(daemon, id), { status: 'interrupted' });
  t.match(await daemon.must(200, 'GET', `/tasks/${id}/messages`), [{ message: 'heard too late', state: 'waiting' }]);
  await daemon.must(202, 'POST', `/tasks/${id}/start`, { resume: true });
  t.match(await ended(daemon, id), { status: 'done', warnings: [] });
  t.same([countOf(asked(), 'heard in time'), countOf(asked(), 'heard too late')], [1, 1]);
  t.ok(asked().indexOf('heard in time') < asked().indexOf('heard too late'));
});

void t.test('one between two turns begins a turn of its own', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Works on',
    plan: plan(bash(meeting.gate('behind'), { background: true }), say('started it')),
  });
  await meeting.arrived('behind');
  await stream.until((event) => resultsOf([event], id).includes('started it'));
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: say('heard it') }), { delivered: true });
  await stream.until((event) => resultsOf([event], id).includes('heard it'));
  meeting.open('behind');
  t.match(await stream.end(id), { status: 'done' });
});

void t.test('a task that has ended goes on with its session; where that is lost it says so, and begins anew', async (t) => {
  const daemon = await startDaemon(t);
  const asked = lastAsked(daemon);
  const { id } = await daemon.startTask({ name: 'Goes on', plan: plan(bash('echo kept > kept.txt'), say('the first end')) });
  const first = await ended(daemon, id);
  t.match(first, { status: 'done' });
  const message = plan(bash('cat kept.txt > heard.txt'), say('the second end'));
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message, resume: true }), { delivered: false });
  const second = await ended(daemon, id);
  t.match(second, { status: 'done', sessionId: first.sessionId, overlayPath: first.overlayPath });
  t.equal(await readFile(join(second.overlayPath ?? '', 'heard.txt'), 'utf8'), 'kept\n', 'in the worktree as it was left');
  t.same(
    [countOf(asked(), 'echo kept > kept.txt'), countOf(asked(), 'the first end')],
    [2, 2],
    'it knows what it did, and got no plan again',
  );

  for (const file of transcripts(daemon, second.sessionId)) rmSync(file);
  await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: 'are you there?', resume: true });
  const lost = await ended(daemon, id);
  t.match(lost, { status: 'failed', errorMessage: /^No conversation found with session ID.* start the task again without resume/ });
  t.match(await daemon.must(200, 'GET', `/tasks/${id}/messages`), [{ message: 'are you there?', state: 'waiting' }]);
  await daemon.must(202, 'POST', `/tasks/${id}/start`, {});
  const anew = await ended(daemon, id);
  t.match(anew, { status: 'done', errorMessage: null, overlayPath: first.overlayPath });
  t.not(anew.sessionId, first.sessionId);
  t.equal(countOf(asked(), 'are you there?'), 1, 'what it did not hear follows the plan');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});

void t.test('also where the daemon and its agent were killed in the middle of a turn', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const asked = lastAsked(daemon);
  const { id } = await daemon.startTask({ name: 'Dies', plan: plan(bash('echo kept > kept.txt'), bash(meeting.gate('never'))) });
  await meeting.arrived('never');
  await daemon.end('SIGKILL');
  for (const { pid } of await runProcesses(daemon.folder)) process.kill(pid, 'SIGKILL');
  await daemon.start();
  const died = await ended(daemon, id);
  t.match(died, { status: 'failed', sessionId: /./ });
  const message = plan(bash('cat kept.txt > heard.txt'), say('went on'));
  await daemon.must(202, 'POST', `/tasks/${id}/start`, { resume: true, message });
  const after = await ended(daemon, id);
  t.match(after, { status: 'done', sessionId: died.sessionId, errorMessage: null });
  t.equal(await readFile(join(after.overlayPath ?? '', 'heard.txt'), 'utf8'), 'kept\n');
  t.equal(countOf(asked(), 'echo kept > kept.txt'), 2, 'as the plan had it and as it was done');
});
