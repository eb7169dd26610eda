import t, { type Test } from 'tap';
import { watch } from 'node:fs';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { followRunFile } from '../../src/process/follow-file.ts';
import { every } from '../../src/process/every.ts';
import { openWake, type Wake } from '../../src/process/wake.ts';
import { growing, type WatchPath } from '../../src/process/watch-entry.ts';
import { readExit } from '../../src/process/wait-for-exit.ts';

/** How many of these the event loop holds. */
const held = (kind: 'FSEventWrap' | 'Timeout'): number => process.getActiveResourcesInfo().filter((each) => each === kind).length;

/** A watch is gone a turn of the event loop or two after it was closed. */
const watchesLeft = async (left: number): Promise<void> => {
  while (held('FSEventWrap') > left) await new Promise((resolve) => setImmediate(resolve));
};

const isLinux = process.platform === 'linux';

const fakeRun = async (t: Test, name: string): Promise<string> => {
  const directory = join(t.testdirName, name);
  await mkdir(directory, { recursive: true });
  for (const file of ['out', 'err']) await writeFile(join(directory, file), '');
  return directory;
};

void t.test('a run costs one watch, and all runs one timer', async (t) => {
  t.testdir({});
  const [watches, timers] = [held('FSEventWrap'), held('Timeout')];
  const wakes: Wake[] = [];
  for (let run = 0; run < 20; run++) {
    const directory = await fakeRun(t, `run${run}`);
    wakes.push(openWake(growing(join(directory, 'out'))), openWake(growing(join(directory, 'err'))));
    wakes.push(openWake({ directory, name: 'exit' }));
  }
  t.equal(held('FSEventWrap') - watches, isLinux ? 20 : 60);
  t.equal(held('Timeout') - timers, 1);
  for (const wake of wakes) wake.close();
  await watchesLeft(watches);
  t.equal(held('Timeout'), timers);
});

void t.test('a line wakes its reader, and nobody who waits for something else', { skip: !isLinux }, async (t) => {
  t.testdir({});
  const directory = await fakeRun(t, 'run');
  const [out, err, exit] = [
    openWake(growing(join(directory, 'out'))),
    openWake(growing(join(directory, 'err'))),
    openWake({ directory, name: 'exit' }),
  ];
  t.teardown(() => [out, err, exit].forEach((wake) => wake.close()));
  let woken = 0;
  const count = async (wake: Wake): Promise<void> => {
    for (;;) {
      await wake.next();
      if (ended) return;
      woken += 1;
    }
  };
  let ended = false;
  const others = [count(err), count(exit)];
  for (let line = 0; line < 100; line++) {
    const heard = out.next();
    await appendFile(join(directory, 'out'), `line ${line}\n`);
    await heard;
  }
  t.ok(woken < 100, `${woken} times, by the rounds that come to all`);
  const before = woken;
  await writeFile(join(directory, 'exit'), '0\n');
  while (woken === before) await new Promise((resolve) => setImmediate(resolve));
  ended = true;
  for (const wake of [err, exit]) wake.ring();
  await Promise.all(others);
  t.equal(await readExit(directory), 0);
});

const lostWatches: Record<string, (elsewhere: string) => WatchPath> = {
  'that hears nothing': (elsewhere) => (_path, changed) => watch(elsewhere, changed),
  'that breaks': (elsewhere) => () => {
    const watcher = watch(elsewhere);
    setImmediate(() => watcher.emit('error', new Error('the watch is lost')));
    return watcher;
  },
};

for (const [name, lost] of Object.entries(lostWatches)) {
  void t.test(`a watch ${name} costs the time of a poll and no line`, async (t) => {
    t.testdir({ elsewhere: {} });
    const path = join(await fakeRun(t, 'run'), 'out');
    const lines: string[] = [];
    let heard = (): void => undefined;
    const follower = followRunFile({
      path,
      from: 0,
      watch: lost(join(t.testdirName, 'elsewhere')),
      onPieces: (pieces) => {
        lines.push(...pieces.map(({ text }) => text));
        heard();
        return Promise.resolve();
      },
    });
    for (const line of ['one', 'two']) {
      const next = new Promise<void>((resolve) => (heard = resolve));
      await appendFile(path, `${line}\n`);
      await next;
    }
    follower.finish();
    await follower.done;
    t.same(lines, ['one', 'two']);
    await watchesLeft(0);
  });
}

void t.test('a wake that is closed holds up nobody', async (t) => {
  t.testdir({});
  const wake = openWake({ directory: await fakeRun(t, 'run') });
  const waiting = wake.next();
  wake.close();
  await waiting;
  await wake.next();
  wake.ring();
  await wake.next();
});

void t.test('a round goes to all, however many, and not to one that has left meanwhile', async (t) => {
  const looks: (() => void)[] = [];
  const looked = new Array<number>(200).fill(0);
  await new Promise<void>((resolve) => {
    for (let index = 0; index < 200; index++)
      looks.push(
        every(7, () => {
          looked[index] = (looked[index] ?? 0) + 1;
          if (index === 0) looks[199]?.();
          if (index === 198 && looked[index] === 3) resolve();
        }),
      );
    t.equal(held('Timeout'), 1);
  });
  for (const end of looks) end();
  t.equal(looked[199], 0);
  t.ok(looked.slice(0, 198).every((times) => times >= 3));
  t.equal(held('Timeout'), 0);
});
