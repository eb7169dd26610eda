/** A daemon that is killed at each step of putting a worktree away, and of bringing it back: nothing is lost, and it can be done again. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorktreeInfo } from '../../../schemas/worktree.ts';
import { spawnDaemon } from '../../support/daemon-process.ts';
import { fingerprint, git, scratch, userRepository, write } from '../../support/daemon.ts';

t.setTimeout(600_000);

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);

void t.test('killed at each step', async (t) => {
  const home = scratch(t);
  const repositoryUrl = userRepository(t, {
    'a.txt': 'a\n',
    '.gitignore': 'ignored\n',
    'makima.json': JSON.stringify({ setup: 'echo > ignored' }),
  });
  let daemon = await spawnDaemon(t, home, 'runs-plan');
  const over = async (id: string): Promise<{ status: string; overlayPath: string | null }> => {
    for (;;) {
      const { body } = await daemon.call('GET', `/tasks/${id}/wait?until=end&timeout=30`);
      if (['done', 'failed', 'interrupted'].includes(body.status)) return body;
      await delay(20);
    }
  };
  const { body: task } = await daemon.call('POST', '/tasks', { name: 'x', plan: 'RUN: true', repositoryUrl, start: true });
  const path = (await over(task.id)).overlayPath ?? '';
  write(path, { 'a.txt': 'changed\n', 'b/new.txt': 'new\n' });
  git(path, 'add', 'b/new.txt');
  const without = ['.git', '.makima', 'ignored'];
  const before = fingerprint(path, { without });
  const restart = async (dieAt: string | null): Promise<void> => {
    daemon = await spawnDaemon(t, home, 'runs-plan', {}, dieAt);
  };
  const info = async (): Promise<WorktreeInfo> => (await daemon.call<WorktreeInfo>('GET', `/tasks/${task.id}/worktree`)).body;

  for (const [point, isAway] of [
    ['worktree kept', false],
    ['worktree leaving', false],
    ['worktree away', true],
  ] as const) {
    await daemon.kill('SIGTERM');
    await restart(point);
    await Promise.all([daemon.call('DELETE', `/tasks/${task.id}/worktree`).catch(() => null), daemon.gone]);
    await restart(null);
    t.match(await info(), { exists: !isAway }, point);
    if (isAway) t.equal((await daemon.call('POST', `/tasks/${task.id}/worktree/restore`)).status, 200, point);
    t.strictSame(fingerprint(path, { without }), before, point);
    t.strictSame(namesIn(join(home, 'worktrees', '.leaving')), [], point);
  }
  for (const point of ['worktree back', 'setup prepared', 'running stored']) {
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}/worktree`)).status, 200, point);
    await daemon.kill('SIGTERM');
    await restart(point);
    await Promise.all([daemon.call('POST', `/tasks/${task.id}/start`).catch(() => null), daemon.gone]);
    await restart(null);
    t.match(await over(task.id), { status: 'done', overlayPath: path }, point);
    t.strictSame(fingerprint(path, { without }), before, point);
    t.ok(existsSync(join(path, 'ignored')), `${point}: its setup has run`);
  }
});
