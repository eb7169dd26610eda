import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import type { TaskStore } from '../../src/store/task-store.ts';
import { noon, sampleTask } from '../support/sample-task.ts';
import { openMemoryStore, sampleRun } from './samples.ts';

/** An orchestrator that runs, and two subtasks that do. */
const withFamily = async (t: Test) => {
  const store = await openMemoryStore();
  t.teardown(() => store.close());
  const parent = (await store.createTask(sampleTask({ isOrchestrator: true, status: 'running' }))).task;
  const [one, two] = [await child(store, parent.id), await child(store, parent.id)];
  return { store, parent: parent.id, one, two };
};
const child = async (store: TaskStore, parentTaskId: string): Promise<string> =>
  (await store.createTask(sampleTask({ parentTaskId, depth: 1, status: 'running' }))).task.id;
const told = async (store: TaskStore, parent: string): Promise<string[]> =>
  (await store.listInbox(parent)).map(({ subtaskId }) => subtaskId);

void t.test('each end of a subtask is there with the end, once, in the order of the ends', async (t) => {
  const { store, parent, one, two } = await withFamily(t);
  await store.transition(two, { to: 'paused' });
  t.same(await told(store, parent), [], 'no other change of it is');
  await store.transition(two, { to: 'failed' });
  await store.transition(one, { to: 'done' });
  t.match(await store.listInbox(parent), [
    { subtaskId: two, kind: 'ended', about: '' },
    { subtaskId: one, kind: 'ended', about: '' },
  ]);
  await store.transition(two, { to: 'queued' });
  await store.transition(two, { to: 'interrupted' });
  t.same(await told(store, parent), [two, one], 'one that ended again before it was told is told once');
  await t.rejects(store.transition(one, { to: 'running' }));
  t.same(await told(store, parent), [two, one]);
});

void t.test('what was told, or learned, is gone; what of a deleted subtask was not told, too', async (t) => {
  const { store, parent, one, two } = await withFamily(t);
  const three = await child(store, parent);
  for (const id of [one, two, three]) await store.transition(id, { to: 'done' });
  const [first] = await store.listInbox(parent);
  const run = await store.createRun(parent, sampleRun());
  const message = { id: randomUUID(), taskId: parent, kind: 'inbox' as const, text: 'It has ended', createdAt: noon };
  await store.tellInbox(message, [first?.seq ?? 0], { runId: run.runId, results: 2 });
  t.same(await told(store, parent), [two, three]);
  t.match(await store.waitingMessages(parent), [{ id: message.id, text: 'It has ended' }], 'what tells it is there at once');
  t.equal((await store.getRun(run.runId))?.askedAfter, 2);
  await store.settleInboxEnd(one, two);
  t.same(await told(store, parent), [two, three], 'of another task nothing is');
  await store.settleInboxEnd(parent, two);
  t.same(await told(store, parent), [three]);
  await store.deleteTasks([three]);
  t.same(await told(store, parent), []);
});

void t.test('an orchestrator that is done, or begins anew, has nothing to be told; one that failed has', async (t) => {
  const { store, parent, one, two } = await withFamily(t);
  await store.transition(one, { to: 'done' });
  await store.transition(parent, { to: 'failed' });
  await store.transition(two, { to: 'done' });
  t.same(await told(store, parent), [one, two], 'it may go on with its session');
  await store.transition(parent, { to: 'queued', resume: true });
  await store.transition(parent, { to: 'initializing', newRun: sampleRun() });
  t.same(await told(store, parent), [one, two], 'and does');
  await store.transition(parent, {
    to: 'failed',
    run: { runId: (await store.currentRun(parent))?.runId ?? '', changes: { state: 'ended' } },
  });
  await store.transition(parent, { to: 'queued', resume: false });
  await store.transition(parent, { to: 'initializing', newRun: sampleRun() });
  t.same(await told(store, parent), [], 'a new agent looks at them itself');
  const three = await child(store, parent);
  const four = await child(store, parent);
  await store.transition(three, { to: 'done' });
  for (const to of ['starting', 'running', 'done'] as const) await store.transition(parent, { to });
  await store.transition(four, { to: 'done' });
  t.same(await told(store, parent), []);
});
