import { existsSync } from 'node:fs';
import t from 'tap';
import { continueRun, pauseRun } from '../../src/process/pause.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { closeInput, writeInput } from '../../src/process/write-input.ts';
import { agentPath, contents, launchIn, launchScript, lineOf, newRun, processesOf, said, statesOf, userLine } from './helper.ts';

void t.test('everything stops and goes on', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('forks-a-tree'));
  const pids = Object.values(await said(run.paths.out));
  for (let i = 0; i < 2; i++) {
    t.same(await pauseRun(handle), []);
    t.same(new Set(await statesOf(pids)), new Set(['stopped']));
  }
  t.same(await statesOf([handle.pid]), ['running'], 'the wrapper is there to record an end');
  for (let i = 0; i < 2; i++) {
    t.same(await continueRun(handle), []);
    t.same(new Set(await statesOf(pids)), new Set(['running']));
  }
});

void t.test('what forks meanwhile stops too', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'echo ready; while :; do (:) & (:) & wait; done');
  await lineOf(run.paths.out, (line) => line === 'ready');
  t.same(await pauseRun(handle), []);
  t.same(
    (await processesOf(run.runId, handle)).filter(({ state }) => state !== 'stopped'),
    [],
  );
  t.same(await sweepRun(run.runId, handle), []);
});

/** Its child stops itself between vfork and exec, as a pause may stop one: until it goes on its parent hangs in the kernel. */
const vforks = `$| = 1; print "ready\\n"; if (syscall(58) == 0) { syscall(62, syscall(39), 19); exec "/bin/sleep", "1000000" } sleep 1000000`;
const hasVfork = process.platform === 'linux' && process.arch === 'x64' && existsSync('/usr/bin/perl');

void t.test(
  'who waits for a child that was stopped before it became a program stops too',
  { skip: !hasVfork && 'no perl on Linux x64' },
  async (t) => {
    const run = await newRun(t);
    const handle = await launchScript(run, `exec /usr/bin/perl -e '${vforks}'`);
    await lineOf(run.paths.out, (line) => line === 'ready');
    const processes = () => processesOf(run.runId, handle);
    while ((await processes()).every(({ state }) => state !== 'stopped')) await new Promise((resolve) => setImmediate(resolve));
    t.same(await pauseRun(handle), []);
    t.same(
      (await processes()).filter(({ state }) => state !== 'stopped'),
      [],
    );
    t.same(await sweepRun(run.runId, handle), []);
  },
);

void t.test('a message to a paused agent reaches it when it goes on', async (t) => {
  const run = await newRun(t);
  const handle = await launchIn(run, agentPath('echo-messages'));
  await writeInput(run.directory, userLine('one'));
  await lineOf(run.paths.out, (line) => line.includes('You said: one'));
  t.same(await pauseRun(handle), []);
  await writeInput(run.directory, userLine('two'));
  await closeInput(run.directory);
  t.notMatch(await contents(run.paths.out), /two/);
  t.same(await continueRun(handle), []);
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  t.match(await contents(run.paths.out), /You said: two/);
});

void t.test('a paused agent that is killed is over', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'echo $$; exec sleep 1000000');
  const pid = Number(await lineOf(run.paths.out, () => true));
  t.same(await pauseRun(handle), []);
  process.kill(pid, 'SIGKILL');
  t.same(await waitForExit(handle, run.directory), { exitCode: 137, reason: 'exited' });
});
