import t from 'tap';
import { failingStore } from '../../src/store/failing-store.ts';
import { openMemoryStore } from '../../src/store/open-store.ts';
import { sampleTask } from './samples.ts';

void t.test('the planned call fails, the others work', async (t) => {
  for (const at of [1, 2, 3]) {
    const inner = await openMemoryStore();
    const { store, calls } = failingStore(inner, { at });
    const task = sampleTask();
    const outcomes = [];
    for (const step of [() => store.createTask(task), () => store.setMeta('a', 'b'), () => store.getMeta('a')]) {
      outcomes.push(
        await step().then(
          () => 'works',
          (error: unknown) => error,
        ),
      );
    }
    t.equal(outcomes.filter((outcome) => outcome === 'works').length, 2);
    t.match(outcomes[at - 1], { code: 'DISK_FULL' });
    t.equal(calls(), 3);
    t.equal((await inner.getTask(task.id)) === null, at === 1, 'nothing was written by the call that failed');
    await store.close();
  }
});

void t.test('by method, going on, and after the write', async (t) => {
  const inner = await openMemoryStore();
  t.teardown(() => inner.close());
  const error = new Error('mine');
  const byMethod = failingStore(inner, { at: 2, method: 'setMeta', error });
  await byMethod.store.getMeta('x');
  await byMethod.store.setMeta('x', '1');
  await t.rejects(byMethod.store.setMeta('x', '2'), error);
  await byMethod.store.setMeta('x', '3');
  t.equal(byMethod.calls(), 3);
  const full = failingStore(inner, { at: 1, andAfter: true });
  await t.rejects(full.store.getMeta('x'));
  await t.rejects(full.store.getMeta('x'));
  const late = failingStore(inner, { at: 1, when: 'after' });
  await t.rejects(late.store.setMeta('x', '4'));
  t.equal(await inner.getMeta('x'), '4');
});
