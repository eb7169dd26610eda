import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { selectRun } from '../../src/process/census.ts';
import type { RunHandle } from '../../src/process/handle.ts';
import { pauseRun } from '../../src/process/pause.ts';
import { lookOf } from '../../src/process/look.ts';
import { platform, type TableEntry } from '../../src/process/platform/index.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { terminateRun } from '../../src/process/terminate.ts';
import { writeInput } from '../../src/process/write-input.ts';
import { agentPath, allDead, launchIn, launchScript, lineOf, newRun, plainEnv, processesOf, said, statesOf, userLine } from './helper.ts';

const entry = (pid: number, ppid: number, { marked = false, ...more }: Partial<TableEntry> & { marked?: boolean } = {}): TableEntry => ({
  pid,
  ppid,
  pgid: pid,
  sid: pid,
  startTime: `t${pid}`,
  state: 'running',
  marks: marked ? ['r'] : [],
  ...more,
});
const pick = (table: TableEntry[], wrapper: number | null = null, proved = new Map<number, string>()): number[] =>
  selectRun(lookOf(table), { runId: 'r', wrapperPid: wrapper, members: new Map(), proved }, 99)
    .others.map(({ pid }) => pid)
    .sort((a, b) => a - b);

void t.test('what is ours', (t) => {
  t.same(
    pick([entry(1, 0), entry(10, 1, { marked: true }), entry(11, 10), entry(12, 11), entry(20, 1)]),
    [10, 11, 12],
    'marked, and below it',
  );
  t.same(
    pick([entry(10, 1), entry(11, 1, { sid: 10 }), entry(12, 1, { sid: 12, pgid: 10 }), entry(13, 1)], 10),
    [11, 12],
    'the session and group of the wrapper',
  );
  t.same(pick([entry(11, 1, { sid: 10, pgid: 10 })], null), [], 'but not of a number that may have been used again');
  t.same(
    pick(
      [entry(10, 1), entry(11, 1)],
      null,
      new Map([
        [10, 't10'],
        [11, 'other'],
      ]),
    ),
    [10],
    'what was proved before',
  );
  t.same(pick([entry(10, 1, { marked: true, state: 'zombie' }), entry(11, 10)]), [11], 'no zombies, but what is below them');
  t.end();
});

void t.test('what is never ours', (t) => {
  t.same(pick([entry(1, 0, { marked: true }), entry(10, 1)]), [], 'pid 1 and those it adopted');
  t.same(pick([entry(99, 1, { marked: true }), entry(10, 99)]), [], 'ourselves and what else we started');
  t.same(pick([entry(10, 1, { marked: true }), entry(99, 10), entry(50, 99)]), [10], 'ourselves, even below');
  const table = [entry(10, 1, { marked: true }), entry(11, 10, { marked: true })];
  t.equal(selectRun(lookOf(table), { runId: 'r', wrapperPid: 10, members: new Map(), proved: new Map() }, 99).wrapper?.pid, 10);
  t.same(pick(table, 10), [11]);
  t.end();
});

void t.test('a tree in several sessions and groups, with an orphan and a clean environment', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, userLine('go'));
  const handle = await launchIn(run, agentPath('forks-a-tree'));
  const pids = Object.values(await said(run.paths.out));
  t.equal(pids.length, 5);
  const found = (await processesOf(run.runId, handle)).map(({ pid }) => pid);
  for (const pid of pids) t.ok(found.includes(pid), String(pid));
  t.notOk(found.includes(handle.pid), 'the wrapper only where asked for');
  t.ok((await processesOf(run.runId, handle, { wrapper: true })).some(({ pid }) => pid === handle.pid));
  for (const pid of [1, process.pid]) t.notOk(found.includes(pid));
  t.same(await sweepRun(run.runId, handle), []);
  t.ok(await allDead([...pids, handle.pid]));
});

void t.test('bystanders are never touched', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'sleep 1000000 & exec sleep 1000000');
  const environments = [
    { MAKIMA_RUN_ID: `${run.runId}0` },
    { MAKIMA_RUN_ID: run.runId.slice(0, -1) },
    { MAKIMA_RUN_ID: '' },
    { XMAKIMA_RUN_ID: run.runId },
    { OTHER: `MAKIMA_RUN_ID=${run.runId}` },
    {},
  ];
  const bystanders = environments.map((env) =>
    spawn('sleep', ['1000000'], { env: { ...plainEnv, ...env }, detached: true, stdio: 'ignore' }),
  );
  // Not in its environment but among its arguments.
  bystanders.push(
    spawn('sh', ['-c', 'read -r line', `MAKIMA_RUN_ID=${run.runId}`], { env: plainEnv, stdio: ['pipe', 'ignore', 'ignore'] }),
  );
  t.teardown(() => bystanders.forEach((each) => each.kill('SIGKILL')));
  await Promise.all(bystanders.map(async (each) => each.pid === undefined && (await once(each, 'spawn'))));
  const pids = bystanders.map(({ pid }) => pid ?? 0);

  t.same(await pauseRun(handle), []);
  t.same([...new Set(await statesOf(pids))], ['running']);
  const { exit } = await terminateRun(handle, run.directory, { graces: { interruptMs: 1, terminateMs: 10_000, killMs: 10_000 } });
  t.same(exit, { exitCode: 143, reason: 'exited' });
  t.same(await sweepRun(run.runId, handle), []);
  t.same([...new Set(await statesOf(pids))], ['running']);
  t.same(await processesOf(run.runId, handle, { wrapper: true }), []);
});

void t.test('a pid that was used again is never signalled', async (t) => {
  const run = await newRun(t);
  // Somebody else's session under the number that the handle has.
  const stranger = spawn('sh', ['-c', 'sleep 1000000 & echo ready; exec sleep 1000000'], {
    env: plainEnv,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = stranger.pid ?? 0;
  t.teardown(() => process.kill(-pid, 'SIGKILL'));
  await once(stranger.stdout, 'data');
  const info = (await platform.identify([pid])).get(pid);
  const handle: RunHandle = { runId: run.runId, pid, startTime: `${info?.startTime ?? ''}0`, bootId: await platform.bootId() };
  const anotherBoot: RunHandle = { ...handle, startTime: info?.startTime ?? '', bootId: 'another' };
  for (const each of [handle, anotherBoot]) {
    t.same(await processesOf(run.runId, each, { wrapper: true }), []);
    t.same(await pauseRun(each), []);
    const ended = await terminateRun(each, run.directory, { graces: { interruptMs: 1, terminateMs: 1, killMs: 1 } });
    t.same([ended.exit, ended.by], [{ exitCode: null, reason: 'gone' }, 'itself']);
    t.same(await sweepRun(run.runId, each), []);
  }
  t.same(await statesOf([pid]), ['running']);
  const session = (await platform.table('NO')).filter(({ pgid, state }) => pgid === pid && state === 'running');
  t.equal(session.length, 2);
});

void t.test('what is marked is found without a handle', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'echo ready; exec sleep 1000000');
  await lineOf(run.paths.out, (line) => line === 'ready');
  t.ok((await processesOf(run.runId, null)).some(({ pid }) => pid === handle.pid));
  t.same(await sweepRun(run.runId, null), []);
  t.ok(await allDead([handle.pid]));
});
