import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/shells/run.ts';
import { startDetached, type DetachedProgram } from '../../src/shells/start-detached.ts';
import { awaited, gone, spawnsOf } from './processes.ts';

const path = process.env['PATH'] ?? '/usr/bin:/bin';
const isLinux = process.platform === 'linux';

interface Place {
  home: string;
  stdout: string;
  stderr: string;
  program: (script: string, more?: Partial<DetachedProgram>) => DetachedProgram;
}
const placeIn = (t: { testdir(): string }): Place => {
  const home = realpathSync(t.testdir());
  const [stdout, stderr, cwd] = [join(home, "it's out"), join(home, 'err'), join(home, 'a dir\nof two lines')];
  mkdirSync(cwd);
  for (const file of [stdout, stderr]) writeFileSync(file, 'before\n');
  return {
    home,
    stdout,
    stderr,
    program: (script, more) => ({
      program: 'sh',
      args: ['-c', `read -r line; ${script}`, 'sh'],
      cwd,
      env: { PATH: path },
      stdout,
      stderr,
      ...more,
    }),
  };
};

/** The fields of a process's stat from its state on. */
const statOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');

void t.test('a program has a session of its own, what it was given and nothing else', { skip: !isLinux }, async (t) => {
  const { program, stdout, stderr, home } = placeIn(t);
  const done = join(home, 'done');
  const env = { PATH: path, QUOTED: `'"\\ $x\n`, EMPTY: '', PWD: '/elsewhere' };
  const print = `process.stdout.write(JSON.stringify([process.argv.slice(1), process.cwd(), process.env]))`;
  const script = `"$1" -e "$2" -- "$3"; echo oops >&2; cat /proc/$$/stat >"$4.new"; grep Sig /proc/self/status >>"$4.new"; readlink /proc/$$/fd/* >>"$4.new"; mv "$4.new" "$4"`;
  const what = program('', { env });
  const held = await startDetached({ ...what, args: ['-c', `read -r line; ${script}`, 'sh', process.execPath, print, "a 'b'", done] });
  const before = statOf(held.pid);
  t.equal(readFileSync(stdout, 'utf8'), 'before\n', 'it waits');
  held.go();
  const told = await awaited(done);
  const [stat = '', ...descriptors] = told.split('\n');
  const [, , group, session] = stat
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  t.same([group, session, stat.split(' ')[0]], [held.pid, held.pid, String(held.pid)]);
  t.equal(stat.replace(/^.*\) /s, '').split(' ')[19], before[19], 'its start time');
  t.same(
    descriptors.filter((each) => each.startsWith('socket:')),
    [],
  );
  t.ok(descriptors.includes(stderr));
  const printed = readFileSync(stdout, 'utf8');
  t.ok(printed.startsWith('before\n'));
  const [args, cwd, environment]: [string[], string, Record<string, string>] = JSON.parse(printed.slice('before\n'.length));
  t.same(args, ["a 'b'"]);
  t.equal(cwd, what.cwd);
  // a shell makes these anew
  const anew = { PWD: '', _: '', SHLVL: '' };
  t.same({ ...environment, ...anew }, { ...env, ...anew });
  t.match(told, /^SigBlk:\s*0+$[^]*^SigIgn:\s*0+$/m);
  t.equal(readFileSync(stderr, 'utf8'), 'before\noops\n');
});

void t.test('one that is not let go can be taken back', async (t) => {
  const { program, home } = placeIn(t);
  const ran = join(home, 'ran');
  for (const env of [{ PATH: path }, { PATH: path, 'no.name': 'x' }]) {
    const held = await startDetached(program(`echo x >'${ran}'`, { env }));
    await held.cancel();
    await gone(held.pid);
    held.go();
    await held.cancel();
  }
  t.notOk(existsSync(ran));
});

void t.test('a variable that no shell can hand on is there', async (t) => {
  const { program, stdout } = placeIn(t);
  const env = { PATH: path, 'no.name': 'x', 'BASH_FUNC_f%%': '() { :; }' };
  const print = `require('fs').readFileSync(0); process.stdout.write(JSON.stringify(process.env) + '\\n')`;
  const held = await startDetached({ ...program(''), program: process.execPath, args: ['-e', print], env });
  held.go();
  await gone(held.pid);
  t.same(JSON.parse((await awaited(stdout)).split('\n')[1] ?? ''), env);
});

void t.test('what cannot be started', async (t) => {
  const { program, home } = placeIn(t);
  for (const env of [{ PATH: path }, { PATH: path, 'no.name': 'x' }]) {
    await t.rejects(startDetached(program('', { env, program: 'no-such-program' })), { code: 'ENOENT' });
    await t.rejects(startDetached(program('', { env, cwd: join(home, 'nowhere') })), { code: 'ENOENT' });
    await t.rejects(startDetached(program('', { env, stdout: join(home, 'no', 'where') })), /no\/where/);
    await t.rejects(startDetached(program('', { env, args: ['a\0'] })), TypeError);
  }
  const { stdout } = await run({ program: 'echo', args: ['on'], cwd: '/', env: { PATH: path }, timeoutMs: 60_000 });
  t.equal(stdout.toString(), 'on\n', 'the shells are as they were');
});

void t.test('Node spawns shells, not them, and none is its child', { skip: !isLinux }, async (t) => {
  const { program, home } = placeIn(t);
  await (await startDetached(program('true'))).cancel();
  await run({ program: 'true', args: [], cwd: '/', env: { PATH: path }, timeoutMs: 60_000 });
  const pids: number[] = [];
  const spawns = await spawnsOf(async () => {
    for (let n = 0; n < 20; n += 1) {
      const held = await startDetached(program(`echo $$ >'${join(home, `ran${n}`)}'; exec sleep 1000000`));
      pids.push(held.pid);
      held.go();
    }
    for (let n = 0; n < 20; n += 1) await awaited(join(home, `ran${n}`));
  });
  t.ok(spawns < Math.max(8, 2 * availableParallelism()), `${spawns}`);
  t.ok(pids.every((pid) => Number(statOf(pid)[1]) !== process.pid));
  for (const pid of pids) process.kill(-pid, 'SIGKILL');
  await gone(...pids);
});

void t.test('a daemon that is killed before it has let one go lets it go, and none of it is left', async (t) => {
  const { program, home } = placeIn(t);
  const ran = join(home, 'ran');
  const what = program(`echo "$line$$" >'${ran}'`);
  const code = `
    import { startDetached } from ${JSON.stringify(join(import.meta.dirname, '../../src/shells/start-detached.ts'))};
    const { pid } = await startDetached(${JSON.stringify(what)});
    process.stdout.write(pid + '\\n');
    setInterval(() => undefined, 1000000);
  `;
  const daemon = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(daemon.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  const shell = isLinux ? [Number(statOf(Number(statOf(pid)[1]))[1])] : [];
  t.notOk(existsSync(ran));
  daemon.kill('SIGKILL');
  t.equal(await awaited(ran), String(pid));
  await gone(pid, ...shell);
});
