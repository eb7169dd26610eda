import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linux, marksIn, parseStat } from '../../../src/process/platform/linux.ts';

void t.test('a captured line of /proc/<pid>/stat', (t) => {
  const captured =
    '5650 (cat) R 5640 5641 2665 0 -1 4194304 99 0 0 0 0 0 0 0 20 0 1 0 150684 3133440 382 18446744073709551615 94342293659648 94342293679529 140720792571440 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 94342293695536 94342293697152 94343173484544 140720792578764 140720792578784 140720792578784 140720792580075 0\n';
  t.same(parseStat(captured), { pid: 5650, ppid: 5640, pgid: 5641, sid: 2665, startTime: '150684', state: 'running' });
  for (const comm of ['a b', 'a) S 1 1 1', ') (', '((', 'x\ny', ')']) {
    t.equal(parseStat(captured.replace('(cat)', `(${comm})`))?.startTime, '150684', comm);
  }
  const states = { R: 'running', S: 'running', D: 'running', I: 'running', T: 'stopped', t: 'stopped', Z: 'zombie', X: 'zombie' };
  for (const [letter, state] of Object.entries(states)) {
    t.equal(parseStat(captured.replace(' R ', ` ${letter} `))?.state, state, letter);
  }
  for (const broken of ['', '5650', '5650 (cat', '5650 (cat) R 1', 'x (cat) R 5640']) t.equal(parseStat(broken), null, broken);
  t.end();
});

void t.test('the marker is a whole entry of the environment', (t) => {
  const has = (text: string): boolean => marksIn(Buffer.from(text), 'MAKIMA_RUN_ID').includes('abc');
  t.ok(has('A=1\0MAKIMA_RUN_ID=abc\0B=2\0'));
  t.ok(has('MAKIMA_RUN_ID=abc\0'));
  t.ok(has('A=1\0MAKIMA_RUN_ID=abc'));
  for (const other of [
    '',
    'MAKIMA_RUN_ID=abcd\0',
    'MAKIMA_RUN_ID=ab\0',
    'XMAKIMA_RUN_ID=abc\0',
    'A=MAKIMA_RUN_ID=abc\0',
    'MAKIMA_RUN_ID=\0abc\0',
  ]) {
    t.notOk(has(other), JSON.stringify(other));
  }
  t.same(
    marksIn(Buffer.from('MAKIMA_RUN_ID=MAKIMA_RUN_ID=a\0B=1\0MAKIMA_RUN_ID=b'), 'MAKIMA_RUN_ID'),
    ['MAKIMA_RUN_ID=a', 'b'],
    'every one',
  );
  t.end();
});

void t.test('real processes', { skip: process.platform !== 'linux' }, async (t) => {
  const program = join(t.testdir(), 'a) S 1 (b');
  await copyFile('/bin/sleep', program);
  const child = spawn(program, ['1000000'], { env: { MARK: 'x y' }, detached: true, stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const pid = child.pid ?? 0;

  const found = (await linux.table('MARK')).filter(({ marks }) => marks.includes('x y'));
  t.match(found, [{ pid, ppid: process.pid, pgid: pid, sid: pid, state: 'running' }]);
  t.same((await linux.identify([pid])).get(pid), {
    pid,
    ppid: process.pid,
    pgid: pid,
    sid: pid,
    state: 'running',
    startTime: found[0]?.startTime,
  });
  t.match(await linux.bootId(), /^[0-9a-f-]{36}$/);

  child.kill('SIGKILL');
  await once(child, 'exit');
  t.equal((await linux.identify([pid])).size, 0);
});
