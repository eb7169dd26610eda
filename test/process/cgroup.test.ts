import t, { type Test } from 'tap';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readHandle, type RunHandle } from '../../src/process/handle.ts';
import { ownCgroup, readProcs } from '../../src/process/own-cgroup.ts';
import { continueRun, pauseRun } from '../../src/process/pause.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { terminateRun, type Graces } from '../../src/process/terminate.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { allDead, launchIn, launchScript, lineOf, newRun, processesOf, type Run, statesOf } from './helper.ts';

const own = ownCgroup();
const options = { skip: own === null && 'no cgroup can be made here' };
const patient: Graces = { interruptMs: 60_000, terminateMs: 60_000, killMs: 60_000 };
const impatient: Graces = { interruptMs: 1, terminateMs: 1, killMs: 60_000 };

/** Says its pid, and is nobody's: no environment, no session, no parent. */
const escaped = "env -i setsid -f sh -c 'echo $$; exec sleep 1000000'";

const groupOf = (handle: RunHandle): string => {
  if (handle.cgroup === undefined) throw new Error('the run has no cgroup');
  return handle.cgroup;
};
/** A run of `script` once it has said a pid. */
const runOf = async (t: Test, script: string): Promise<{ run: Run; handle: RunHandle; group: string; pid: number }> => {
  const run = await newRun(t);
  const handle = await launchScript(run, script);
  const group = groupOf(handle);
  t.teardown(async () => await sweepRun(run.runId, handle));
  return { run, handle, group, pid: Number(await lineOf(run.paths.out, (line) => /^\d+$/.test(line))) };
};

void t.test('a process that dropped all it could be known by is paused, continued and ended with its run', options, async (t) => {
  const { run, handle, group, pid } = await runOf(t, `${escaped}; exec sleep 1000000`);
  t.equal(basename(group), `makima-${run.runId}`);
  t.notOk(readProcs(group).includes(handle.pid), 'the wrapper is outside, to record the end');
  t.same(await pauseRun(handle), []);
  t.same(await statesOf([pid]), ['stopped']);
  t.same(await continueRun(handle), []);
  t.same(await statesOf([pid]), ['running']);
  t.match(await terminateRun(handle, run.directory, { graces: patient }), { exit: { exitCode: 143 }, by: 'SIGTERM', survivors: [] });
  t.ok(await allDead([pid]));
  t.notOk(existsSync(group));
  t.same(await sweepRun(run.runId, handle), [], 'once more does nothing');
});

void t.test('one that is never the same process for long ends too', options, async (t) => {
  // Each forks the next and ends; nobody knows them but the group.
  const script = `env -i setsid -f sh -c 'hop() { hop & }; echo $$; hop' 2>/dev/null; exec sleep 1000000`;
  const { run, handle, group } = await runOf(t, script);
  t.match(await terminateRun(handle, run.directory, { graces: impatient }), { survivors: [] });
  t.notOk(existsSync(group), 'the system removes only what is empty');
});

void t.test('groups that an agent made below its own go with it', options, async (t) => {
  const { run, handle, group, pid } = await runOf(t, `${escaped}; exec sleep 1000000`);
  mkdirSync(join(group, 'a', 'b'), { recursive: true });
  writeFileSync(join(group, 'a', 'b', 'cgroup.procs'), String(pid));
  t.ok((await processesOf(run.runId, handle)).some((each) => each.pid === pid));
  t.match(await terminateRun(handle, run.directory, { graces: impatient }), { survivors: [] });
  t.ok(await allDead([pid]));
  t.notOk(existsSync(group));
});

void t.test('what left the group is found by its mark, and once seen there by that', options, async (t) => {
  for (const script of [`exec sh -c 'echo $$; exec sleep 1000000'`, `${escaped}; exec sleep 1000000`]) {
    const { run, handle, pid } = await runOf(t, script);
    const interrupt = (): Promise<void> => {
      writeFileSync(join(own ?? '', 'cgroup.procs'), String(pid));
      return Promise.resolve();
    };
    t.match(await terminateRun(handle, run.directory, { interrupt, graces: impatient }), { survivors: [] });
    t.ok(await allDead([pid]));
  }
});

void t.test('nothing but the group of the run itself is touched', options, async (t) => {
  const { run, handle, group, pid } = await runOf(t, `${escaped}; exec sleep 1000000`);
  const other = await newRun(t);
  const forged = { ...handle, runId: other.runId };
  t.same(await sweepRun(other.runId, { ...forged, pid: 2 ** 22 + 1 }), []);
  t.same(await statesOf([pid]), ['running'], "another run's group");

  const directory = join(other.cwd, `makima-${other.runId}`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'cgroup.procs'), `${pid}\n`);
  writeFileSync(join(directory, 'cgroup.kill'), '');
  t.same(await sweepRun(other.runId, { ...forged, pid: 2 ** 22 + 1, cgroup: directory }), []);
  t.same(await statesOf([pid]), ['running'], 'a directory that only looks like one');
  t.same([readFileSync(join(directory, 'cgroup.kill'), 'utf8'), readdirSync(directory).length], ['', 2]);

  t.match(await terminateRun(handle, run.directory, { graces: patient }), { survivors: [] });
  t.notOk(existsSync(group));
});

void t.test('a daemon that is in the group of a run ends it without itself', options, async (t) => {
  const { run, handle, group, pid } = await runOf(t, `trap '' TERM; ${escaped}; exec sleep 1000000`);
  const leave = (): void => writeFileSync(join(own ?? '', 'cgroup.procs'), String(process.pid));
  t.teardown(leave);
  writeFileSync(join(group, 'cgroup.procs'), String(process.pid));
  t.match(await terminateRun(handle, run.directory, { graces: impatient }), { survivors: [] });
  t.ok(await allDead([pid]));
  t.same(readProcs(group), [process.pid]);
  leave();
  t.same(await sweepRun(run.runId, handle), []);
  t.notOk(existsSync(group));
});

void t.test('a launch that fails leaves none', options, async (t) => {
  const failing = await newRun(t);
  await t.rejects(launchIn(failing, 'true', [], { shell: '/no/shell' }), { code: 'AGENT_FAILED' });
  t.same(
    readdirSync(own ?? '').filter((name) => name.includes(failing.runId)),
    [],
  );
});

/** What systemd gives a user: a group of theirs, in which they may make others. */
const delegate = (t: Test, uid: number): string => {
  const directory = join(own ?? '', `makima-test-${process.pid}`);
  mkdirSync(directory);
  t.teardown(() => rmdirSync(directory));
  execFileSync('chown', [
    `${uid}:${uid}`,
    directory,
    join(directory, 'cgroup.procs'),
    join(directory, 'cgroup.subtree_control'),
    join(directory, 'cgroup.threads'),
  ]);
  return directory;
};
const nobody = 65534;
const program = join(import.meta.dirname, 'launch-and-hang.ts');
const canBeNobody = (): boolean => {
  try {
    execFileSync(
      'setpriv',
      [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', process.execPath, '-e', `fs.readFileSync(${JSON.stringify(program)})`],
      { stdio: 'ignore' },
    );
    return true;
  } catch {
    return false;
  }
};
const asRoot = {
  skip: own === null || process.getuid?.() !== 0 || !canBeNobody() ? 'as root alone, where another user can read these files' : false,
};

void t.test('an ordinary user to whom a group was delegated; the daemon dies, the next one is in another group', asRoot, async (t) => {
  const run = await newRun(t);
  const above = delegate(t, nobody);
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, run.cwd]);
  const enter = 'echo 0 >"$1/cgroup.procs"; shift; exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
  const daemon = spawn(
    'sh',
    [
      '-c',
      enter,
      'sh',
      above,
      process.execPath,
      program,
      run.runId,
      run.directory,
      run.cwd,
      'go\n',
      'sh',
      '-c',
      `${escaped}; exec sleep 1000000`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(daemon.stdout, 'data');
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  const handle = await readHandle(run.directory);
  if (handle === null) throw new Error('no handle');
  t.equal(handle.cgroup, join(above, `makima-${run.runId}`));
  const pid = Number(await lineOf(run.paths.out, () => true));
  t.ok(readProcs(groupOf(handle)).includes(pid));
  // What sudo starts may not be signalled by a user, but is in the user's group.
  const foreign = spawn('sleep', ['1000000'], { stdio: 'ignore', env: {}, detached: true, uid: nobody - 1 });
  t.teardown(() => foreign.kill('SIGKILL'));
  await once(foreign, 'spawn');
  writeFileSync(join(groupOf(handle), 'cgroup.procs'), String(foreign.pid));
  t.ok(readProcs(above).includes(handle.pid), 'processes beside groups below them, since no controllers are switched on');

  process.seteuid?.(nobody);
  try {
    t.match(await terminateRun(handle, run.directory, { graces: patient }), { exit: { exitCode: 143 }, survivors: [] });
  } finally {
    process.seteuid?.(0);
  }
  t.ok(await allDead([pid, handle.pid, foreign.pid ?? 0]));
  t.notOk(existsSync(groupOf(handle)));
  t.match(await waitForExit(handle, run.directory), { exitCode: 143 });
});
