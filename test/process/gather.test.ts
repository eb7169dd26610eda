import t from 'tap';
import { setImmediate as otherWork } from 'node:timers/promises';
import { gather } from '../../src/process/gather.ts';

const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;

void t.test('what is asked for a hundred times meanwhile is done once, and all in one turn', async (t) => {
  const before = timers();
  const done: string[] = [];
  const a = (): void => void done.push('a');
  const b = (): void => void done.push('b');
  await new Promise<void>((resolve) => {
    for (let asked = 0; asked < 100; asked++) for (const act of [a, b]) gather(act);
    gather(resolve);
    t.equal(timers() - before, 1);
  });
  t.same(done, ['a', 'b']);
});

void t.test('turns have a pause between them, however often is asked, and the last that was asked for is done', async (t) => {
  let asked = 0;
  let done = 0;
  let seen = 0;
  const act = (): void => {
    done += 1;
    seen = asked;
  };
  const begun = performance.now();
  while (done < 10) {
    asked += 1;
    gather(act);
    await otherWork();
  }
  // A timer comes up to a millisecond early.
  t.ok(done <= (performance.now() - begun) / 4 + 2);
  t.ok(asked > done);
  asked += 1;
  gather(act);
  while (seen < asked) await otherWork();
  t.equal(seen, asked);
});
