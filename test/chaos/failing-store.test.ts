/** A store that fails once, at the Nth call of a task's life, for every N. */
import t, { type Test } from 'tap';
import { MakimaError } from '../../src/errors.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { startDaemon } from '../support/daemon.ts';
import { live, nothingIsLeft } from './life.ts';

// Some forty lives, which share the machine with other tests.
t.setTimeout(300_000);

/** A store whose Nth call from now on fails once; the count can be set anew at any time. */
const failingOnce = () => {
  let left = Infinity;
  return {
    arm: (calls: number): void => void (left = calls),
    hasFailed: (): boolean => left <= 0,
    wrap: (store: TaskStore): TaskStore =>
      new Proxy(store, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function' || name === 'close') return method;
          return async (...parameters: unknown[]): Promise<unknown> => {
            left -= 1;
            if (left === 0) throw new MakimaError('DISK_FULL', `The database could not be written (planned, in ${String(name)})`);
            const result: unknown = await Reflect.apply(method, target, parameters);
            return result;
          };
        },
      }),
  };
};

const daemons = 4;
t.jobs = daemons;

const sweep = async (t: Test, from: number): Promise<void> => {
  const twin = failingOnce();
  const marker = `TWIN=store-${process.pid}-${from}`;
  const [name = '', value = ''] = marker.split('=');
  const daemon = await startDaemon(t, 'cheap', { MAKIMA_AGENT_ENV: JSON.stringify({ [name]: value }) }, {}, { twins: { store: twin.wrap } });
  let failed = 0;
  for (let call = from; ; call += daemons) {
    const task = await live(t, daemon, `call ${call}`, () => twin.arm(call), 'new://shared');
    const reached = twin.hasFailed();
    twin.arm(Infinity);
    if (!reached) break;
    if (task.status === 'done') continue;
    failed += 1;
    t.equal((await live(t, daemon, 'the next', undefined, 'new://shared')).status, 'done', `call ${call}: the next task runs`);
  }
  t.comment(`${failed} of the lives ended failed`);
  await nothingIsLeft(t, daemon, marker);
};

for (let from = 1; from <= daemons; from += 1) void t.test(`a store that fails at call ${from}, ${from + daemons}, …`, (t) => sweep(t, from));
