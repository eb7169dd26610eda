/** A task that waits has its slot taken by others, and one again when what it waited for is over. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { MakimaError } from '../../../src/errors.ts';
import type { TaskStore } from '../../../src/store/task-store.ts';
import { appears, until } from '../../support/appears.ts';
import { scratch, startDaemon, type TestDaemon } from '../../support/daemon.ts';

const moves = (events: readonly TaskEvent[]): string[] => events.flatMap((event) => (event.type === 'status' ? [event.to] : []));
const movesTo = (status: Task['status']) => (event: TaskEvent) => event.type === 'status' && event.to === status;
const toRunning = ['queued', 'initializing', 'starting', 'running'];

/** An orchestrator that gives its key away and works until it is told to end, and a child of it that does so, too. */
const pair = async (t: Test, daemon: TestDaemon) => {
  const place = scratch(t);
  const [key, done, childDone] = ['key', 'done', 'child-done'].map((name) => join(place, name));
  if (key === undefined || done === undefined || childDone === undefined) throw new Error('no place');
  const plan = `RUN: printf %s "$MAKIMA_API_KEY" > '${key}.new'; mv '${key}.new' '${key}'; ${until(done)}`;
  const parent = await daemon.start({ name: 'runs-plan', isOrchestrator: true, plan });
  await appears(key);
  const child = await daemon.start({ name: 'runs-plan', parentTaskId: parent.id, plan: `RUN: ${until(childDone)}` });
  await daemon.until(child.id, movesTo('running'));
  return {
    parent,
    child,
    wait: (timeout: number, id = child.id) =>
      daemon.callWith(readFileSync(key, 'utf8'), 'GET', `/tasks/${id}/wait?until=end&timeout=${timeout}`),
    end: () => writeFileSync(done, ''),
    endChild: () => writeFileSync(childDone, ''),
  };
};

const status = async (daemon: TestDaemon, { id }: Pick<Task, 'id'>): Promise<Task['status']> =>
  (await daemon.call('GET', `/tasks/${id}`)).body.status;

void t.test('a wait is one wait, however many calls it takes', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });
  const { parent, child, wait, end, endChild } = await pair(t, daemon);
  const next = await daemon.start({ name: 'forever' });
  t.match(next, { status: 'queued', waitsFor: { kind: 'slot', position: 1 } });
  t.equal((await wait(0)).headers.get('x-makima-over'), 'false');
  t.equal(await status(daemon, parent), 'running', 'who only looks does not wait');
  t.equal((await wait(1)).headers.get('x-makima-over'), 'false');
  t.match((await daemon.call('GET', `/tasks/${parent.id}`)).body, {
    status: 'blocked',
    waitsFor: { kind: 'subtasks', taskIds: [child.id] },
  });
  await daemon.until(next.id, movesTo('running'));
  for (let call = 0; call < 2; call += 1) await wait(1);
  endChild();
  await daemon.ended(child.id);

  const late = await wait(1);
  t.match([late.body.status, late.headers.get('x-makima-over')], ['done', 'false'], 'it has no slot yet, and the time is over');
  const told = wait(600);
  t.match(await daemon.call('POST', `/tasks/${parent.id}/pause`), { status: 409, body: { code: 'TASK_NOT_RUNNING' } });
  await daemon.stopped(next.id);
  t.match(await told, { body: { status: 'done' } });
  t.equal((await told).headers.get('x-makima-over'), 'true');
  t.equal(await status(daemon, parent), 'running');
  end();
  t.match(await daemon.ended(parent.id), { status: 'done', waitsFor: null });
  t.strictSame(moves(await daemon.events(parent.id)), [...toRunning, 'blocked', 'running', 'done']);
});

void t.test('who gives up waiting, finishes, or ends meanwhile', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '1' }, { waitGraceMs: 20 });

  await t.test('goes on at once, and nobody new starts until there is a slot', async (t) => {
    const { parent, child, wait, endChild } = await pair(t, daemon);
    await wait(1);
    await daemon.until(parent.id, (event) => movesTo('running')(event) && event.type === 'status' && event.from === 'blocked');
    const next = await daemon.start({ name: 'says-a-line' });
    t.equal(await status(daemon, next), 'queued');
    endChild();
    await daemon.ended(child.id);
    t.equal(await status(daemon, next), 'queued');
    await daemon.stopped(parent.id);
    t.equal((await daemon.ended(next.id)).status, 'done');
  });

  await t.test('hears that a task was deleted when it has gone on', async (t) => {
    const { parent, child, wait, endChild, end } = await pair(t, daemon);
    endChild();
    await daemon.ended(child.id);
    const never = await daemon.make({ parentTaskId: parent.id });
    const waiting = wait(600, never.id);
    await daemon.until(parent.id, movesTo('blocked'));
    await daemon.call('DELETE', `/tasks/${never.id}`);
    t.match(await waiting, { status: 404, body: { code: 'TASK_NOT_FOUND' } });
    t.equal(await status(daemon, parent), 'running');
    end();
    await daemon.ended(parent.id);
  });

  await t.test('finishes though it waits', async (t) => {
    const { parent, child, wait, end } = await pair(t, daemon);
    const waiting = wait(600);
    await daemon.until(parent.id, movesTo('blocked'));
    t.match(await daemon.call('PUT', `/tasks/${parent.id}`, { status: 'done', force: true }), { status: 200, body: { status: 'done' } });
    end();
    t.equal((await daemon.ended(parent.id)).status, 'done');
    await daemon.stopped(child.id);
    await waiting;
  });

  await t.test('is stopped while it waits', async (t) => {
    const { parent, child, wait } = await pair(t, daemon);
    const waiting = wait(600);
    await daemon.until(parent.id, movesTo('blocked'));
    t.match(await daemon.stopped(parent.id), { status: 'interrupted', waitsFor: null });
    t.equal((await daemon.ended(child.id)).status, 'interrupted');
    t.ok([200, 401].includes((await waiting).status));
  });
});

void t.test('who gives up waiting goes on in the end, though that cannot be stored at first', async (t) => {
  let failures = 1;
  const store = (own: TaskStore): TaskStore => ({
    ...own,
    async transition(id, change) {
      if (change.to === 'running' && change.from?.includes('blocked') === true && (failures -= 1) >= 0) throw new MakimaError('DISK_FULL');
      return own.transition(id, change);
    },
  });
  const daemon = await startDaemon(t, 'by-task-name', {}, { waitGraceMs: 20 }, { twins: { store } });
  const { parent, wait } = await pair(t, daemon);
  await wait(1);
  await daemon.until(parent.id, (event) => event.type === 'status' && event.from === 'blocked');
  t.equal(failures, -1, 'it was tried again');
  await daemon.stopped(parent.id);
});

void t.test('four orchestrators with two slots, each waiting for its children', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_MAX_CONCURRENT_TASKS: '2' });
  const begun = scratch(t);
  const all = [1, 2, 3, 4].map((number) => `${begun}/${number}`);
  // No child ends before all four have begun: two of them have to give back their slots for that.
  const child = `RUN: ${all.map(until).join('; ')}`;
  const plan = (file: string, wait: string): string =>
    `RUN: o=.makima/orchestrate.sh; touch ${file}; id=$($o create c "${child}" --start | cut -f1); ${wait}; $o done`;
  const waited = await Promise.all(all.map((file) => daemon.start({ name: 'o', isOrchestrator: true, plan: plan(file, '$o wait $id') })));
  for (const { id } of waited) t.match(await daemon.ended(id), { status: 'done', errorMessage: null });
  // Those who look again and again keep their slots, and their children have slots of their own.
  const looks = 'until $o status $id | grep -q done; do sleep 0.1; done';
  const looked = await Promise.all(all.map((file) => daemon.start({ name: 'o', isOrchestrator: true, plan: plan(file, looks) })));
  for (const { id } of looked) t.match(await daemon.ended(id), { status: 'done', errorMessage: null });
  t.notOk(moves(await daemon.events(looked[0]?.id ?? '')).includes('blocked'));
});
