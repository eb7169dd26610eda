import t from 'tap';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { keepYoungSmall, type Growth } from '../../src/main/keep-young-small.ts';

const megabyte = 1024 * 1024;

void t.test('the place for new objects grows until it is large enough, and again after it was given back', async (t) => {
  const told: Growth[] = [];
  let held = 8 * megabyte;
  let looks = 0;
  const heldForNew = (): number => {
    looks += 1;
    return held;
  };
  const stop = keepYoungSmall({ heldForNew, setGrowth: (growth) => told.push(growth) });
  /** Makes garbage until it was collected a few times. */
  const collections = async (): Promise<void> => {
    const until = looks + 3;
    for (let garbage: number[] = []; looks < until; garbage = new Array<number>(10_000).fill(garbage.length)) await nextTurn();
  };
  await collections();
  t.same(told, [], 'small enough');
  held = 16 * megabyte;
  await collections();
  t.same(told, [1]);
  held = 2 * megabyte;
  await collections();
  t.same(told, [1, 2]);
  held = 16 * megabyte;
  await collections();
  stop();
  t.same(told, [1, 2, 1, 2]);
});
