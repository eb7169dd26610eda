/** Daemons in processes of their own, that are ended by signals while clients and agents go on. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { isAlive, scratch, startDaemon } from '../support/daemon.ts';

t.setTimeout(600_000);

const until = async (daemon: DaemonProcess, taskId: string, fits: (event: TaskEvent) => boolean): Promise<TaskEvent> => {
  for await (const event of daemon.follow(taskId)) if (fits(event)) return event;
  throw new Error('no such event');
};
const says =
  (text: string) =>
  (event: TaskEvent): boolean =>
    event.type === 'output' && event.jsonType === 'assistant' && event.content.includes(text);
const ended = (event: TaskEvent): boolean => event.type === 'end';
const pidOf = (home: string): number => {
  const [run = ''] = readdirSync(join(home, 'runs'));
  return Number(JSON.parse(readFileSync(join(home, 'runs', run, 'handle.json'), 'utf8')).pid);
};

void t.test('SIGTERM ends an open stream after its retry hint, exits in order, and leaves the agent running', async (t) => {
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'forever');
  const { body: task } = await daemon.call('POST', '/tasks', { name: 'work', plan: 'work', start: true });
  await until(daemon, task.id, says('Working'));
  const agent = pidOf(home);
  const authorization = `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`;
  const response = await fetch(`${daemon.url}/api/v1/mesh/tasks/${task.id}/events`, { headers: { authorization } });
  let text = '';
  const served = Promise.withResolvers<null>();
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes('Working')) served.resolve(null);
    }
  })();
  await Promise.race([served.promise, reading]);
  const status = await daemon.kill('SIGTERM');
  await reading; // rejects where the connection was broken off
  t.match(text, /^retry: \d+\n\n/);
  t.match(text, /Working/);
  // close-with-grace ends the process with 1 where its time is over.
  t.equal(status, 0, daemon.log());
  t.ok(isAlive(agent), 'the agent goes on');
  const next = await spawnDaemon(t, home, 'forever');
  t.equal(next.url, daemon.url, 'on the same port');
  t.equal((await next.call('GET', `/tasks/${task.id}`)).body.status, 'running');
  t.equal((await next.call('POST', `/tasks/${task.id}/stop`, {})).status, 202);
  await until(next, task.id, ended);
  t.notOk(isAlive(agent));
});

void t.test(
  'a stop that was acknowledged is carried through before the daemon lets go, also of an agent that has to be killed',
  async (t) => {
    const home = scratch(t);
    const daemon = await spawnDaemon(t, home, 'by-task-name');
    const make = async (name: string) => (await daemon.call('POST', '/tasks', { name, plan: 'work', start: true })).body;
    const goesOn = await make('forever');
    await until(daemon, goesOn.id, says('Working'));
    const other = pidOf(home);
    const deaf = await make('ignores-sigterm');
    await until(daemon, deaf.id, (event) => event.type === 'output' && event.jsonType === 'assistant');
    const agents = readdirSync(join(home, 'runs')).map((run) =>
      Number(JSON.parse(readFileSync(join(home, 'runs', run, 'handle.json'), 'utf8')).pid),
    );
    const [agent = 0] = agents.filter((pid) => pid !== other);
    t.equal((await daemon.call('POST', `/tasks/${deaf.id}/stop`, {})).status, 202);
    t.equal(await daemon.kill('SIGTERM'), 0, daemon.log());
    t.notOk(isAlive(agent), 'what was to be stopped is');
    t.ok(isAlive(other), 'what was not goes on');
    const next = await spawnDaemon(t, home, 'by-task-name');
    t.equal((await next.call('GET', `/tasks/${deaf.id}`)).body.status, 'interrupted');
    t.equal((await next.call('POST', `/tasks/${goesOn.id}/stop`, {})).status, 202);
    await until(next, goesOn.id, ended);
  },
);

void t.test('with MAKIMA_STOP_AGENTS a stop of the daemon stops the agents', async (t) => {
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'forever', { MAKIMA_STOP_AGENTS: 'true' });
  const { body: task } = await daemon.call('POST', '/tasks', { name: 'work', plan: 'work', start: true });
  await until(daemon, task.id, says('Working'));
  const agent = pidOf(home);
  t.equal(await daemon.kill('SIGTERM'), 0, daemon.log());
  t.notOk(isAlive(agent));
  const next = await spawnDaemon(t, home, 'forever');
  t.equal((await next.call('GET', `/tasks/${task.id}`)).body.status, 'interrupted');
});

void t.test(
  'a signal that comes twice, as npm and a closing terminal send it, is one; and nobody has to be there to be told',
  async (t) => {
    const env = { MAKIMA_STOP_AGENTS: 'true', MAKIMA_LOG_LEVEL: 'info' };
    for (const signal of ['SIGINT', 'SIGHUP'] as const) {
      const home = scratch(t);
      const daemon = await spawnDaemon(t, home, 'forever', env);
      const { body: task } = await daemon.call('POST', '/tasks', { name: 'work', plan: 'work', start: true });
      await until(daemon, task.id, says('Working'));
      const agent = pidOf(home);
      const over = daemon.kill(signal);
      while (!daemon.log().includes(`${signal}: shutting down`)) await pause(1);
      process.kill(daemon.pid, signal);
      t.equal(await over, 0, signal);
      t.notOk(isAlive(agent));
      t.notOk(existsSync(join(home, 'daemon.json')));

      const deaf = await spawnDaemon(t, home, 'forever', env);
      deaf.deafen();
      t.equal(await deaf.kill(signal), 0, 'deaf');
      t.notOk(existsSync(join(home, 'daemon.json')));
    }
  },
);

void t.test("an orchestrator's key still works after the restart, and its script waits through it", async (t) => {
  const home = scratch(t);
  const flags = scratch(t);
  const daemon = await spawnDaemon(t, home, 'runs-plan');
  const plan = `RUN: set -eu
touch '${flags}/begun'
while [ ! -e '${flags}/go' ]; do sleep 0.05; done
.makima/orchestrate.sh list 2>'${flags}/said'
.makima/orchestrate.sh done 'through it'`;
  const { body: task } = await daemon.call('POST', '/tasks', { name: 'conduct', plan, isOrchestrator: true, start: true });
  while (!existsSync(join(flags, 'begun'))) await pause(20);
  await daemon.kill('SIGKILL');
  writeFileSync(join(flags, 'go'), '');
  while (!existsSync(join(flags, 'said')) || !readFileSync(join(flags, 'said'), 'utf8').includes('trying again')) await pause(20);
  const next = await spawnDaemon(t, home, 'runs-plan');
  t.equal(next.url, daemon.url);
  await until(next, task.id, ended);
  const { body } = await next.call('GET', `/tasks/${task.id}`);
  t.match(body, { status: 'done', progressSummary: 'through it', errorMessage: null });
});

/** Prints so many lines of a million bytes on standard error. */
const flood = (lines: number): string =>
  `RUN: i=0; while [ $i -lt ${lines} ]; do head -c 1000000 /dev/zero | tr "\\0" x; echo; i=$((i+1)); done >"/proc/$PPID/fd/2"`;

void t.test(
  'readers that stall while 50 MB flow cost the daemon no memory, and read on without a gap',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  async (t) => {
    const home = scratch(t);
    const daemon = await spawnDaemon(t, home, 'runs-plan');
    const authorization = `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`;
    const memory = (): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    const flow = async (readers: number): Promise<Response[]> => {
      const { body: task } = await daemon.call('POST', '/tasks', { name: 'flood', plan: flood(50), start: true });
      const all = await Promise.all(
        Array.from({ length: readers }, () => fetch(`${daemon.url}/api/v1/mesh/tasks/${task.id}/events`, { headers: { authorization } })),
      );
      const { body } = await daemon.call('GET', `/tasks/${task.id}/wait?timeout=600`);
      t.equal(body.status, 'done', body.errorMessage ?? '');
      return all;
    };
    // What reading and writing 50 MB costs by itself.
    await flow(0);
    const before = memory();
    const readers = await flow(5);
    const grown = memory() - before;
    t.comment(`${Math.round(before)} MB without readers, ${Math.round(grown)} MB more with them`);
    t.ok(grown < 150, `${Math.round(grown)} MB more, of 250 that five readers held back`);
    for (const reader of readers) {
      const text = await reader.text();
      t.equal(text.match(/"stream":"stderr","content":"x{1000000}"/g)?.length, 50);
      t.match(text.slice(-300), /event: end/);
    }
  },
);

void t.test(
  'a reader that stalls until what it has not read was deleted is told of the gap',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  async (t) => {
    const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_RETENTION_BYTES: '1' }, { keepEveryMs: 50 });
    const { id } = await daemon.start({ plan: flood(40) });
    const authorization = `Bearer ${daemon.token}`;
    const events = `${daemon.app.url}/api/v1/mesh/tasks/${id}/events`;
    const stalled = await fetch(events, { headers: { authorization } });
    const isGone = async (): Promise<boolean> => {
      const controller = new AbortController();
      const { status } = await fetch(`${events}?after=1`, { headers: { authorization }, signal: controller.signal });
      controller.abort();
      return status === 410;
    };
    while (!(await isGone())) await pause(50);
    const text = await stalled.text();
    const last = text.trimEnd().split('\n\n').at(-1) ?? '';
    t.match(last, /^event: gap\ndata: \{/);
    t.match(JSON.parse(last.slice(last.indexOf('{'))), { type: 'gap', code: 'EVENTS_GONE', trimmedThrough: Number });
    const lastId = [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';
    const again = await fetch(events, { headers: { authorization, 'last-event-id': lastId } });
    t.equal(again.status, 410);
    t.match(await again.json(), { code: 'EVENTS_GONE' });
  },
);
