import t from 'tap';
import { pauseRun } from '../../src/process/pause.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { terminateRun, type Graces } from '../../src/process/terminate.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { closeInput, writeInput } from '../../src/process/write-input.ts';
import { agentPath, allDead, contents, launchIn, launchScript, lineOf, newRun, processesOf, type Run, said, userLine } from './helper.ts';

/** Long enough never to pass in a test that expects the agent to go along. */
const patient: Graces = { interruptMs: 60_000, terminateMs: 60_000, killMs: 60_000 };
const impatient: Graces = { interruptMs: 1, terminateMs: 1, killMs: 60_000 };

const interrupt = (run: Run) => async (): Promise<void> => {
  await writeInput(run.directory, `${JSON.stringify({ type: 'control_request', request_id: 'r1', request: { subtype: 'interrupt' } })}\n`);
  await closeInput(run.directory);
};

const started = (run: Run): Promise<string> => lineOf(run.paths.out, (line) => line.includes('"assistant"'));

void t.test('an agent that takes the interrupt', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('forever'));
  await started(run);
  const ended = await terminateRun(handle, run.directory, { interrupt: interrupt(run), graces: patient });
  t.same(ended, { exit: { exitCode: 1, reason: 'exited' }, by: 'interrupt', interruptFailure: null, survivors: [] });
  t.match(await contents(run.paths.out), /error_during_execution/);
  const again = await terminateRun(handle, run.directory, { interrupt: interrupt(run), graces: patient });
  t.same(again, { exit: { exitCode: 1, reason: 'exited' }, by: 'itself', interruptFailure: null, survivors: [] }, 'once more does nothing');
});

void t.test('an agent that ends at SIGTERM', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('forever'));
  await started(run);
  const ended = await terminateRun(handle, run.directory, { graces: patient });
  t.same(ended, { exit: { exitCode: 143, reason: 'exited' }, by: 'SIGTERM', interruptFailure: null, survivors: [] });
});

void t.test('an agent that takes no notice is killed, and the wrapper tells', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('ignores-sigterm'));
  await started(run);
  const ended = await terminateRun(handle, run.directory, { interrupt: interrupt(run), graces: impatient });
  t.same(ended, { exit: { exitCode: 137, reason: 'exited' }, by: 'SIGKILL', interruptFailure: null, survivors: [] });
});

void t.test('a SIGTERM that is lost is sent again', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, "trap 'trap - TERM; echo lost' TERM; echo ready; while :; do sleep 1000000 & wait; done");
  await lineOf(run.paths.out, (line) => line === 'ready');
  t.match(await terminateRun(handle, run.directory, { graces: patient }), { exit: { exitCode: 143 }, by: 'SIGTERM', survivors: [] });
  t.equal(await contents(run.paths.out), 'ready\nlost\n');
});

void t.test('an interrupt that fails or hangs does not hold up the rest', async (t) => {
  for (const [send, failure] of [
    [() => Promise.reject(new Error('no')), { message: 'no' }],
    [() => new Promise<void>(() => undefined), null],
  ] as const) {
    const run = await newRun(t);
    const handle = await launchScript(run, 'exec sleep 1000000');
    const ended = await terminateRun(handle, run.directory, { interrupt: send, graces: { ...patient, interruptMs: 1 } });
    t.match(ended, { exit: { exitCode: 143 }, by: 'SIGTERM', interruptFailure: failure });
  }
});

void t.test('a paused run ends like any other', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('forever'));
  await started(run);
  t.same(await pauseRun(handle), []);
  const ended = await terminateRun(handle, run.directory, { interrupt: interrupt(run), graces: patient });
  t.match(ended, { exit: { exitCode: 1 }, by: 'interrupt', survivors: [] });
});

void t.test('nothing of a tree is left, wherever it went', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('forks-a-tree'));
  const pids = Object.values(await said(run.paths.out));
  // SIGTERM ends the agent; the child with the clean environment is pid 1's by then.
  const ended = await terminateRun(handle, run.directory, { graces: patient });
  t.match(ended, { by: 'SIGTERM', survivors: [] });
  t.ok(await allDead([...pids, handle.pid]));
});

void t.test('a sweep after a normal exit takes what was left behind', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  await closeInput(run.directory);
  const handle = await launchIn(run, agentPath('setsid-grandchild'));
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  const { grandchild = 0 } = await said(run.paths.out);
  t.same((await processesOf(run.runId, handle)).filter(({ pid }) => pid === grandchild).length, 1, 'it outlived the agent');
  t.same(await sweepRun(run.runId, handle), []);
  t.ok(await allDead([grandchild]));
  t.same(await sweepRun(run.runId, handle), [], 'once more does nothing');
});

void t.test('processes that fork on and on', async (t) => {
  const run = await newRun(t);
  // Each generation ignores SIGTERM, starts the next in a session of its own, and ends.
  const hop =
    "const { spawn } = require('child_process'); process.on('SIGTERM', () => {}); spawn(process.execPath, ['-e', process.env.HOP], { detached: true, stdio: 'ignore' }).once('spawn', () => process.exit())";
  const handle = await launchIn(run, 'sh', ['-c', 'trap "" TERM; "$NODE" -e "$HOP"; echo hopping; while :; do sleep 1 & wait; done'], {
    env: { PATH: process.env.PATH ?? '', NODE: process.execPath, HOP: hop },
  });
  await lineOf(run.paths.out, (line) => line === 'hopping');
  const ended = await terminateRun(handle, run.directory, { graces: impatient });
  t.match(ended, { exit: { exitCode: 137 }, by: 'SIGKILL', survivors: [] });
  t.same(await processesOf(run.runId, handle, { wrapper: true }), []);
});

void t.test('a wrapper that is stopped or killed', async (t) => {
  const stopped = await newRun(t);
  const handle = await launchScript(stopped, 'exec sleep 1000000');
  process.kill(handle.pid, 'SIGSTOP');
  t.match(await terminateRun(handle, stopped.directory, { graces: patient }), { exit: { exitCode: 143 }, survivors: [] });

  const killed = await newRun(t);
  const orphan = await launchScript(killed, 'echo ready; exec sleep 1000000');
  await lineOf(killed.paths.out, (line) => line === 'ready');
  process.kill(orphan.pid, 'SIGKILL');
  t.same(await waitForExit(orphan, killed.directory), { exitCode: null, reason: 'gone' });
  t.ok((await processesOf(killed.runId, orphan)).length > 0, 'the agent lives');
  t.match(await terminateRun(orphan, killed.directory, { graces: patient }), { exit: { reason: 'gone' }, survivors: [] });
  t.same(await processesOf(killed.runId, orphan), []);
});
