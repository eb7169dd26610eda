/** What a daemon makes of whatever an earlier one, a machine or a user left: each a case of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { platform } from '../../src/process/platform/index.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { isAlive, scratch, startDaemon, stateOf, type Refusal, type TestDaemon } from '../support/daemon.ts';

// Each case starts two daemons, which share the machine with other tests.
t.setTimeout(600_000);

const quick = { interruptGraceMs: 200, terminateGraceMs: 200, exitGraceMs: 300 };
const says =
  (text: string) =>
  (event: TaskEvent): boolean =>
    event.type === 'output' && event.jsonType === 'assistant' && event.content.includes(text);
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1} of ${count}`);

/** The directory of the only run there is. */
const onlyRun = (home: string): string => {
  const [run, ...others] = readdirSync(join(home, 'runs'));
  if (run === undefined || others.length > 0) throw new Error(`there are ${others.length} runs`);
  return join(home, 'runs', run);
};
const processesOf = async (directory: string): Promise<number[]> =>
  (await platform.table('MAKIMA_RUN_ID')).filter(({ marks }) => marks.includes(basename(directory))).map(({ pid }) => pid);

/** A daemon that let go of an agent in the middle of its work, as one that was killed does. */
const leave = async (
  t: Test,
  agent: string,
  plan: string,
  until: string,
): Promise<{ home: string; task: Task; run: string; url: string }> => {
  const home = scratch(t);
  const daemon = await startDaemon(t, agent, { MAKIMA_HOME: home }, quick);
  const { id } = await daemon.start({ plan });
  await daemon.until(id, says(until));
  const { body: task } = await daemon.call('GET', `/tasks/${id}`);
  await daemon.close();
  return { home, task, run: onlyRun(home), url: daemon.app.url };
};
const again = (
  t: Test,
  home: string,
  agent = 'counts',
  tuning: Record<string, number> = {},
  more: { now?: () => Date } = {},
): Promise<TestDaemon> => startDaemon(t, agent, { MAKIMA_HOME: home }, { ...quick, ...tuning }, more);

/** Nothing but the task's own failure came of it: the next one runs, and of the run nothing is left. */
const goesOn = async (t: Test, daemon: TestDaemon, run: string): Promise<void> => {
  const next = await daemon.ended((await daemon.start({ plan: 'COUNT: 2' })).id);
  t.equal(next.status, 'done', 'the next task runs');
  t.notOk(existsSync(run), 'its directory is gone');
  t.same(await processesOf(run), [], 'and all its processes');
};

void t.test('a pid that is used again is nobody of ours: it is not signalled, and the run is judged gone', async (t) => {
  const { home, task, run } = await leave(t, 'forever', 'work', 'Working');
  const other = spawn('sleep', ['1000']);
  t.teardown(() => other.kill('SIGKILL'));
  await once(other, 'spawn');
  const handle = JSON.parse(readFileSync(join(run, 'handle.json'), 'utf8'));
  writeFileSync(join(run, 'handle.json'), JSON.stringify({ ...handle, pid: other.pid }));
  const daemon = await again(t, home);
  t.match(await daemon.ended(task.id), { status: 'failed', errorMessage: /gone/ });
  t.ok(isAlive(other.pid ?? 0), 'the other process lives');
  await goesOn(t, daemon, run);
});

void t.test('after a reboot of the machine the task has failed with the reason', async (t) => {
  const { home, task, run } = await leave(t, 'forever', 'work', 'Working');
  const handle = JSON.parse(readFileSync(join(run, 'handle.json'), 'utf8'));
  writeFileSync(join(run, 'handle.json'), JSON.stringify({ ...handle, bootId: 'another boot' }));
  const daemon = await again(t, home);
  t.match(await daemon.ended(task.id), { status: 'failed', errorMessage: /machine was restarted/ });
  await goesOn(t, daemon, run);
});

void t.test('a handle that cannot be read fails the task with the reason and holds up nobody', async (t) => {
  const { home, task, run } = await leave(t, 'forever', 'work', 'Working');
  truncateSync(join(run, 'handle.json'), 20);
  const daemon = await again(t, home);
  t.match(await daemon.ended(task.id), { status: 'failed', errorMessage: /could not be taken up.*handle/s });
  await goesOn(t, daemon, run);
});

void t.test('with the clock set back a day ids grow, and the queue keeps its order', async (t) => {
  const home = scratch(t);
  const settings = { MAKIMA_HOME: home, MAKIMA_MAX_CONCURRENT_TASKS: '1' };
  const first = await startDaemon(t, 'by-task-name', settings, quick);
  const running = await first.start({ name: 'forever' });
  await first.until(running.id, says('Working'));
  const queued: string[] = [];
  for (let number = 0; number < 3; number += 1) queued.push((await first.start({ name: 'counts', plan: 'COUNT: 2' })).id);
  await first.close();
  const daemon = await startDaemon(t, 'by-task-name', settings, quick, { now: () => new Date(Date.now() - 24 * 3600_000) });
  queued.push((await daemon.start({ name: 'counts', plan: 'COUNT: 2' })).id);
  await daemon.call('POST', `/tasks/${running.id}/stop`, {});
  const begun: { id: string; at: number }[] = [];
  for (const id of [running.id, ...queued]) {
    await daemon.ended(id);
    const events = await daemon.events(id);
    t.same(
      events.map((event) => event.id),
      events.map((event) => event.id).toSorted((a, b) => a - b),
      'ids grow',
    );
    t.equal(new Set(events.map((event) => event.id)).size, events.length);
    const at = events.find((event) => event.type === 'status' && event.to === 'initializing')?.id ?? 0;
    if (id !== running.id) begun.push({ id, at });
  }
  t.same(
    begun.toSorted((a, b) => a.at - b.at).map(({ id }) => id),
    queued,
  );
});

void t.test('a task in the queue that was told something keeps its place over a restart', async (t) => {
  const settings = { MAKIMA_HOME: scratch(t), MAKIMA_MAX_CONCURRENT_TASKS: '1' };
  const first = await startDaemon(t, 'by-task-name', settings, quick);
  const running = await first.start({ name: 'forever' });
  await first.until(running.id, says('Working'));
  const queued: string[] = [];
  for (let number = 0; number < 3; number += 1) queued.push((await first.start({ name: 'counts', plan: 'COUNT: 2' })).id);
  t.equal((await first.call('POST', `/tasks/${queued[0]}/messages`, { message: 'And more' })).status, 202);
  await first.close();
  const daemon = await startDaemon(t, 'by-task-name', settings, quick);
  for (const [index, id] of queued.entries())
    t.match((await daemon.call('GET', `/tasks/${id}`)).body, { waitsFor: { kind: 'slot', position: index + 1 } });
  await daemon.call('POST', `/tasks/${running.id}/stop`, {});
  for (const id of [running.id, ...queued]) await daemon.ended(id);
});

void t.test('a torn last record of a log is cut off, and no line is lost or doubled', async (t) => {
  for (const tear of ['half a record more', 'the last record cut'] as const) {
    const { home, task } = await leave(t, 'counts', 'COUNT: 30 EVERY: 10', 'line 5 of 30');
    const log = join(home, 'events', `${task.id}.log`);
    if (tear === 'half a record more') appendFileSync(log, `{"id":99999,"taskId":"${task.id}","type":"output","at":"2026`);
    else truncateSync(log, readFileSync(log).length - 10);
    const daemon = await again(t, home);
    t.equal((await daemon.ended(task.id)).status, 'done');
    t.same(await daemon.said(task.id), numbered(30), tear);
  }
});

void t.test('a deleted worktree: no diff, and the task can be started again', async (t) => {
  const daemon = await startDaemon(t, 'counts', {}, quick);
  const task = await daemon.ended((await daemon.start({ plan: 'COUNT: 3' })).id);
  rmSync(task.overlayPath ?? '', { recursive: true });
  t.equal((await daemon.call<{ exists: boolean }>('GET', `/tasks/${task.id}/worktree`)).body.exists, false);
  const { status, body } = await daemon.call<Refusal>('GET', `/tasks/${task.id}/diff`);
  t.match({ status, body }, { status: 404, body: { code: 'WORKTREE_NOT_FOUND' } });
  await daemon.call('POST', `/tasks/${task.id}/start`);
  t.match(await daemon.ended(task.id), { status: 'done', errorMessage: null });
  t.ok(existsSync(join(task.overlayPath ?? '', '.counted')));
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
});

void t.test("a run's directory that was deleted while no daemon ran: the task fails with the reason", async (t) => {
  const { home, task, run } = await leave(t, 'forever', 'work', 'Working');
  rmSync(run, { recursive: true });
  const daemon = await again(t, home);
  t.match(await daemon.ended(task.id), { status: 'failed', errorMessage: /directory of its run is gone/ });
  await goesOn(t, daemon, run);
});

void t.test("a run's directory that is deleted under a running agent: its lines are kept, and the task fails with a reason", async (t) => {
  const daemon = await startDaemon(t, 'counts', {}, quick);
  const { id } = await daemon.start({ plan: 'COUNT: 30 EVERY: 10' });
  await daemon.until(id, says('line 3 of 30'));
  const run = onlyRun(daemon.home);
  rmSync(run, { recursive: true });
  const task = await daemon.ended(id);
  t.equal(task.status, 'failed');
  t.ok(task.errorMessage);
  t.same(await daemon.said(id), numbered(30));
  await goesOn(t, daemon, run);
});

void t.test('without its FIFOs an agent gets no more messages, and its task still ends', async (t) => {
  const daemon = await startDaemon(t, 'counts', {}, quick);
  const { id } = await daemon.start({ plan: 'COUNT: 30 EVERY: 10' });
  await daemon.until(id, says('line 3 of 30'));
  const run = onlyRun(daemon.home);
  rmSync(join(run, 'in'));
  rmSync(join(run, 'messages/bell'));
  t.match(await daemon.call<Refusal>('POST', `/tasks/${id}/messages`, { message: 'hello' }), {
    status: 409,
    body: { code: 'AGENT_INPUT_CLOSED' },
  });
  t.equal((await daemon.ended(id)).status, 'done');
  t.same(await daemon.said(id), numbered(30));
  await goesOn(t, daemon, run);
});

/** Makes the reading of a run's output hang until it is let go, which can be once it hangs. */
const hang = (t: Test, run: string): (() => boolean) => {
  const out = join(run, 'out');
  rmSync(out);
  execFileSync('mkfifo', [out]);
  let fd: number | null = null;
  t.teardown(() => {
    if (fd !== null) closeSync(fd);
  });
  return () => {
    try {
      fd = openSync(out, constants.O_WRONLY | constants.O_NONBLOCK);
      return true;
    } catch (error) {
      // Nobody reads yet.
      if (error instanceof Error && 'code' in error && error.code === 'ENXIO') return false;
      throw error;
    }
  };
};

void t.test('it is not ready before every run is taken up', async (t) => {
  const { home, task, run, url } = await leave(t, 'forever', 'work', 'Working');
  const letGo = hang(t, run);
  const starting = again(t, home);
  let status: number;
  do
    status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    );
  while (!letGo());
  t.equal(status, 503);
  const daemon = await starting;
  t.equal((await fetch(`${daemon.app.url}/readyz`)).status, 200);
  t.match(await daemon.ended(task.id), { status: 'failed', errorMessage: /could not be taken up/ });
  await goesOn(t, daemon, run);
});

void t.test('taking up has its time: then the daemon is ready, and a stop in the meantime holds', async (t) => {
  const { home, task, run } = await leave(t, 'forever', 'work', 'Working');
  const letGo = hang(t, run);
  const daemon = await again(t, home, 'counts', { recoveryMs: 50 });
  t.equal((await fetch(`${daemon.app.url}/readyz`)).status, 200);
  t.equal((await daemon.call('POST', `/tasks/${task.id}/stop`, {})).status, 202);
  t.equal((await daemon.ended((await daemon.start({ plan: 'COUNT: 2' })).id)).status, 'done', 'others run');
  t.ok(letGo(), 'it hangs still');
  t.equal((await daemon.ended(task.id)).status, 'interrupted');
  await goesOn(t, daemon, run);
});

void t.test('a paused run stays paused, also one that was not stopped yet, and goes on when it is resumed', async (t) => {
  for (const continued of [false, true]) {
    const home = scratch(t);
    const first = await startDaemon(t, 'counts', { MAKIMA_HOME: home }, quick);
    // It does not end before it was resumed, however long the daemons take.
    const resumed = join(home, 'resumed');
    const { id } = await first.start({ plan: `COUNT: 30 EVERY: 10 UNTIL: ${resumed}` });
    await first.until(id, says('line 3 of 30'));
    t.equal((await first.call('POST', `/tasks/${id}/pause`)).body.status, 'paused');
    await first.close();
    const run = onlyRun(home);
    const agents = (await processesOf(run)).filter((pid) => stateOf(pid) === 'T');
    t.ok(agents.length > 0);
    if (continued) for (const pid of agents) process.kill(pid, 'SIGCONT');
    const daemon = await again(t, home);
    t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'paused');
    for (const pid of agents) t.equal(stateOf(pid), 'T');
    t.equal((await daemon.call('POST', `/tasks/${id}/resume`)).body.status, 'running');
    writeFileSync(resumed, '');
    t.equal((await daemon.ended(id)).status, 'done');
    t.same(await daemon.said(id), numbered(30));
  }
});

void t.test('a stop that was acknowledged holds over a restart', async (t) => {
  const home = scratch(t);
  const first = await spawnDaemon(t, home, 'ignores-sigterm');
  const { id } = (await first.call('POST', '/tasks', { name: 'deaf', plan: 'work', start: true })).body;
  for await (const event of first.follow(id)) if (event.type === 'output' && event.jsonType === 'assistant') break;
  t.equal((await first.call('POST', `/tasks/${id}/stop`, {})).status, 202);
  await first.kill('SIGKILL');
  const run = onlyRun(home);
  const daemon = await again(t, home);
  t.equal((await daemon.ended(id)).status, 'interrupted');
  await goesOn(t, daemon, run);
});

void t.test('done that was acknowledged stays done over a restart, with all lines and one end', async (t) => {
  const home = scratch(t);
  const first = await startDaemon(t, 'counts', { MAKIMA_HOME: home }, quick);
  const { id } = await first.start({ plan: 'COUNT: 30 EVERY: 10' });
  await first.until(id, says('line 3 of 30'));
  t.equal((await first.call('PUT', `/tasks/${id}`, { status: 'done', progressSummary: 'enough' })).status, 200);
  await first.close();
  const run = onlyRun(home);
  const daemon = await again(t, home);
  t.match(await daemon.ended(id), { status: 'done', progressSummary: 'enough' });
  t.same(await daemon.said(id), numbered(30));
  t.equal((await daemon.events(id)).filter(({ type }) => type === 'end').length, 1);
  await goesOn(t, daemon, run);
});
