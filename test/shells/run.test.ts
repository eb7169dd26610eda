import t from 'tap';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { run, TimedOut, type Command } from '../../src/shells/run.ts';
import { awaited, gone, spawnsOf } from './processes.ts';

const env = { PATH: process.env['PATH'] };
const minute = 60_000;
const sh = (script: string, more: Partial<Command> = {}, ...args: string[]): ReturnType<typeof run> =>
  run({ program: 'sh', args: ['-c', script, 'sh', ...args], cwd: '/', env, timeoutMs: minute, ...more });
/** Prints what it was given, as JSON, with the bytes of its directory. */
const telling = 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.cwd(), process.env]))';
const tell = (args: readonly string[], cwd: string, own: Record<string, string>): ReturnType<typeof run> =>
  run({ program: process.execPath, args: ['-e', telling, '--', ...args], cwd, env: own, timeoutMs: minute });

/** No NUL, which the system itself takes for the end; whole characters, since Node writes half of one as another. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom("'", '"', '\\', '\n', '$', '`', ' ', '~', '*', '!', '\r', '\t', '-', '%', 'é', '\u0081', '\u0088', '💥'),
    }),
  )
  .map((each) => each.replaceAll('\0', ''));

void t.test('arguments, variables and directories arrive as they are', async (t) => {
  const root = realpathSync(t.testdir());
  const name = fc
    .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
    .filter((each) => !/^(?:_|IFS|LINENO|OPTIND|PPID|UID|EUID|GROUPS|NODE.*|SHELLOPTS|BASHOPTS|LD_.*)$/i.test(each));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 6 }), fc.dictionary(name, text, { maxKeys: 6 }), text, async (args, own, directory) => {
      const cwd = join(root, `d${Buffer.from(directory.replaceAll('/', '.')).subarray(0, 200).toString('utf8').replaceAll('\ufffd', '')}`);
      mkdirSync(cwd, { recursive: true });
      const { stdout, stderr, status } = await tell(args, cwd, own);
      t.same([status, stderr.toString()], [0, '']);
      const [gotArgs, gotCwd, gotEnv]: [string[], string, Record<string, string>] = JSON.parse(stdout.toString('utf8'));
      t.strictSame(gotArgs, args);
      t.equal(gotCwd, cwd);
      const { _: _own, ...got } = gotEnv; // some shells set it for each program
      t.strictSame(Object.entries(got).sort(), Object.entries(own).sort());
    }),
    { numRuns: 40 },
  );
});

void t.test('bytes in, bytes out, however many', async (t) => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 5000, maxLength: 9000 }));
  await fc.assert(
    fc.asyncProperty(bytes, async (input) => {
      const { stdout, stderr, status } = await sh('cat; cat /dev/null >&2', { input: Buffer.from(input) });
      t.ok(stdout.equals(input) && stderr.length === 0 && status === 0);
    }),
    { numRuns: 40 },
  );
  const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 256));
  t.ok((await sh('cat', { input: large })).stdout.equals(large));
  t.equal((await sh('exit 3', { input: large })).status, 3, 'input that nobody reads');
  t.equal((await sh('exit 3', { input: large.subarray(0, 9000) })).status, 3);
  t.equal((await sh('cat')).stdout.length, 0, 'no input is an empty one');
});

void t.test('how a command ended', async (t) => {
  for (const status of [0, 1, 2, 126, 127, 128, 130, 255]) t.equal((await sh(`exit ${status}`)).status, status);
  t.equal((await sh('kill -9 $$')).status, 137);
  t.equal((await sh('kill -15 $$')).status, 143);
  t.equal((await sh('kill -2 $$')).status, 130);
  const { stdout, stderr } = await sh('printf out; printf err >&2');
  t.same([stdout.toString(), stderr.toString()], ['out', 'err']);
});

void t.test('what cannot be started', async (t) => {
  const home = t.testdir();
  writeFileSync(join(home, 'no-program'), 'x');
  const here = { args: [], cwd: '/', env, timeoutMs: minute };
  await t.rejects(run({ ...here, program: 'no-such-program' }), {
    name: 'NotStarted',
    missing: 'program',
    message: 'spawn no-such-program ENOENT',
  });
  await t.rejects(run({ ...here, program: 'true', cwd: join(home, 'nowhere') }), { name: 'NotStarted', missing: 'cwd' });
  await t.rejects(run({ ...here, program: 'true', cwd: join(home, 'no-program') }), { name: 'NotStarted', missing: 'cwd' });
  await t.rejects(run({ ...here, program: 'true', args: ['a\0b'] }), TypeError);
  await t.rejects(run({ ...here, program: 'true', env: { ...env, A: 'a\0b' } }), TypeError);
  t.not((await run({ ...here, program: join(home, 'no-program') }).catch(() => ({ status: 126 }))).status, 0);
  chmodSync(join(home, 'no-program'), 0o755);
  const huge = await run({ ...here, program: process.execPath, args: ['-e', '', 'x'.repeat(3_000_000)] });
  t.not(huge.status, 0);
  t.match(huge.stderr.toString(), /too long/i);
  t.equal((await run({ ...here, program: 'true' })).status, 0, 'and the shells are as they were');
});

void t.test('nothing is ignored, blocked or held open in a command but its own', { skip: !existsSync('/proc/self/status') }, async (t) => {
  const umask = execFileSync('sh', ['-c', 'umask'], { encoding: 'utf8' }).trim();
  const { stdout } = await sh('cat /proc/self/status; ls /proc/$$/fd; umask', { input: Buffer.from('x') });
  t.match(stdout.toString(), /^SigBlk:\s*0+$[^]*^SigIgn:\s*0+$/m);
  t.match(stdout.toString(), new RegExp(`^0\\n1\\n2\\n(?:\\d{2,}\\n)*${umask}$`, 'm'));
});

void t.test('commands side by side do not mix, and more than there are shells wait', async (t) => {
  const all = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const { stdout, stderr, status } = await sh(
        'i=0; while [ $i -lt 200 ]; do echo "$1"; echo "e$1" >&2; i=$((i+1)); done; exit "$1"',
        {},
        String(n),
      );
      return status === n && stdout.toString() === `${n}\n`.repeat(200) && stderr.toString() === `e${n}\n`.repeat(200);
    }),
  );
  t.ok(all.every(Boolean));
});

void t.test('commands that last hold up no others', async (t) => {
  const holder = new AbortController();
  const lasting = Array.from({ length: Math.max(8, 2 * availableParallelism()) }, () =>
    t.rejects(sh('exec sleep 1000', { signal: holder.signal }), /enough/),
  );
  t.equal((await sh('echo on')).stdout.toString(), 'on\n');
  holder.abort(new Error('enough'));
  await Promise.all(lasting);
});

void t.test('who is no longer wanted leaves the line', async (t) => {
  const holder = new AbortController();
  const busy = Array.from({ length: 64 }, () => t.rejects(sh('exec sleep 1000', { signal: holder.signal }), /enough/));
  const waiting = new AbortController();
  const left = t.rejects(sh('true', { signal: waiting.signal }), /left/);
  waiting.abort(new Error('left'));
  await left;
  holder.abort(new Error('enough'));
  await Promise.all(busy);
  t.equal((await sh('echo on')).stdout.toString(), 'on\n');
});

void t.test('an abort ends a command with what it has started, its own way of ending first', async (t) => {
  const home = t.testdir();
  const [told, cleaned] = [join(home, 'told'), join(home, 'cleaned')];
  const controller = new AbortController();
  const running = sh('trap "echo yes >$2; exit 1" TERM; sleep 1000 & echo $$ $! >"$1"; wait', { signal: controller.signal }, told, cleaned);
  const pids = (await awaited(told)).split(' ').map(Number);
  controller.abort(new Error('enough'));
  await t.rejects(running, /enough/);
  await gone(...pids);
  t.equal(readFileSync(cleaned, 'utf8'), 'yes\n');
});

void t.test('the time counts from when a command begins', async (t) => {
  await t.rejects(sh('exec sleep 1000', { timeoutMs: 20 }), TimedOut);
  t.equal((await sh('exit 4')).status, 4);
});

void t.test('a shell that is killed fails its command, once, and another takes its place', async (t) => {
  const home = t.testdir();
  const log = join(home, 'log');
  await t.rejects(sh('echo $PPID $$ >>"$1"; kill -9 $PPID; exec sleep 1000', {}, log), /the shell that ran it ended by SIGKILL/);
  const [line, ...more] = readFileSync(log, 'utf8').trim().split('\n');
  t.same(more, [], 'it ran once');
  await gone(Number(line?.split(' ')[1]));
  t.equal((await sh('echo on')).stdout.toString(), 'on\n');
});

void t.test('what a command leaves on its pipes reaches no other', async (t) => {
  const home = t.testdir();
  const files = [join(home, 'go'), join(home, 'written')];
  const stray = '(trap "" PIPE; until [ -e "$1" ]; do sleep 0.01; done; echo stray; echo stray >&2; echo >"$2") & echo out';
  const meanwhile = 'echo begin; echo >"$1"; until [ -e "$2" ]; do sleep 0.01; done; echo end';
  t.equal((await sh(stray, { leaves: true }, ...files)).stdout.toString(), 'out\n');
  const { stdout, stderr } = await sh(meanwhile, {}, ...files);
  t.same([stdout.toString(), stderr.toString()], ['begin\nend\n', '']);

  // one that was not expected to leave anything is found out while its shell has nothing to do
  const unexpected = [join(home, 'go again'), join(home, 'written again')];
  t.equal((await sh(stray, {}, ...unexpected)).stdout.toString(), 'out\n');
  writeFileSync(unexpected[0] ?? '', '');
  await awaited(unexpected[1] ?? '');
  const spawns = await spawnsOf(async () => {
    for (let n = 0; n < 3; n += 1) t.same(String((await sh('echo on; echo >&2')).stdout), 'on\n');
  });
  t.ok(spawns <= 1, 'and that shell alone is given up');
});

void t.test('what a helper says last of a failure is heard', async (t) => {
  const { stderr, status } = await sh('(sleep 0.05; echo late >&2) & echo early >&2; exit 1', { leaves: true });
  t.same([status, stderr.toString()], [1, 'early\nlate\n']);
});

void t.test('Node spawns as many processes as there are shells, not as many as there are commands', async (t) => {
  await sh('true');
  t.equal(
    await spawnsOf(async () => {
      for (let n = 0; n < 20; n += 1) await sh('true');
    }),
    0,
    'one after another',
  );
  const most = Math.max(8, 2 * availableParallelism());
  const spawns = await spawnsOf(() => Promise.all(Array.from({ length: 10 * most }, () => sh('true'))));
  t.ok(spawns < most, `side by side: ${spawns}`);
  t.equal(await spawnsOf(() => Promise.all(Array.from({ length: 10 * most }, () => sh('true')))), 0, 'and they stay');
});

void t.test('a daemon that is killed leaves no shell, but lets the command end', async (t) => {
  const home = t.testdir();
  const [told, go, done] = [join(home, 'told'), join(home, 'go'), join(home, 'done')];
  const script = 'echo $PPID $$ >"$1"; until [ -e "$2" ]; do sleep 0.01; done; echo done >"$3"; echo out; echo err >&2';
  const program = `
    import { run } from ${JSON.stringify(join(import.meta.dirname, '../../src/shells/run.ts'))};
    const command = (script, ...args) => run({ program: 'sh', args: ['-c', script, 'sh', ...args], cwd: '/', env: process.env, timeoutMs: 60000 });
    await command(${JSON.stringify(script)}, ...${JSON.stringify([told, go, done])});
  `;
  const daemon = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [shell = 0, command = 0] = (await awaited(told)).split(' ').map(Number);
  const ended = once(daemon, 'exit');
  daemon.kill('SIGKILL');
  await ended;
  writeFileSync(go, '');
  t.equal(await awaited(done), 'done');
  await gone(shell, command);
});
