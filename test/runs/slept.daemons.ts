/** A daemon that was stopped, as a machine that sleeps stops it, takes no time in which it heard nothing for silence of an agent. */
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { lineOf, scratch } from '../support/daemon.ts';
import { spawnDaemon } from '../support/daemon-process.ts';

/** Resolves when the agent has written down so many numbers. */
const hasCounted = async (worktree: string, count: number): Promise<void> => {
  const path = join(worktree, '.counted');
  const watcher = watch(worktree);
  while (!existsSync(path) || readFileSync(path, 'utf8').split('\n').length <= count) await once(watcher, 'change');
  watcher.close();
};

const isNear = (event: TaskEvent, words: string): boolean => lineOf(event, 'stdout')?.includes(words) === true;

void t.test('an agent was not silent while the daemon was stopped', async (t) => {
  const daemon = await spawnDaemon(t, scratch(t), 'by-task-name', { MAKIMA_SILENCE_SECONDS: '8' });
  const start = async (name: string): Promise<Task> =>
    (await daemon.call('POST', '/tasks', { name, plan: 'COUNT: 90 EVERY: 200', start: true })).body;
  const counting = await start('counts');
  for await (const event of daemon.follow(counting.id)) if (isNear(event, 'line 1 of')) break;
  const { body } = await daemon.call('GET', `/tasks/${counting.id}`);
  const silent = await start('forever');
  const events: TaskEvent[] = [];
  for await (const event of daemon.follow(silent.id)) {
    events.push(event);
    if (!isNear(event, 'Working until')) continue;
    process.kill(daemon.pid, 'SIGSTOP');
    // Seventeen seconds: more than the eight of a silence and what a timer of a busy daemon may be late.
    await hasCounted(body.overlayPath ?? '', 87);
    process.kill(daemon.pid, 'SIGCONT');
    for await (const other of daemon.follow(counting.id)) events.push(other);
    await daemon.call('POST', `/tasks/${silent.id}/stop`);
  }
  t.same(
    events.filter(({ type }) => type === 'silence'),
    [],
  );
  t.ok(
    events.some((event) => isNear(event, 'line 90 of 90')),
    'and all was heard that was said meanwhile',
  );
});
