/** Event logs on a disk that is full for a while, from the Nth write of a task's life on, for every N. */
import { writeSync } from 'node:fs';
import t, { type Test } from 'tap';
import { startDaemon } from '../support/daemon.ts';
import { sweepers, sweepLives } from './life.ts';

// Some forty lives: half a minute here, where nothing else runs; a slow machine gets ten.
t.setTimeout(600_000);

type Write = (fd: number, bytes: Buffer, offset: number, length: number, position: number) => number;

/** A disk on which the Nth write from now on fails, and those after it until as many have failed. */
const fullForAWhile = () => {
  let left = Infinity;
  let failures = 0;
  const write: Write = (fd, bytes, offset, length, position) => {
    left -= 1;
    if (left > 0 || failures === 0) return writeSync(fd, bytes, offset, length, position);
    failures -= 1;
    // Half of it gets through, as on a disk that fills up.
    writeSync(fd, bytes, offset, Math.floor(length / 2), position);
    throw Object.assign(new Error('no space left on device (planned)'), { code: 'ENOSPC' });
  };
  return {
    write,
    arm: (writes: number, times: number): void => {
      left = writes;
      failures = times;
    },
    hasFailed: (): boolean => left <= 0,
  };
};

t.jobs = sweepers;

const sweep = (t: Test, from: number): Promise<void> => {
  const disk = fullForAWhile();
  return sweepLives(t, 'disk', from, {
    twins: { write: disk.write },
    arm: (write) => disk.arm(write, 1),
    disarm: () => disk.arm(Infinity, 0),
    hasFailed: disk.hasFailed,
  });
};

for (let from = 1; from <= sweepers; from += 1)
  void t.test(`a disk that is full at write ${from}, ${from + sweepers}, …`, (t) => sweep(t, from));

void t.test('what an agent says while the disk is full is in its log when there is space again, once and in order', async (t) => {
  const disk = fullForAWhile();
  const daemon = await startDaemon(t, 'counts', {}, {}, { twins: { write: disk.write } });
  const { id } = await daemon.start({ plan: 'COUNT: 40 EVERY: 10' });
  await daemon.until(id, (event) => event.type === 'output' && event.content.includes('line 3 of 40'));
  disk.arm(1, 2);
  t.match(await daemon.ended(id), { status: 'done', errorMessage: null });
  t.ok(disk.hasFailed());
  t.same(
    await daemon.said(id),
    Array.from({ length: 40 }, (_, index) => `line ${index + 1} of 40`),
  );
  t.equal((await daemon.events(id)).filter(({ type }) => type === 'end').length, 1);
});
