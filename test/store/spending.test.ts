/** What the store keeps of what tasks use: how long agents ran, what deleted subtasks had used, what was told of budgets. */
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import { nothingSpent, spentBy, spentInTree } from '../../src/domain/usage.ts';
import { sampleTask } from '../support/sample-task.ts';
import { openMemoryStore, sampleRun } from './samples.ts';

const start = Date.parse('2026-11-27T10:00:00.000Z');
const minute = 60_000;

void t.test('time counts while a task is running, in each run by itself, and not after its agent was last seen', async (t) => {
  let now = start;
  const store = await openMemoryStore({ now: () => new Date(now) });
  const { task } = await store.createTask(sampleTask());
  const go = async (minutes: number, to: Task['status'], more: object = {}): Promise<void> => {
    now += minutes * minute;
    await store.transition(task.id, { to, ...more });
  };
  const spent = async (): Promise<number> => {
    const [row] = await store.spendingBelow(task.id);
    return row === undefined ? -1 : spentBy(row, now).runningMs / minute;
  };
  const [first, second] = [sampleRun(), sampleRun()];
  await go(1, 'queued');
  await go(1, 'initializing', { newRun: first });
  await go(1, 'starting');
  t.equal(await spent(), 0, 'not before it runs');
  await go(1, 'running');
  now += 2 * minute;
  t.equal(await spent(), 2, 'as it goes on');
  await go(0, 'paused');
  await go(10, 'running');
  await go(3, 'blocked');
  await go(10, 'running');
  t.equal(await spent(), 5);
  // It ended a minute later, and somebody looked after ten.
  const ranUntil = new Date(now + minute).toISOString();
  await go(10, 'failed', { ranUntil, run: { runId: first.runId, changes: { state: 'ended' } } });
  t.equal(await spent(), 6);
  await go(1, 'queued');
  await go(1, 'initializing', { newRun: second });
  await go(0, 'starting');
  await go(0, 'running');
  await go(4, 'done', { ranUntil: new Date(now + 100 * minute).toISOString() });
  t.equal(await spent(), 10, 'a time to come is none');
  t.match(
    (await store.listRuns(task.id)).map(({ baseRunningMs }) => baseRunningMs / minute),
    [0, 6],
  );
  // A clock that was set back takes nothing away.
  await store.transition(task.id, { to: 'queued', run: { runId: second.runId, changes: { state: 'ended' } } });
  await go(0, 'initializing', { newRun: sampleRun() });
  await go(0, 'starting');
  await go(0, 'running');
  await go(-5, 'interrupted');
  t.equal(await spent(), 10);
});

void t.test('what was deleted counts above it, once, however it goes', async (t) => {
  const store = await openMemoryStore();
  const make = async (turns: number, parent: Task | null = null): Promise<Task> => {
    const { task } = await store.createTask(
      sampleTask({
        status: 'done',
        isOrchestrator: true,
        parentTaskId: parent?.id ?? null,
        usage: { ...nothingSpent, turns, costUsd: turns / 10 },
      }),
    );
    return task;
  };
  const turnsOf = async (task: Task): Promise<number> => spentInTree(await store.spendingBelow(task.id), task.id, 0).turns;
  const top = await make(1);
  const [middle, other] = [await make(10, top), await make(100, top)];
  const [low, lower] = [await make(1000, middle), await make(10_000, middle)];
  t.equal(await turnsOf(top), 11_111);
  await store.deleteTasks([low.id]);
  await store.deleteTasks([low.id]);
  t.same([await turnsOf(top), await turnsOf(middle)], [11_111, 11_010]);
  await store.deleteTasks([lower.id, middle.id]);
  t.equal(await turnsOf(top), 11_111, 'with all that was below it and was deleted before');
  await store.deleteTasks([other.id]);
  const [row, ...rest] = await store.spendingBelow(top.id);
  t.match(row, { usage: { turns: 1 }, deleted: { turns: 11_110, costUsd: 1111 } });
  t.same(rest, []);
  await store.deleteTasks([top.id]);
  t.same(await store.spendingBelow(top.id), []);
});

void t.test('of a budget a mark is told once for a limit and its value', async (t) => {
  const store = await openMemoryStore();
  const { task } = await store.createTask(sampleTask());
  const mark = (limit: string, percent: number, max: number): Promise<boolean> =>
    store.markBudget(task.id, { limit, mark: percent, max }, { taskId: task.id, payloads: [{ type: 'end', status: 'done' }] });
  t.same(await Promise.all([mark('maxTurns', 80, 5), mark('maxTurns', 80, 5)]), [true, false]);
  t.same([await mark('maxTurns', 100, 5), await mark('maxTokens', 80, 5), await mark('maxTurns', 80, 6)], [true, true, true]);
  t.equal(await mark('maxTurns', 100, 5), false);
  t.equal((await store.pendingEvents(10)).length, 4, 'an event each');
  await store.deleteTasks([task.id]);
  t.equal(await mark('maxTurns', 80, 7), false, 'of a task that is gone nothing is told');
});
