/** A stop that comes in the moment in which a run goes from one part of its life to the next. */
import t, { type Test } from 'tap';
import type { RunHook } from '../../src/runs/hooks/hook.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import type { Transition } from '../../src/store/records.ts';
import { scratch, startDaemon } from '../support/daemon.ts';

/** A store that holds the first move that fits, before it is made or after, until it is let go. */
const holding = (fits: (change: Transition) => boolean, when: 'before' | 'after') => {
  const held = Promise.withResolvers<undefined>();
  const letGo = Promise.withResolvers<undefined>();
  let isFirst = true;
  const hold = async (change: Transition): Promise<void> => {
    if (!isFirst || !fits(change)) return;
    isFirst = false;
    held.resolve(undefined);
    await letGo.promise;
  };
  return {
    held: held.promise,
    letGo: () => letGo.resolve(undefined),
    wrap: (store: TaskStore): TaskStore => ({
      ...store,
      async transition(taskId, change) {
        if (when === 'before') await hold(change);
        const task = await store.transition(taskId, change);
        if (when === 'after') await hold(change);
        return task;
      },
    }),
  };
};

/** Leaves a task in the middle of its setting up, as a daemon that was killed does. */
const leaveHalfSetUp = async (t: Test, home: string): Promise<string> => {
  const begun = Promise.withResolvers<string>();
  const hangs: RunHook = {
    name: 'hangs',
    prepare: ({ task, signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('the daemon goes')));
        begun.resolve(task.id);
      }),
  };
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home }, {}, { hooks: [hangs] });
  await daemon.start({});
  const id = await begun.promise;
  await daemon.close();
  return id;
};

for (const when of ['before', 'after'] as const) {
  void t.test(`the start that an earlier daemon left is taken back, ${when} the task is queued again`, async (t) => {
    const home = scratch(t);
    const id = await leaveHalfSetUp(t, home);
    const store = holding(({ to }) => to === 'queued', when);
    const more = { twins: { store: store.wrap } };
    const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home }, { recoveryMs: 50 }, more);
    await store.held;
    t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 202);
    store.letGo();
    t.equal((await daemon.ended(id)).status, 'interrupted');
  });

  void t.test(`a task gets its slot, ${when} that is stored`, async (t) => {
    const store = holding(({ to }) => to === 'initializing', when);
    const daemon = await startDaemon(t, 'says-a-line', {}, {}, { twins: { store: store.wrap } });
    const { id } = await daemon.start({});
    await store.held;
    const stop = daemon.call('POST', `/tasks/${id}/stop`, {});
    store.letGo();
    t.equal((await stop).status, 202);
    t.equal((await daemon.ended(id)).status, 'interrupted');
  });

  void t.test(`its agent was launched, ${when} it is said to run`, async (t) => {
    const store = holding(({ to }) => to === 'running', when);
    const daemon = await startDaemon(t, 'forever', {}, {}, { twins: { store: store.wrap } });
    const { id } = await daemon.start({});
    await store.held;
    t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 202);
    store.letGo();
    t.equal((await daemon.ended(id)).status, 'interrupted');
  });
}

void t.test('a task is queued, before it has its place in the queue', async (t) => {
  const store = holding(({ to }) => to === 'queued', 'after');
  const daemon = await startDaemon(t, 'says-a-line', {}, {}, { twins: { store: store.wrap } });
  const { id } = await daemon.make();
  const started = daemon.call('POST', `/tasks/${id}/start`);
  await store.held;
  t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 202);
  store.letGo();
  t.equal((await started).status, 202);
  t.equal((await daemon.ended(id)).status, 'interrupted');
});

void t.test('its agent has ended, and nothing is decided yet', async (t) => {
  const ending = Promise.withResolvers<undefined>();
  const letGo = Promise.withResolvers<undefined>();
  const holds: RunHook = {
    name: 'holds',
    async ended() {
      ending.resolve(undefined);
      await letGo.promise;
    },
  };
  const daemon = await startDaemon(t, 'says-a-line', {}, {}, { hooks: [holds] });
  const { id } = await daemon.start({});
  await ending.promise;
  t.equal((await daemon.call('POST', `/tasks/${id}/pause`)).status, 409, 'nothing is left to pause');
  t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 202);
  letGo.resolve(undefined);
  t.equal((await daemon.ended(id)).status, 'interrupted');
});
