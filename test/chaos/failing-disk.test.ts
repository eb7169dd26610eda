/** Event logs on a disk that is full for a while, from the Nth write of a task's life on, for every N. */
import { writeSync } from 'node:fs';
import t, { type Test } from 'tap';
import { startDaemon } from '../support/daemon.ts';
import { live, nothingIsLeft } from './life.ts';

// Some forty lives, which share the machine with other tests.
t.setTimeout(300_000);

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

const daemons = 4;
t.jobs = daemons;

const sweep = async (t: Test, from: number): Promise<void> => {
  const disk = fullForAWhile();
  const marker = `TWIN=disk-${process.pid}-${from}`;
  const [name = '', value = ''] = marker.split('=');
  const daemon = await startDaemon(t, 'cheap', { MAKIMA_AGENT_ENV: JSON.stringify({ [name]: value }) }, {}, { twins: { write: disk.write } });
  for (let number = from; ; number += daemons) {
    const task = await live(t, daemon, `write ${number}`, () => disk.arm(number, 1), 'new://shared');
    const reached = disk.hasFailed();
    disk.arm(Infinity, 0);
    if (!reached) break;
    if (task.status !== 'done') t.equal((await live(t, daemon, 'the next', undefined, 'new://shared')).status, 'done', `write ${number}: the next task runs`);
  }
  await nothingIsLeft(t, daemon, marker);
};

for (let from = 1; from <= daemons; from += 1) void t.test(`a disk that is full at write ${from}, ${from + daemons}, …`, (t) => sweep(t, from));

void t.test('what an agent says while the disk is full is in its log when there is space again, once and in order', async (t) => {
  const disk = fullForAWhile();
  const daemon = await startDaemon(t, 'counts', {}, {}, { twins: { write: disk.write } });
  const { id } = await daemon.start({ plan: 'COUNT: 40 EVERY: 10' });
  await daemon.until(id, (event) => event.type === 'output' && event.content.includes('line 3 of 40'));
  disk.arm(1, 2);
  t.match(await daemon.ended(id), { status: 'done', errorMessage: null });
  t.ok(disk.hasFailed());
  t.same(await daemon.said(id), Array.from({ length: 40 }, (_, index) => `line ${index + 1} of 40`));
  t.equal((await daemon.events(id)).filter(({ type }) => type === 'end').length, 1);
});
