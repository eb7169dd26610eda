import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurs, readHandle, type RunHandle } from '../../src/process/handle.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { closeInput, resumeInput, writeInput } from '../../src/process/write-input.ts';
import { agentPath, contents, lineOf, newRun, userLine, type Run } from './helper.ts';

/** Launches from another process, kills that with SIGKILL, and returns what is left: the handle on the disk. */
const launchAndKill = async (run: Run, message: string, command: string, args: string[] = []): Promise<RunHandle> => {
  const program = join(import.meta.dirname, 'launch-and-hang.ts');
  const daemon = spawn(process.execPath, [program, run.runId, run.directory, run.cwd, message, command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(daemon.stdout, 'data');
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  const handle = await readHandle(run.directory);
  if (handle === null) throw new Error('no handle');
  return handle;
};

void t.test('an agent lives on without its daemon, and takes messages from the next one', async (t) => {
  const run = await newRun(t);
  const handle = await launchAndKill(run, userLine('before'), agentPath('echo-messages'));
  t.equal(handle.runId, run.runId);
  t.ok(await isOurs(handle));
  await lineOf(run.paths.out, (line) => line.includes('You said: before'));
  t.ok(await isOurs(handle), 'its input is still open');

  t.same(await resumeInput(run.directory), []);
  t.equal(await (await writeInput(run.directory, userLine('after'))).delivered(), true);
  await closeInput(run.directory);
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  const said = (await contents(run.paths.out)).match(/You said: \w+/g);
  t.same(said, ['You said: before', 'You said: after'], 'each message once');
  await sweepRun(run.runId, handle);
  t.notOk(await isOurs(handle));
});

void t.test('every line and the status are there when nobody was', async (t) => {
  const run = await newRun(t);
  const script = 'read -r go; i=1; while [ $i -le 20000 ]; do echo "line $i"; i=$((i + 1)); done; echo last >&2; exit 5';
  const handle = await launchAndKill(run, 'go\n', 'sh', ['-c', script]);
  t.same(await waitForExit(handle, run.directory), { exitCode: 5, reason: 'exited' });
  t.equal(await contents(run.paths.out), Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}\n`).join(''));
  t.equal(await contents(run.paths.err), 'last\n');
});

void t.test('a message larger than the pipe is whole although its daemon dies while it is handed over', async (t) => {
  const run = await newRun(t);
  const message = `${'m'.repeat(100_000)}\n`;
  // Reads nothing until the daemon is dead: 64 KiB are in the pipe by then and the rest waits.
  const script = `while [ ! -e ${join(run.cwd, 'read-now')} ]; do sleep 0.05; done; cat; echo end`;
  const handle = await launchAndKill(run, message, 'sh', ['-c', script]);
  await writeInput(run.directory, 'next\n');
  await writeFile(join(run.cwd, 'read-now'), '');
  await closeInput(run.directory);
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  t.equal(await contents(run.paths.out), `${message}next\nend\n`);
});
