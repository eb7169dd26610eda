import t from 'tap';
import { getHeapStatistics } from 'node:v8';
import { afterBursts, giveMemoryBack } from '../../src/main/give-memory-back.ts';

const held = (): number => getHeapStatistics().total_heap_size;

/** Takes memory up to so many bytes, and lets go of it in the end. */
const burst = (bytes: number): void => {
  const things: unknown[] = [];
  while (held() < bytes) things.push({ a: [things.length] });
};
/** It counts as unused only when a collector has come by. */
const makeGarbage = (): void => {
  for (let round = 0; round < 1000 && held() - getHeapStatistics().used_heap_size < 32 * 1024 * 1024; round++)
    new Array<number>(100_000).fill(round).sort();
};

void t.test('what a burst made the heap take is given back once', (t) => {
  giveMemoryBack();
  const before = held();
  burst(before + 64 * 1024 * 1024);
  makeGarbage();
  const taken = held();
  t.ok(giveMemoryBack());
  t.ok(held() < taken - 32 * 1024 * 1024, `${held()} of ${taken} bytes`);
  t.notOk(giveMemoryBack(), 'nothing is left to give');
  t.notOk('gc' in globalThis, 'nobody else has the collector');
  t.end();
});

void t.test('once after each burst, and never in one or in a long silence', (t) => {
  let acts = 0;
  const take = afterBursts(() => (acts += 1));
  const after = (...shares: number[]): number => {
    shares.forEach(take);
    return acts;
  };
  t.equal(after(0.9, 0.3, 0.06), 0);
  t.equal(after(0.02), 1);
  t.equal(after(0.01, 0, 0.04), 1);
  t.equal(after(0.5), 1);
  t.equal(after(0.01, 0.01), 2);
  t.end();
});
