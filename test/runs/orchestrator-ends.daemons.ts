/** What becomes of subtasks that run, wait for a slot or ask when their orchestrator ends, is stopped or is parked, and what is left of it all. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Approval } from '../../schemas/approval.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { InboxEntry, TaskStore } from '../../src/store/task-store.ts';
import { runProcesses } from '../claude/processes.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { lineOf, scratch, startDaemon, write, type Refusal, type TestDaemon } from '../support/daemon.ts';

t.setTimeout(300_000);

const settings = { MAKIMA_ENABLE_PERMISSIONS: 'true', MAKIMA_MAX_CONCURRENT_TASKS: '1' };
const isBlocked = (event: TaskEvent): boolean => event.type === 'status' && event.to === 'blocked';
const spoke = (event: TaskEvent): boolean => lineOf(event, 'stdout') !== null;
const gate = (path: string): string => `while [ ! -e '${path}' ]; do sleep 0.05; done`;

interface Watched {
  daemon: TestDaemon;
  inbox: (taskId: string) => Promise<InboxEntry[]>;
}

/** A daemon with one slot a depth, and what its tasks' agents are yet to be told. */
const start = async (t: Test, more: Record<string, string> = {}): Promise<Watched> => {
  const stores: TaskStore[] = [];
  const store = (own: TaskStore): TaskStore => {
    stores.push(own);
    return own;
  };
  const daemon = await startDaemon(t, 'by-task-name', { ...settings, ...more }, {}, { twins: { store } });
  return { daemon, inbox: async (taskId) => (await stores[0]?.listInbox(taskId)) ?? [] };
};
const statusOf = async (daemon: TestDaemon, id: string): Promise<string> => (await daemon.call('GET', `/tasks/${id}`)).body.status;
const approvalOf = async (daemon: TestDaemon, taskId: string): Promise<Approval> => {
  const [approval, ...others] = (await daemon.call<Approval[]>('GET', `/tasks/${taskId}/approvals`)).body;
  if (!approval || others.length > 0) throw new Error('one was asked');
  return approval;
};
const decide = (daemon: TestDaemon, { taskId, id }: Approval) =>
  daemon.call<Refusal>('POST', `/tasks/${taskId}/approvals/${id}`, { decision: 'allow' });
const isWithdrawn = async (t: Test, daemon: TestDaemon, taskId: string, where: string): Promise<void> => {
  const approval = await approvalOf(daemon, taskId);
  t.match(approval, { status: 'withdrawn', decidedBy: null }, where);
  t.match(await decide(daemon, approval), { status: 409, body: { code: 'APPROVAL_DECIDED', message: /withdrawn/ } }, `${where}: late`);
};

/** How often the agent was told of each of these as ended, in messages of the inbox. */
const toldOf = async (daemon: TestDaemon, id: string, parts: readonly string[]): Promise<number[]> => {
  const lines = await daemon.lines(id, 'stdin');
  return parts.map((part) => lines.join('\n').split(`\n- ${part} `).length - 1);
};
const messages = async (daemon: TestDaemon, id: string): Promise<number> =>
  (await daemon.lines(id, 'stdin')).filter((line) => line.startsWith('Your subtasks have ended')).length;

/** No task waits or runs, nothing is asked, no run and no process is there, and there is a slot at each depth for who comes next. */
const nothingIsLeft = async (t: Test, daemon: TestDaemon, where: string): Promise<void> => {
  const { items } = (await daemon.call<{ items: Task[] }>('GET', '/tasks?limit=1000')).body;
  const active = items.filter(({ status }) => !['pending', 'done', 'failed', 'interrupted'].includes(status));
  t.same(active, [], `${where}: no task is active`);
  t.same((await daemon.call('GET', '/approvals?status=pending')).body, [], `${where}: nothing is asked`);
  while (readdirSync(join(daemon.home, 'runs')).length > 0) await pause(20);
  if (process.platform === 'linux') t.same(await runProcesses(daemon.home), [], `${where}: no process`);
  const above = await daemon.make({ name: 'cheap', isOrchestrator: true });
  t.equal(
    (await daemon.ended((await daemon.start({ name: 'cheap', parentTaskId: above.id })).id)).status,
    'done',
    `${where}: a slot below`,
  );
  t.equal((await daemon.ended((await daemon.start({ name: 'cheap' })).id)).status, 'done', `${where}: and one above`);
};

/** An orchestrator that works until its gate is open, and its subtasks: one asks, one works, one waits for a slot. */
const atWork = async (daemon: TestDaemon, lead: Record<string, unknown>) => {
  const { id } = await daemon.start({ ...lead, isOrchestrator: true });
  await daemon.until(id, spoke);
  const part = async (name: string): Promise<string> => (await daemon.start({ name, parentTaskId: id })).id;
  const asks = await part('asks');
  await daemon.until(asks, isBlocked);
  const works = await part('forever');
  await daemon.until(works, spoke);
  const waits = await part('cheap');
  return { id, asks, works, waits, parts: [asks, works, waits] };
};

const leaving = (open: string, how: string) => ({ name: 'leaves', plan: `UNTIL: ${open} WITH: ${how}` });
const ends: [how: string, lead: (open: string) => Record<string, unknown>, outcome: object][] = [
  [
    'exits well',
    (open) => leaving(open, '0'),
    { status: 'failed', errorMessage: /ended without finishing.*still (running|blocked|queued)/s },
  ],
  ['crashes', (open) => leaving(open, '3'), { status: 'failed', exitCode: 3 }],
  ['is killed', (open) => leaving(open, 'SIGKILL'), { status: 'failed', errorMessage: /./ }],
];

void t.test('its subtasks end with an orchestrator that does not end well, and it is told of them where it goes on', async (t) => {
  const { daemon, inbox } = await start(t);
  for (const [how, lead, outcome] of ends) {
    const gates = scratch(t);
    const { id, asks, parts } = await atWork(daemon, lead(join(gates, 'leave')));
    write(gates, { leave: '' });
    t.match(await daemon.ended(id), outcome, how);
    for (const part of parts) t.match(await daemon.ended(part), { status: 'interrupted', waitsFor: null }, how);
    await isWithdrawn(t, daemon, asks, how);
    await nothingIsLeft(t, daemon, how);
    await daemon.call('POST', `/tasks/${id}/start`, { resume: true });
    await daemon.ended(id);
    t.same([await messages(daemon, id), await toldOf(daemon, id, parts)], [1, [1, 1, 1]], `${how}: told once, in one message`);
    t.same(await inbox(id), [], how);
  }
});

void t.test('kept, they go on, and what became of them meanwhile is told once', async (t) => {
  const { daemon, inbox } = await start(t, { MAKIMA_KEEP_SUBTASKS: 'true' });
  for (const [how, lead, outcome] of ends) {
    const gates = scratch(t);
    const { id, asks, works, waits, parts } = await atWork(daemon, lead(join(gates, 'leave')));
    write(gates, { leave: '' });
    t.match(await daemon.ended(id), outcome, how);
    t.same(await Promise.all(parts.map((part) => statusOf(daemon, part))), ['blocked', 'running', 'queued'], how);
    t.equal((await decide(daemon, await approvalOf(daemon, asks))).status, 200);
    t.equal((await daemon.stopped(works)).status, 'interrupted');
    for (const part of [asks, waits]) t.equal((await daemon.ended(part)).status, 'done', how);
    await nothingIsLeft(t, daemon, how);
    for (const time of ['first', 'second']) {
      await daemon.call('POST', `/tasks/${id}/start`, { resume: true });
      t.equal((await daemon.ended(id)).status, 'done', `${how}: ${time}`);
      t.same([await messages(daemon, id), await toldOf(daemon, id, parts)], [1, [1, 1, 1]], `${how}: once, at the ${time} time`);
      t.same(await inbox(id), [], how);
    }
  }
});

void t.test('of one that is done by force they run on, and nobody is told', async (t) => {
  const { daemon, inbox } = await start(t);
  const gates = scratch(t);
  const plan = `RUN: ${gate(join(gates, 'leave'))}; .makima/orchestrate.sh done 'enough' --force`;
  const { id, asks, works, waits, parts } = await atWork(daemon, { name: 'runs-plan', plan });
  write(gates, { leave: '' });
  t.match(await daemon.ended(id), { status: 'done', warnings: [{ code: 'SUBTASKS_UNATTENDED' }] });
  t.same(await Promise.all(parts.map((part) => statusOf(daemon, part))), ['blocked', 'running', 'queued']);
  t.same(await inbox(id), [], 'what was asked is for nobody any more');
  t.equal((await daemon.stopped(works)).status, 'interrupted');
  t.equal((await decide(daemon, await approvalOf(daemon, asks))).status, 200);
  for (const part of [asks, waits]) t.equal((await daemon.ended(part)).status, 'done');
  t.same(await inbox(id), []);
  t.same(await messages(daemon, id), 0);
  await nothingIsLeft(t, daemon, 'done by force');
});

void t.test('stopped while a subtask asks: both end, and nobody waits for the answer, also where the daemon dies', async (t) => {
  for (const death of ['none', 'before the stop', 'in the stop']) {
    const home = scratch(t);
    let ids: { id: string; asks: string };
    let daemon: TestDaemon;
    if (death === 'none') {
      ({ daemon } = await start(t));
      const { id } = await daemon.start({ name: 'forever', isOrchestrator: true });
      await daemon.until(id, spoke);
      const asks = (await daemon.start({ name: 'asks', parentTaskId: id })).id;
      await daemon.until(asks, isBlocked);
      ids = { id, asks };
    } else {
      const dying = await spawnDaemon(t, home, 'by-task-name', settings, death === 'in the stop' ? 'stop stored' : null);
      const make = async (task: Record<string, unknown>): Promise<string> =>
        (await dying.call('POST', '/tasks', { plan: 'p', start: true, ...task })).body.id;
      const until = async (id: string, fits: (event: TaskEvent) => boolean): Promise<void> => {
        for await (const event of dying.follow(id)) if (fits(event)) return;
        throw new Error('the stream ended before that');
      };
      const id = await make({ name: 'forever', isOrchestrator: true });
      await until(id, spoke);
      const asks = await make({ name: 'asks', parentTaskId: id });
      await until(asks, isBlocked);
      ids = { id, asks };
      if (death === 'in the stop') await t.rejects(dying.call('POST', `/tasks/${id}/stop`, {}), 'it died of it');
      else await dying.kill('SIGKILL');
      await dying.gone;
      ({ daemon } = await start(t, { MAKIMA_HOME: home }));
      if (death === 'before the stop')
        t.match(await daemon.call('GET', `/tasks/${asks}`), { body: { status: 'blocked', waitsFor: { kind: 'approval' } } });
    }
    const { id, asks } = ids;
    t.match(death === 'in the stop' ? await daemon.ended(id) : await daemon.stopped(id), { status: 'interrupted' }, death);
    t.match(await daemon.ended(asks), { status: 'interrupted', waitsFor: null }, death);
    await isWithdrawn(t, daemon, asks, death);
    t.equal((await daemon.events(asks)).filter((event) => event.type === 'approval').length, 2, `${death}: pending, and withdrawn once`);
    await nothingIsLeft(t, daemon, death);
    await daemon.close();
  }
});

void t.test('parked by a limit it is told after it, once, of what went on meanwhile, also while no daemon ran', async (t) => {
  const [home, gates] = [scratch(t), scratch(t)];
  const env = { MAKIMA_HOME: home, MAKIMA_MAX_CONCURRENT_TASKS: '4' };
  const before = await start(t, env);
  const lead = await before.daemon.make({ name: 'limited-once', plan: 'nobody knows', isOrchestrator: true });
  const part = async (name: string, file: string): Promise<string> =>
    (await before.daemon.start({ name, plan: `RUN: ${gate(join(gates, file))}`, parentTaskId: lead.id })).id;
  const [first, second] = [await part('runs-plan', 'first'), await part('runs-plan', 'second')];
  for (const each of [first, second]) await before.daemon.until(each, spoke);
  await before.daemon.call('POST', `/tasks/${lead.id}/start`);
  await before.daemon.until(lead.id, (event) => event.type === 'limit' && event.action === 'parked');
  t.equal(await statusOf(before.daemon, second), 'running', 'they go on');
  write(gates, { first: '' });
  t.equal((await before.daemon.ended(first)).status, 'done');
  await before.daemon.close();
  write(gates, { second: '' });
  const { daemon, inbox } = await start(t, env);
  t.equal((await daemon.ended(second)).status, 'done');
  t.match(await daemon.call('GET', `/tasks/${lead.id}`), { body: { status: 'queued', waitsFor: { kind: 'limit' } } });
  t.equal((await inbox(lead.id)).length, 2);
  await daemon.call('POST', `/tasks/${lead.id}/start`);
  t.match(await daemon.ended(lead.id), { status: 'done' });
  t.same([await messages(daemon, lead.id), await toldOf(daemon, lead.id, [first, second])], [1, [1, 1]]);
  t.same(await inbox(lead.id), []);
  await nothingIsLeft(t, daemon, 'parked');
});
