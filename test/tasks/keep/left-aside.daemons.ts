/** A daemon that died while it put a worktree away, and what goes on in it under the next. */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { scratch, startDaemon } from '../../support/daemon.ts';

void t.test('a task that was started in that moment finds its worktree where it was', async (t) => {
  const home = scratch(t);
  const settings = { MAKIMA_HOME: home, MAKIMA_MAX_CONCURRENT_TASKS: '1' };
  const before = await startDaemon(t, 'runs-plan', settings);
  const { id } = await before.start({ plan: 'RUN: echo more >> work' });
  const path = (await before.ended(id)).overlayPath ?? '';
  const busy = await before.start({ plan: 'RUN: while [ ! -e over ]; do sleep 0.05; done' });
  await before.until(busy.id, (event) => event.type === 'status' && event.to === 'running');
  t.match(await before.call('POST', `/tasks/${id}/start`), { status: 202, body: { status: 'queued' } });
  await before.close();
  const leaving = join(home, 'worktrees', '.leaving');
  mkdirSync(leaving, { recursive: true });
  renameSync(path, join(leaving, basename(path)));

  const after = await startDaemon(t, 'runs-plan', { ...settings, MAKIMA_MAX_CONCURRENT_TASKS: '2' });
  t.match(await after.ended(id), { status: 'done', overlayPath: path });
  t.equal(readFileSync(join(path, 'work'), 'utf8'), 'more\nmore\n');
  t.notOk(existsSync(join(leaving, basename(path))));
  await after.stopped(busy.id);
});
