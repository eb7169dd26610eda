/** A store that fails once, at the Nth call of a task's life, for every N. */
import t, { type Test } from 'tap';
import { MakimaError } from '../../src/errors.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { sweepers, sweepLives } from './life.ts';

// Some forty lives: half a minute here, where nothing else runs; a slow machine gets ten.
t.setTimeout(600_000);

/** What does not look into the database, and so cannot fail. */
const inMemory: ReadonlySet<string | symbol> = new Set(['close', 'mayHaveMessages']);

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
          if (typeof method !== 'function' || inMemory.has(name)) return method;
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

t.jobs = sweepers;

const sweep = (t: Test, from: number): Promise<void> => {
  const twin = failingOnce();
  return sweepLives(t, 'store', from, { ...twin, twins: { store: twin.wrap }, disarm: () => twin.arm(Infinity) });
};

for (let from = 1; from <= sweepers; from += 1)
  void t.test(`a store that fails at call ${from}, ${from + sweepers}, …`, (t) => sweep(t, from));
