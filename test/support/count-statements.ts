import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Test } from 'tap';

/** @returns how often a method was called since it was last asked */
const countCalls = (t: Test, target: object, name: string): (() => number) => {
  const own: unknown = Reflect.get(target, name);
  if (typeof own !== 'function') throw new Error(`there is no ${name}`);
  let calls = 0;
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]): unknown {
    calls += 1;
    return Reflect.apply(own, this, args);
  });
  t.teardown(() => Reflect.set(target, name, own));
  return () => {
    const counted = calls;
    calls = 0;
    return counted;
  };
};

/** What is asked of every database of this process, until the test ends. @returns that since the last call */
export const countStatements = (t: Test): (() => { ran: number; compiled: number }) => {
  const all = countCalls(t, StatementSync.prototype, 'all');
  const run = countCalls(t, StatementSync.prototype, 'run');
  const prepare = countCalls(t, DatabaseSync.prototype, 'prepare');
  return () => ({ ran: all() + run(), compiled: prepare() });
};
