import t from 'tap';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurs, readHandle } from '../../src/process/handle.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { closeInput, writeInput } from '../../src/process/write-input.ts';
import { agentPath, contents, launchIn, launchScript, lineOf, newRun, plainEnv, processesOf, userLine } from './helper.ts';

// /bin/sh is dash here and bash on macOS.
const shells = ['/bin/sh', '/bin/bash', '/bin/dash'].filter((shell) => existsSync(shell));

void t.test('a run from its first message to its exit', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('say it'));
  const handle = await launchIn(run, agentPath('says-a-line'));
  t.same(await readHandle(run.directory), handle);
  t.ok(await isOurs(handle));
  await lineOf(run.paths.out, (line) => line.includes('"result"'));
  await closeInput(run.directory);
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  t.same(
    (await contents(run.paths.out))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type),
    ['system', 'assistant', 'result'],
  );
  await t.rejects(launchIn(run, agentPath('says-a-line')), { code: 'TASK_ACTIVE' });
});

for (const shell of shells) {
  void t.test(`the wrapper in ${shell}`, async (t) => {
    await t.test('arguments are passed as they are', async (t) => {
      const run = await newRun(t);
      const args = ['', ' a  b ', '$HOME', '`id`', '"', "'", '*', 'a\nb', '-n', '; exit 9', '\\', '日本語'];
      const handle = await launchIn(run, process.execPath, ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...args], {
        shell,
      });
      t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
      t.same(JSON.parse(await contents(run.paths.out)), args);
    });

    await t.test(
      'the agent has no descriptor but its three, no signal ignored, and the marker',
      { skip: process.platform !== 'linux' },
      async (t) => {
        const run = await newRun(t);
        const handle = await launchIn(run, '/bin/ls', ['/proc/self/fd'], { shell });
        await waitForExit(handle, run.directory);
        // What this test was itself given is inherited by everything it starts, wrapper or not.
        const inherited = execFileSync('/bin/ls', ['/proc/self/fd'], { encoding: 'utf8' });
        t.equal(await contents(run.paths.out), inherited);

        const second = await newRun(t);
        await waitForExit(await launchIn(second, '/bin/cat', ['/proc/self/status', '/proc/self/environ'], { shell }), second.directory);
        const status = await contents(second.paths.out);
        t.match(status, /^SigIgn:\t0000000000000000$/m);
        t.match(status, /^SigBlk:\t0000000000000000$/m);
        t.ok(status.includes(`MAKIMA_RUN_ID=${second.runId}\0`));
      },
    );

    await t.test("the status is the agent's, also by a signal", async (t) => {
      for (const [script, exitCode] of [
        ['exit 0', 0],
        ['exit 3', 3],
        ['exit 255', 255],
        ['kill -TERM $$', 143],
        ['kill -KILL $$', 137],
        ['kill -INT $$', 130],
      ] as const) {
        const run = await newRun(t);
        t.same(await waitForExit(await launchScript(run, script, { shell }), run.directory), { exitCode, reason: 'exited' }, script);
      }
    });

    await t.test('a command that cannot be executed says so', async (t) => {
      const missing = await newRun(t);
      const handle = await launchIn(missing, 'no-such-command-anywhere', [], { shell });
      t.same(await waitForExit(handle, missing.directory), { exitCode: 127, reason: 'exited' });
      t.match(await contents(missing.paths.err), /no-such-command-anywhere.*not found/);

      const refused = await newRun(t);
      await writeFile(join(refused.cwd, 'plain'), 'text', { mode: 0o600 });
      t.same(await waitForExit(await launchIn(refused, join(refused.cwd, 'plain'), [], { shell }), refused.directory), {
        exitCode: 126,
        reason: 'exited',
      });
      t.match(await contents(refused.paths.err), /[Pp]ermission denied/);

      // A builtin of the wrapper's shell, or a function of its own, is no command.
      for (const name of ['deliver', 'main']) {
        const builtin = await newRun(t);
        t.same(await waitForExit(await launchIn(builtin, name, [], { shell }), builtin.directory), { exitCode: 127, reason: 'exited' });
      }
    });

    await t.test('signals to the whole group end the agent and not the wrapper', async (t) => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1'] as const) {
        const run = await newRun(t);
        const script = `trap 'echo caught; exit 7' ${signal.slice(3)}; echo ready; while read -r line; do :; done`;
        const handle = await launchScript(run, script, { shell });
        await lineOf(run.paths.out, (line) => line === 'ready');
        process.kill(-handle.pid, signal);
        t.same(await waitForExit(handle, run.directory), { exitCode: 7, reason: 'exited' }, signal);
        t.equal(await contents(run.paths.out), 'ready\ncaught\n');
      }
    });

    await t.test('input goes on after a signal to the group', async (t) => {
      const run = await newRun(t);
      const script =
        'trap \'echo caught\' TERM; echo ready; while :; do if read -r line; then echo "got $line"; [ "$line" = end ] && exit 0; fi; done';
      const handle = await launchScript(run, script, { shell });
      await lineOf(run.paths.out, (line) => line === 'ready');
      process.kill(-handle.pid, 'SIGTERM');
      await lineOf(run.paths.out, (line) => line === 'caught');
      await writeInput(run.directory, 'one\n');
      await lineOf(run.paths.out, (line) => line === 'got one');
      await writeInput(run.directory, 'end\n');
      t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
    });

    await t.test('nothing of the wrapper is left when the agent has ended', async (t) => {
      const run = await newRun(t);
      await writeInput(run.directory, Buffer.alloc(1024 * 1024, 'x'));
      const handle = await launchScript(run, 'echo bye', { shell });
      await waitForExit(handle, run.directory);
      // Not swept: the wrapper and its writer, here stuck in a message that nobody reads, end by themselves.
      await waitUntilGone(run.runId);
      t.same((await readdir(run.paths.messages)).sort(), ['000001.failed', 'bell']);
    });

    await t.test('without a stored handle the agent never starts; with one it does, whoever died', async (t) => {
      const wrapper = join(import.meta.dirname, '../../src/process/wrapper.sh');
      // Nor does a group that cannot be entered hold it up.
      const startAlone = async (directory: string, cwd: string): Promise<number | null> => {
        const child = spawn(shell, [wrapper, directory, '/no/such/group', 'sh', '-c', 'echo started'], {
          cwd,
          env: plainEnv,
          stdio: ['pipe', 'inherit', 'inherit'],
        });
        child.stdin.end();
        await once(child, 'exit');
        return child.exitCode;
      };
      const run = await newRun(t);
      t.equal(await startAlone(run.directory, run.cwd), 1);
      t.notOk(existsSync(run.paths.exit));
      await writeFile(run.paths.handle, '{}');
      t.equal(await startAlone(run.directory, run.cwd), 0);
      t.equal(await contents(run.paths.exit), '0\n');
    });
  });
}

const waitUntilGone = async (runId: string): Promise<void> => {
  while ((await processesOf(runId, null)).length > 0) await new Promise((resolve) => setImmediate(resolve));
};

void t.test('a launch that fails leaves nothing', async (t) => {
  const noDirectory = await newRun(t);
  await t.rejects(launchIn(noDirectory, 'true', [], { cwd: join(noDirectory.cwd, 'nowhere') }), {
    code: 'AGENT_FAILED',
    message: /no directory .*nowhere/,
  });

  const unreadable = await newRun(t);
  await t.rejects(launchIn(unreadable, 'true', [], { cwd: join(unreadable.cwd, 'x'.repeat(300)) }), {
    code: 'AGENT_FAILED',
    message: /cannot be started.*ENAMETOOLONG/,
  });

  const tooLong = await newRun(t);
  await t.rejects(launchIn(tooLong, 'echo', ['x'.repeat(8 * 1024 * 1024)]), { code: 'AGENT_FAILED', message: /E2BIG/ });

  const noShell = await newRun(t);
  await t.rejects(launchIn(noShell, 'true', [], { shell: '/no/shell' }), { code: 'AGENT_FAILED' });

  for (const run of [noDirectory, tooLong, noShell]) {
    t.same(await processesOf(run.runId, null, { wrapper: true }), []);
    t.equal(await readHandle(run.directory), null);
    t.notOk(existsSync(run.paths.exit));
  }
});

void t.test('the scripted agents do as they are named', async (t) => {
  const expected: [string, number, RegExp][] = [
    ['says-a-line', 0, /Hello/],
    ['echo-messages', 0, /You said: go/],
    ['several-results', 0, /Result 1\..*\n/],
    ['late-result', 0, /"result_index":1/],
    ['is-error', 1, /"is_error":true.*"subtype":"success".*API Error: 500/],
    ['not-logged-in', 1, /Not logged in/],
    ['huge-line', 0, /x{5242880}/],
    ['no-newline-at-end', 0, /"last_words"\}$/],
    ['exits-3', 3, /^$/],
    ['runs-plan', 0, /has nothing to run/],
  ];
  for (const [name, exitCode, says] of expected) {
    const run = await newRun(t);
    await writeInput(run.directory, userLine('go'));
    await closeInput(run.directory);
    t.same(await waitForExit(await launchIn(run, agentPath(name)), run.directory), { exitCode, reason: 'exited' }, name);
    t.ok(says.test(await contents(run.paths.out)), name);
  }
});

void t.test('runs-plan runs the plan', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('Do not:\n```sh\nexit 9\n```\nbut:\n```sh\necho "it is $PWD" > file\n```\nplease'));
  await closeInput(run.directory);
  t.same(await waitForExit(await launchIn(run, agentPath('runs-plan')), run.directory), { exitCode: 0, reason: 'exited' });
  t.match(await contents(join(run.cwd, 'file')), /^it is \//);

  const failing = await newRun(t);
  await writeInput(failing.directory, userLine('text\nRUN: echo no\nexit 4'));
  await closeInput(failing.directory);
  t.same(await waitForExit(await launchIn(failing, agentPath('runs-plan')), failing.directory), { exitCode: 1, reason: 'exited' });
  t.match(await contents(failing.paths.out), /Exit code 4\\nno/);
});
