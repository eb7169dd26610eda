import t from 'tap';
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processKeeper } from '../../src/process/own-cgroup.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { runProjectCommand, type ProjectCommand } from '../../src/runs/project-commands.ts';
import { isAlive } from '../support/daemon.ts';

const options = (worktree: string, more: Partial<ProjectCommand> = {}): ProjectCommand => ({
  which: 'setup',
  worktree,
  runId: 'r',
  env: process.env,
  timeoutMs: 60_000,
  ...more,
});

t.teardown(() => sweepRun('r', null));

void t.test('runs the command in the worktree and hands on its lines', async (t) => {
  const worktree = t.testdir({ 'makima.json': JSON.stringify({ setup: 'pwd; echo two >&2; printf "no newline"; touch made' }) });
  const lines: string[] = [];
  t.equal(await runProjectCommand(options(worktree, { onLine: (line) => lines.push(line) })), null);
  t.strictSame(new Set(lines), new Set([worktree, 'two', 'no newline']));
  t.equal(readFileSync(join(worktree, 'made'), 'utf8'), '');
});

void t.test('nothing to run is no failure', async (t) => {
  t.equal(await runProjectCommand(options(t.testdir({}))), null);
  t.equal(await runProjectCommand(options(t.testdir({ 'makima.json': '{"teardown":"false"}' }))), null);
});

void t.test('a failure is told with the command and its status', async (t) => {
  t.match(await runProjectCommand(options(t.testdir({ 'makima.json': '{"setup":"exit 7"}' }))), /"exit 7" failed with status 7/);
  for (const [content, why] of [
    ['{', /not JSON/],
    ['[]', /must be an object/],
    ['{"setup":7}', /must be an object/],
    [`{"setup":"${'x'.repeat(70_000)}"}`, /larger than/],
  ] as const) {
    t.match(await runProjectCommand(options(t.testdir({ 'makima.json': content }))), why);
  }
});

void t.test('a makima.json that is no file, or a link to none, is not waited for', async (t) => {
  const worktree = t.testdir({});
  execFileSync('mkfifo', [join(worktree, 'fifo')]);
  symlinkSync('fifo', join(worktree, 'makima.json'));
  t.match(await runProjectCommand(options(worktree)), /is no file/);
});

void t.test('a command that is too slow, or whose task is stopped, is ended with what it started', async (t) => {
  const script = 'sleep 600 & echo $! > child; echo ready; wait';
  const slow = t.testdir({ 'makima.json': JSON.stringify({ setup: script }) });
  const stop = new AbortController();
  const failure = runProjectCommand(options(slow, { signal: stop.signal, onLine: (line) => line === 'ready' && stop.abort() }));
  t.match(await failure, /the task was stopped/);
  t.notOk(isAlive(Number(readFileSync(join(slow, 'child'), 'utf8'))));
  const late = t.testdir({});
  writeFileSync(join(late, 'makima.json'), JSON.stringify({ setup: 'sleep 600' }));
  t.match(await runProjectCommand(options(late, { timeoutMs: 10 })), /took longer/);
});

void t.test('a flood of output, and lines without an end, are bounded', async (t) => {
  const worktree = t.testdir({ 'makima.json': JSON.stringify({ setup: 'head -c 100000 /dev/zero | tr "\\0" x; yes | head -20000' }) });
  let count = 0;
  let longest = 0;
  t.equal(
    await runProjectCommand(
      options(worktree, {
        onLine: (line) => {
          count += 1;
          longest = Math.max(longest, line.length);
        },
      }),
    ),
    null,
  );
  t.ok(count <= 5001 && longest <= 4096, `${count} lines, the longest ${longest}`);
});

void t.test('a process that a setup leaves in the background holds nothing up; what a teardown leaves is ended', async (t) => {
  const script = 'setsid sleep 1000000 & echo $!';
  for (const which of ['setup', 'teardown'] as const) {
    const worktree = t.testdir({ 'makima.json': JSON.stringify({ [which]: script }) });
    const lines: string[] = [];
    t.equal(await runProjectCommand(options(worktree, { which, runId: `left-by-${which}`, onLine: (line) => lines.push(line) })), null);
    const pid = Number(lines[0]);
    t.equal(isAlive(pid), which === 'setup', which);
    if (which === 'setup') await sweepRun(`left-by-${which}`, null);
  }
});

void t.test(
  'what dropped its environment and its parents ends with the command or its run as well',
  { skip: processKeeper() === 'census' && 'no cgroup can be made here' },
  async (t) => {
    const script =
      "env -i setsid -f sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 1000000' </dev/null >/dev/null 2>&1; until [ -e pid ]; do sleep 0.05; done";
    for (const which of ['setup', 'teardown'] as const) {
      const runId = `escaped-from-${which}`;
      t.teardown(() => sweepRun(runId, null));
      const worktree = t.testdir({ 'makima.json': JSON.stringify({ [which]: script }) });
      t.equal(await runProjectCommand(options(worktree, { which, runId })), null);
      const pid = Number(readFileSync(join(worktree, 'pid'), 'utf8'));
      t.equal(isAlive(pid), which === 'setup', which);
      t.same(await sweepRun(runId, null), []);
      t.notOk(isAlive(pid));
    }
  },
);
