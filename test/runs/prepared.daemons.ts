/** A daemon that is killed while it prepares worktrees, or takes one: the next one has no half of any, and each task has its own. */
import t from 'tap';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Test } from 'tap';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { git, scratch, userRepository } from '../support/daemon.ts';

/** Waits until so many worktrees are ready. */
const untilReady = async (daemon: DaemonProcess, home: string, count: number): Promise<void> => {
  const headers = { authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}` };
  for (;;) {
    const text = await (await fetch(`${daemon.url}/metrics`, { headers })).text();
    if (Number(/^makima_prepared_worktrees (\d+)$/m.exec(text)?.[1]) === count) return;
    await delay(50);
  }
};

const endOf = async (daemon: DaemonProcess, taskId: string): Promise<void> => {
  for await (const event of daemon.follow(taskId)) if (event.type === 'end') return;
};

const startOn = async (daemon: DaemonProcess, repositoryUrl: string): Promise<string> =>
  (await daemon.call('POST', '/tasks', { name: 'task', plan: 'say', repositoryUrl, start: true })).body.id;

/** Each of the tasks has ended well in a worktree that is as it was committed, and nothing else is in the home. */
const requireWhole = async (t: Test, daemon: DaemonProcess, home: string, tasks: readonly string[]): Promise<void> => {
  const worktrees: string[] = [];
  for (const id of tasks) {
    await endOf(daemon, id);
    const { body: task } = await daemon.call('GET', `/tasks/${id}`);
    t.equal(task.status, 'done', task.errorMessage ?? '');
    const worktree = task.overlayPath ?? '';
    t.equal(git(worktree, 'status', '--porcelain'), '');
    t.equal(git(worktree, 'branch', '--show-current'), task.branch);
    t.equal(readFileSync(join(worktree, 'src/a.txt'), 'utf8'), 'a\n');
    worktrees.push(basename(worktree));
  }
  t.strictSame(
    readdirSync(join(home, 'worktrees'))
      .filter((name) => name !== '.trash')
      .sort(),
    worktrees.sort(),
  );
  t.strictSame(readdirSync(join(home, 'repositories')).sort(), tasks.map((id) => `${id}.git`).sort());
  await untilReady(daemon, home, 2);
  t.equal(readdirSync(join(home, 'prepared')).length, 2, 'what the killed one left is gone');
};

const files = { 'README.md': 'hello\n', 'src/a.txt': 'a\n' };

for (const point of ['preparation begun', 'prepared worktree ready'])
  void t.test(`killed at: ${point}`, async (t) => {
    const [home, source] = [scratch(t), userRepository(t, files)];
    const killed = await spawnDaemon(t, home, 'cheap', {}, point);
    const first = await startOn(killed, source);
    await killed.gone;
    t.equal(readdirSync(join(home, 'prepared')).length, 1);
    const daemon = await spawnDaemon(t, home, 'cheap');
    await endOf(daemon, first);
    await requireWhole(t, daemon, home, [first, await startOn(daemon, source)]);
  });

for (const point of ['prepared worktree named', 'prepared index moved', 'prepared worktree moved'])
  void t.test(`killed at: ${point}`, async (t) => {
    const [home, source] = [scratch(t), userRepository(t, files)];
    const killed = await spawnDaemon(t, home, 'cheap', {}, point);
    const first = await startOn(killed, source);
    await endOf(killed, first);
    await untilReady(killed, home, 2);
    const second = await startOn(killed, source).catch(async () => {
      // killed before it answered; the task is there
      await killed.gone;
      return null;
    });
    await killed.gone;
    const daemon = await spawnDaemon(t, home, 'cheap');
    const { body } = await daemon.call<{ items: { id: string }[] }>('GET', '/tasks');
    const tasks = body.items.map(({ id }) => id);
    t.equal(tasks.length, 2);
    if (second !== null) t.ok(tasks.includes(second));
    await requireWhole(t, daemon, home, tasks);
  });
