/** What agents ask, as the store lists it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '../../src/store/open-store.ts';
import type { ApprovalRecord } from '../../src/store/task-store.ts';
import { noon, sampleTask } from '../support/sample-task.ts';

const asked = (taskId: string, requestId: string, command: string): ApprovalRecord => ({
  id: randomUUID(),
  taskId,
  runId: 'r',
  requestId,
  kind: 'tool',
  tool: 'Bash',
  input: { command },
  questions: null,
  suggestions: [],
  status: 'pending',
  message: null,
  answers: null,
  updatedInput: null,
  remember: null,
  createdAt: noon,
  decidedAt: null,
  decidedBy: null,
});
const tooMany = {
  status: 'denied',
  message: null,
  answers: null,
  updatedInput: null,
  remember: null,
  decidedBy: 'makima',
  decidedAt: noon,
} as const;

void t.test('a list has the newest, of tasks that are asked for, and no more of their inputs than memory is for', async (t) => {
  const store = await openStore(join(t.testdir(), 'makima.db'));
  t.teardown(() => store.close());
  const [{ task }, { task: other }] = [await store.createTask(sampleTask()), await store.createTask(sampleTask())];
  const ask = (taskId: string, id: string, command: string) =>
    store.insertApproval(asked(taskId, id, command), { mostWaiting: 50, keep: 200, tooMany }, () => []);
  const large = 'x'.repeat(5_000_000);
  for (const id of ['a', 'b', 'c', 'd']) await ask(task.id, id, large);
  await ask(other.id, 'e', 'ls');
  const list = async (filter: object): Promise<string[]> =>
    (await store.listApprovals({ limit: 1000, ...filter })).map(({ requestId }) => requestId);
  t.same(await list({}), ['e', 'd', 'c', 'b']);
  t.same(await list({ limit: 2 }), ['e', 'd']);
  t.same(await list({ taskId: other.id }), ['e']);
  t.same(await list({ taskId: task.id, runId: 'r', statuses: ['pending'] }), ['d', 'c', 'b']);
  t.same(await list({ withinTreeOf: other.id, statuses: [] }), ['e']);
  t.same(await list({ runId: 'another' }), []);
  await ask(other.id, 'f', 'x'.repeat(20_000_000));
  t.same(await list({}), ['f'], 'one at least');
});
