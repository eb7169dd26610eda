import t from 'tap';
import { writeFile } from 'node:fs/promises';
import { isOurs, readHandle, writeHandle, type RunHandle } from '../../src/process/handle.ts';
import { platform } from '../../src/process/platform/index.ts';
import { exitNow, waitForExit } from '../../src/process/wait-for-exit.ts';
import { writeInput } from '../../src/process/write-input.ts';
import { launchScript, newRun } from './helper.ts';

void t.test('an exit that comes while one waits', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'read -r line; exit 4');
  const exit = waitForExit(handle, run.directory);
  t.equal(await exitNow(handle, run.directory), null);
  await writeInput(run.directory, 'go\n');
  t.same(await exit, { exitCode: 4, reason: 'exited' });
  t.same(await waitForExit(handle, run.directory), { exitCode: 4, reason: 'exited' }, 'again, afterwards');
});

void t.test('a wrapper that was killed records nothing', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'exec sleep 1000000');
  const exit = waitForExit(handle, run.directory);
  process.kill(handle.pid, 'SIGKILL');
  t.same(await exit, { exitCode: null, reason: 'gone' });
  t.notOk(await isOurs(handle));
});

void t.test('a wait can be given up', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'exec sleep 1000000');
  const abort = new AbortController();
  const exit = waitForExit(handle, run.directory, abort.signal);
  abort.abort(new Error('enough'));
  await t.rejects(exit, { message: 'enough' });
  await t.rejects(waitForExit(handle, run.directory, AbortSignal.abort(new Error('before'))), { message: 'before' });
});

void t.test('a handle of another boot or of a pid that was used again is not ours', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'exec sleep 1000000');
  t.ok(await isOurs(handle));
  const strangers: RunHandle[] = [
    { ...handle, bootId: '00000000-0000-0000-0000-000000000000' },
    { ...handle, startTime: `${handle.startTime}0` },
    { ...handle, pid: 2 ** 22 + 1 },
  ];
  for (const stranger of strangers) {
    t.notOk(await isOurs(stranger));
    t.same(await exitNow(stranger, run.directory), { exitCode: null, reason: 'gone' });
  }
});

void t.test('handles on the disk', async (t) => {
  const run = await newRun(t);
  t.equal(await readHandle(run.directory), null);
  const handle = { runId: run.runId, pid: 4242, startTime: '17', bootId: await platform.bootId() };
  writeHandle(run.directory, handle);
  writeHandle(run.directory, handle);
  t.same(await readHandle(run.directory), handle);
  for (const broken of ['', '{', '{}', JSON.stringify({ ...handle, pid: 1 }), JSON.stringify({ ...handle, pid: '4242' })]) {
    await writeFile(run.paths.handle, broken);
    await t.rejects(readHandle(run.directory), { code: 'INTERNAL' }, broken);
  }
});
