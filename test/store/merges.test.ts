import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EventPayload } from '../../schemas/event.ts';
import { MakimaError } from '../../src/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Integration, TaskStore } from '../../src/store/task-store.ts';
import { openMemoryStore } from './samples.ts';
import { noon, sampleTask } from '../support/sample-task.ts';

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it resolved',
    (error: unknown) => (error instanceof MakimaError ? error.code : error),
  );
const said = (content: string): EventPayload => ({ type: 'output', stream: 'system', content });
const words = async (store: TaskStore): Promise<unknown[]> =>
  (await store.pendingEvents(100)).map(({ payload }) => (payload.type === 'output' ? payload.content : payload.type));

const stores: Record<string, (t: Test) => Promise<TaskStore>> = {
  sqlite: async (t) => openStore(join(t.testdir(), 'makima.db')),
  memory: async () => openMemoryStore(),
};

for (const [name, open] of Object.entries(stores)) {
  void t.test(name, async (t) => {
    const family = async (t: Test) => {
      const store = await open(t);
      t.teardown(() => store.close());
      const parent = sampleTask();
      const child = sampleTask({ parentTaskId: parent.id });
      await store.createTask(parent);
      await store.createTask(child);
      const merge = {
        taskId: parent.id,
        subtaskId: child.id,
        sourceBranch: 'makima/x',
        phase: 'applying' as const,
        record: { files: ['ü'] },
        startedAt: noon,
      };
      const integration: Integration = {
        subtaskId: child.id,
        taskId: parent.id,
        state: 'merged',
        commitSha: 'a',
        sourceCommit: 'b',
        sourceTree: 'c',
        reason: null,
        at: noon,
      };
      return { store, parent, child, merge, integration };
    };

    await t.test('a task has one merge under way, which comes back as it was stored', async (t) => {
      const { store, parent, merge } = await family(t);
      t.equal(await store.getMerge(parent.id), null);
      await store.beginMerge(merge, [said('started')]);
      t.strictSame(await store.getMerge(parent.id), merge);
      t.equal(await codeOf(store.beginMerge({ ...merge, sourceBranch: 'other' }, [said('never')])), 'MERGE_IN_PROGRESS');
      await store.updateMerge(parent.id, { phase: 'open' }, [said('conflict')]);
      await store.updateMerge(parent.id, { record: { other: 1 } });
      t.strictSame(await store.listMerges(), [{ ...merge, phase: 'open', record: { other: 1 } }]);
      t.strictSame(await words(store), ['started', 'conflict']);
      t.equal(await codeOf(store.beginMerge({ ...merge, taskId: randomUUID() })), 'TASK_NOT_FOUND');
      t.equal(await codeOf(store.updateMerge(randomUUID(), { phase: 'open' })), 'NO_MERGE_IN_PROGRESS');
    });

    await t.test('the end of a merge and what came of it are one step, which can be repeated', async (t) => {
      const { store, parent, merge, integration } = await family(t);
      await store.beginMerge(merge);
      await store.endMerge(parent.id, integration, [said('committed')]);
      await store.endMerge(parent.id, { ...integration, commitSha: 'never' }, [said('never')]);
      t.equal(await store.getMerge(parent.id), null);
      t.strictSame(await store.listIntegrations(parent.id), [integration]);
      t.strictSame(await words(store), ['committed']);
      const skipped: Integration = {
        ...integration,
        state: 'skipped',
        commitSha: null,
        sourceCommit: null,
        sourceTree: null,
        reason: 'not needed',
      };
      await store.saveIntegration(skipped, [said('skipped')]);
      t.strictSame(await store.listIntegrations(parent.id), [skipped], 'the last word counts');
      t.strictSame(await store.listIntegrations(randomUUID()), []);
      t.equal(await codeOf(store.saveIntegration({ ...skipped, subtaskId: randomUUID() })), 'TASK_NOT_FOUND');
    });

    await t.test('a subtask that was deleted while it was merged leaves no note', async (t) => {
      const { store, parent, child, merge, integration } = await family(t);
      await store.beginMerge(merge);
      await store.deleteTasks([child.id]);
      t.strictSame(await store.getMerge(parent.id), merge);
      await store.endMerge(parent.id, integration, [said('committed')]);
      t.strictSame(await store.listIntegrations(parent.id), []);
      t.strictSame(await words(store), ['committed']);
    });
  });
}
