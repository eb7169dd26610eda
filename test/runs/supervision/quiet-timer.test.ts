import t from 'tap';
import { setTimeout as setTimer } from 'node:timers';
import { createQuietTimer } from '../../../src/runs/supervision/quiet-timer.ts';

void t.test('hearing something sets no timer', (t) => {
  const set = t.capture(globalThis, 'setTimeout', (come: () => void, wait: number) => setTimer(come, wait));
  const timer = createQuietTimer(
    () => 60_000,
    () => undefined,
  );
  for (let line = 0; line < 10_000; line++) timer.heard();
  timer.stop();
  t.equal(set().length, 1);
  t.end();
});

void t.test('one call a silence, as long as that is to be just then', async (t) => {
  let wait: number | null = null;
  let calls = 0;
  let quiet = (): void => undefined;
  const called = (): Promise<void> => new Promise((resolve) => (quiet = resolve));
  const timer = createQuietTimer(
    () => wait,
    () => {
      calls += 1;
      quiet();
    },
  );
  wait = 600_000;
  timer.heard();
  // A shorter silence than the one that runs comes when it is due.
  wait = 20;
  let next = called();
  timer.heard();
  await next;
  t.equal(calls, 1);
  next = called();
  timer.heard();
  await next;
  t.equal(calls, 2);
  timer.heard();
  wait = null;
  timer.heard();
  wait = 5;
  timer.stop();
  timer.heard();
  await new Promise<void>((resolve) =>
    createQuietTimer(
      () => 20,
      () => resolve(),
    ),
  );
  t.equal(calls, 2, 'none where none is wanted any more');
});

void t.test('a timer that comes much too late begins the silence anew: the machine slept', async (t) => {
  let slept = 0;
  const calls: number[] = [];
  const quiet = Promise.withResolvers<null>();
  const asleep = Promise.withResolvers<null>();
  const timer = createQuietTimer(
    () => 20,
    (silentFor) => {
      calls.push(silentFor);
      quiet.resolve(null);
    },
    () => {
      if (slept > 0) asleep.resolve(null);
      return performance.now() + slept;
    },
  );
  slept = 3_600_000;
  await asleep.promise;
  t.same(calls, [], 'an hour of sleep is none of silence');
  await quiet.promise;
  t.ok((calls[0] ?? 0) < 3_600_000, 'what comes after it is');
  timer.stop();
});
