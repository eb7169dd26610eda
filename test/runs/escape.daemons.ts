/** A process that dropped everything it could be known by: its environment, its session, and both its parents are dead. */
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { processKeeper } from '../../src/process/own-cgroup.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { isAlive, scratch } from '../support/daemon.ts';

t.setTimeout(300_000);
const options = { skip: processKeeper() === 'census' && 'no cgroup can be made here' };

const ended = async (daemon: DaemonProcess, taskId: string): Promise<TaskEvent> => {
  for await (const event of daemon.follow(taskId)) if (event.type === 'end') return event;
  throw new Error('the stream ended without an end');
};

const escape = (pidFile: string): string =>
  `env -i setsid -f sh -c 'setsid -f sh -c "echo \\$\\$ >${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 1000000"' </dev/null >/dev/null 2>&1`;

const pidIn = async (file: string): Promise<number> => {
  while (!existsSync(file)) await pause(10);
  return Number(readFileSync(file, 'utf8'));
};

/** A task whose agent lets such a process go, then does `then`. */
const startEscape = async (
  t: Test,
  daemon: DaemonProcess,
  home: string,
  then: string,
): Promise<{ taskId: string; pid: number; cgroup: string }> => {
  const file = join(home, 'escaped');
  const { body: task } = await daemon.call('POST', '/tasks', {
    name: 'work',
    plan: `RUN: ${escape(file)}\nwhile [ ! -e ${home}/go ]; do sleep 0.05; done\n${then}`,
    start: true,
  });
  const pid = await pidIn(file);
  t.teardown(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
  const [run = ''] = readdirSync(join(home, 'runs'));
  const { cgroup } = JSON.parse(readFileSync(join(home, 'runs', run, 'handle.json'), 'utf8'));
  t.match(cgroup, new RegExp(`/makima-${run}$`));
  t.ok(existsSync(cgroup));
  return { taskId: task.id, pid, cgroup };
};

const ways = {
  'a normal end': { then: 'true', status: 'done' },
  'a stop': { then: 'sleep 1000000', status: 'interrupted' },
  'a stop by the next daemon': { then: 'sleep 1000000', status: 'interrupted' },
  'an end that no daemon saw': { then: 'kill -KILL $PPID', status: 'failed' },
};

for (const [way, { then, status }] of Object.entries(ways)) {
  void t.test(`nothing escapes ${way}`, options, async (t) => {
    const home = scratch(t);
    let daemon = await spawnDaemon(t, home, 'runs-plan');
    const run = await startEscape(t, daemon, home, then);
    if (way.includes('daemon')) await daemon.kill('SIGKILL');
    writeFileSync(join(home, 'go'), '');
    if (status === 'failed') {
      while (globSync(join(home, 'runs', '*', 'exit')).length === 0) await pause(10);
      t.ok(isAlive(run.pid), 'it outlived its run');
    }
    if (way.includes('daemon')) daemon = await spawnDaemon(t, home, 'runs-plan');
    if (status === 'interrupted') await daemon.call('POST', `/tasks/${run.taskId}/stop`, { graceful: false });
    t.match(await ended(daemon, run.taskId), { status });
    t.notOk(isAlive(run.pid), 'it is gone');
    t.notOk(existsSync(run.cgroup), 'and so is its group');
  });
}
