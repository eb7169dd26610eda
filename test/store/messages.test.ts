/** The order of what agents are to be told, as the store keeps it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { messageKinds } from '../../schemas/message.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { NewMessage, TaskStore } from '../../src/store/task-store.ts';
import { noon, sampleTask } from '../support/sample-task.ts';
import { sampleRun } from './samples.ts';

const message = (taskId: string, text: string, given: Partial<NewMessage> = {}): NewMessage => ({
  id: randomUUID(),
  taskId,
  kind: 'user',
  text,
  createdAt: noon,
  ...given,
});
const all = { kinds: messageKinds, limit: null };

/** A task that waits in the queue, in a store at a file. */
const queued = async (t: Test): Promise<{ store: TaskStore; file: string; taskId: string }> => {
  const file = join(t.testdir(), 'makima.db');
  const store = await openStore(file);
  t.teardown(() => store.close());
  const { task } = await store.createTask(sampleTask({ id: randomUUID() }));
  await store.transition(task.id, { to: 'queued' });
  return { store, file, taskId: task.id };
};
const told = async (store: TaskStore): Promise<string[]> =>
  (await store.pendingEvents(100)).flatMap(({ payload }) => (payload.type === 'message' ? [payload.action] : []));
const texts = async (store: TaskStore, taskId: string): Promise<string[]> =>
  (await store.waitingMessages(taskId)).map(({ text, state }) => `${text} ${state}`);

void t.test('a message is put once for its id, by itself or with a move of another task, and not where that is refused', async (t) => {
  const { store, taskId } = await queued(t);
  const { task: other } = await store.createTask(sampleTask({ id: randomUUID() }));
  t.equal(store.mayHaveMessages(taskId), false);
  const first = message(taskId, 'first');
  await store.putMessage(first);
  await store.putMessage({ ...first, text: 'again' });
  const second = message(taskId, 'second', { kind: 'inbox' });
  await t.rejects(store.transition(other.id, { to: 'running', messages: [second] }), { code: 'INVALID_TRANSITION' });
  t.strictSame(await texts(store, taskId), ['first waiting']);
  await store.transition(other.id, { to: 'queued', messages: [second, first] });
  t.strictSame(await texts(store, taskId), ['first waiting', 'second waiting']);
  t.strictSame(await told(store), ['queued', 'queued']);
  await t.rejects(store.putMessage(message(randomUUID(), 'to nobody')), { code: 'TASK_NOT_FOUND' });
});

void t.test('what a run did not hand over waits again in its old place, also after a restart', async (t) => {
  const { store, file, taskId } = await queued(t);
  for (const text of ['one', 'two', 'three', 'four']) await store.putMessage(message(taskId, text));
  const newRun = sampleRun();
  await store.transition(taskId, { to: 'initializing', newRun });
  const handed = await store.handMessages(taskId, newRun.runId, { ...all, limit: 3 });
  t.strictSame(
    handed.map(({ text }) => text),
    ['one', 'two', 'three'],
  );
  await store.deliveredMessage(taskId, handed[0]?.id ?? '');
  await store.deliveredMessage(taskId, handed[0]?.id ?? '');
  await t.rejects(store.withdrawMessage(taskId, handed[0]?.id ?? ''), { code: 'MESSAGE_DELIVERED' });
  await t.rejects(store.withdrawMessage(taskId, handed[1]?.id ?? ''), { code: 'MESSAGE_DELIVERED' });
  await store.settleMessages(taskId, newRun.runId, { written: [handed[1]?.id ?? ''], unread: [] });
  t.strictSame(await texts(store, taskId), ['three waiting', 'four waiting']);
  await store.close();
  const next = await openStore(file);
  t.teardown(() => next.close());
  t.strictSame(await texts(next, taskId), ['three waiting', 'four waiting']);
  t.strictSame(await told(next), ['queued', 'queued', 'queued', 'queued', 'delivered', 'delivered', 'queued']);
});

void t.test('whether a run goes on with a session stays with its task over a start that is done again', async (t) => {
  const { store, taskId } = await queued(t);
  await store.transition(taskId, { to: 'initializing', newRun: sampleRun() });
  t.equal((await store.currentRun(taskId))?.resume, false);
  await store.transition(taskId, { to: 'failed' });
  const ended = async () => store.endRun((await store.currentRun(taskId))?.runId ?? '', { exitCode: null, endedAt: noon });
  await ended();
  await store.transition(taskId, { to: 'queued', resume: true });
  for (let start = 0; start < 2; start += 1) {
    await store.transition(taskId, { to: 'initializing', newRun: sampleRun() });
    t.equal((await store.currentRun(taskId))?.resume, true);
    await ended();
    await store.transition(taskId, { to: 'queued' });
  }
  await store.transition(taskId, { to: 'interrupted' });
  await store.transition(taskId, { to: 'queued', resume: false });
  await store.transition(taskId, { to: 'initializing', newRun: sampleRun() });
  t.equal((await store.currentRun(taskId))?.resume, false);
});

void t.test('they go with their task', async (t) => {
  const { store, taskId } = await queued(t);
  await store.putMessage(message(taskId, 'x'));
  await store.transition(taskId, { to: 'interrupted' });
  await t.rejects(store.putMessage(message(taskId, 'too late')), { code: 'TASK_NOT_RUNNING' });
  await store.deleteTasks([taskId]);
  t.equal(store.mayHaveMessages(taskId), false);
  t.strictSame(await store.waitingMessages(taskId), []);
});
