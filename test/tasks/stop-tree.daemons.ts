/** What becomes of the subtasks of an orchestrator that fails, is stopped or is lost: also of those that are being made. */
import { once, EventEmitter } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { lineOf, scratch, startDaemon, type Refusal, type TestDaemon } from '../support/daemon.ts';

t.setTimeout(300_000);

const quick = { interruptGraceMs: 2000, terminateGraceMs: 500 };
const create = `.makima/orchestrate.sh create forever 'work' --start`;
const speaks = (daemon: TestDaemon, id: string) => daemon.until(id, (event) => lineOf(event, 'stdout') !== null);
const keyOf = async (file: string): Promise<string> => {
  while (!existsSync(file) || readFileSync(file, 'utf8').length < 64) await pause(20);
  return readFileSync(file, 'utf8').slice(0, 64);
};

void t.test('where an orchestrator fails its subtasks are stopped, unless a setting keeps them', async (t) => {
  for (const keep of [false, true]) {
    const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_KEEP_SUBTASKS: String(keep) }, quick);
    const { id } = await daemon.start({ name: 'runs-plan', plan: `RUN: ${create} >/dev/null; exit 1`, isOrchestrator: true });
    t.equal((await daemon.ended(id)).status, 'failed');
    const [child, ...others] = (await daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`)).body;
    if (child === undefined || others.length > 0) throw new Error('one subtask was made');
    if (keep) {
      await speaks(daemon, child.id);
      t.equal((await daemon.call('GET', `/tasks/${child.id}`)).body.status, 'running');
      t.equal((await daemon.stopped(id)).status, 'failed', 'and a stop of what has ended leaves them, too');
      t.equal((await daemon.call('GET', `/tasks/${child.id}`)).body.status, 'running');
      t.equal(
        (await daemon.call('POST', `/tasks/${id}/stop`, { subtasks: 'stop' })).status,
        200,
        'the request decides where it says something',
      );
    } else {
      t.ok((await daemon.lines(id, 'system')).some((line) => line.includes('Its 1 active subtasks are stopped with it')));
    }
    t.equal((await daemon.ended(child.id)).status, 'interrupted');
  }
});

void t.test(
  'one that is stopped leaves nothing running, though its agent makes subtasks through its grace',
  { skip: process.platform !== 'linux' && 'setsid is of Linux' },
  async (t) => {
    const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '40' }, quick);
    const notes = scratch(t);
    // In a session of its own, and deaf: it goes on until it is killed.
    const loop = `trap "" TERM INT HUP; printf %s "$MAKIMA_API_KEY" >'${notes}/key'; while :; do .makima/orchestrate.sh create cheap work --start; done`;
    const { id } = await daemon.start({
      name: 'runs-plan',
      plan: `RUN: cat >loop.sh <<'LOOP'\n${loop}\nLOOP\nsetsid sh loop.sh >'${notes}/made' 2>&1`,
      isOrchestrator: true,
    });
    const made = (): number =>
      existsSync(join(notes, 'made'))
        ? readFileSync(join(notes, 'made'), 'utf8')
            .split('\n')
            .filter((line) => line.includes('cheap')).length
        : 0;
    while (made() < 3) await pause(50);
    const key = await keyOf(join(notes, 'key'));
    t.equal((await daemon.callWith(key, 'GET', `/tasks/${id}`)).status, 200);
    t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 202);
    t.match(await daemon.callWith<Refusal>(key, 'GET', `/tasks/${id}`), { status: 401 }, 'its key is dead when the stop is acknowledged');
    const { body: below } = await daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`);
    t.equal((await daemon.ended(id)).status, 'interrupted');
    const { body: left } = await daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`);
    t.equal(left.length, below.length, 'none was made since');
    for (const each of left) if (each.status !== 'pending') await daemon.ended(each.id);
    const states = (await daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`)).body.map(({ status }) => status);
    t.same(
      states.filter((status) => !['interrupted', 'pending', 'done'].includes(status)),
      [],
    );
  },
);

void t.test('a key made by hand lives on, and keep leaves what is below', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', {}, quick);
  const { id } = await daemon.start({ name: 'forever', isOrchestrator: true });
  const child = await daemon.start({ name: 'forever', parentTaskId: id });
  await Promise.all([id, child.id].map((each) => speaks(daemon, each)));
  const { body } = await daemon.call<{ key: string }>('POST', `/tasks/${id}/tool-keys`, {});
  t.equal((await daemon.stopped(id, { subtasks: 'keep' })).status, 'interrupted');
  t.equal((await daemon.callWith(body.key, 'GET', `/tasks/${child.id}`)).body.status, 'running', 'also when the run has ended');
  t.equal((await daemon.stopped(id)).status, 'interrupted', 'a later stop takes it');
  t.equal((await daemon.ended(child.id)).status, 'interrupted');
});

void t.test('a create and a start that are under way when the key dies come to nothing', async (t) => {
  for (const held of ['createTask', 'transition'] as const) {
    const gate = new EventEmitter();
    const isHeld = once(gate, 'held');
    const wait = async (): Promise<void> => {
      gate.emit('held');
      await once(gate, 'go');
    };
    const store = (own: TaskStore): TaskStore => ({
      ...own,
      createTask: async (task, options) => {
        if (held === 'createTask' && options?.keyId !== undefined) await wait();
        return own.createTask(task, options);
      },
      transition: async (taskId, change) => {
        if (held === 'transition' && change.keyId !== undefined) await wait();
        return own.transition(taskId, change);
      },
    });
    const daemon = await startDaemon(t, 'by-task-name', {}, quick, { twins: { store } });
    const file = join(scratch(t), 'key');
    const { id } = await daemon.start({
      name: 'runs-plan',
      plan: `RUN: printf %s "$MAKIMA_API_KEY" >'${file}'; tail -f /dev/null`,
      isOrchestrator: true,
    });
    const making = daemon.callWith<Refusal>(await keyOf(file), 'POST', '/tasks', {
      name: 'forever',
      plan: 'p',
      parentTaskId: id,
      start: true,
    });
    await isHeld;
    t.equal((await daemon.stopped(id)).status, 'interrupted');
    gate.emit('go');
    t.match(await making, { status: 401, body: { code: 'UNAUTHENTICATED' } });
    const { body: below } = await daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`);
    t.same(
      below.map(({ status }) => status),
      held === 'createTask' ? [] : ['pending'],
    );
  }
});

void t.test('a run that is lost takes its subtasks along', async (t) => {
  const home = scratch(t);
  const first = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home }, quick);
  const { id } = await first.start({ name: 'forever', isOrchestrator: true });
  await speaks(first, id);
  const [run = ''] = readdirSync(join(home, 'runs'));
  const child = await first.start({ name: 'forever', parentTaskId: id });
  await speaks(first, child.id);
  await first.close();
  rmSync(join(home, 'runs', run), { recursive: true });
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home }, quick);
  t.match(await daemon.ended(id), { status: 'failed', errorMessage: /directory of its run is gone/ });
  t.equal((await daemon.ended(child.id)).status, 'interrupted');
});

void t.test('a stop that a daemon died of before it had come to the subtasks is carried through by the next', async (t) => {
  const home = scratch(t);
  const first = await spawnDaemon(t, home, 'by-task-name', {}, 'stop stored');
  const { body: lead } = await first.call('POST', '/tasks', { name: 'forever', plan: 'p', isOrchestrator: true, start: true });
  const { body: child } = await first.call('POST', '/tasks', { name: 'forever', plan: 'p', parentTaskId: lead.id, start: true });
  for (const { id } of [lead, child]) for await (const event of first.follow(id)) if (lineOf(event, 'stdout') !== null) break;
  await t.rejects(first.call('POST', `/tasks/${lead.id}/stop`, {}), 'it died of it');
  await first.gone;
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home }, quick);
  t.equal((await daemon.ended(lead.id)).status, 'interrupted');
  t.equal((await daemon.ended(child.id)).status, 'interrupted');
});
