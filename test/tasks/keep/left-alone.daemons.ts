/** Who keeps a worktree from being put away, and who has it back: more daemons' time than the quick tests have. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RemovedWorktree } from '../../../schemas/worktree.ts';
import { startDaemon, userRepository, write, type Refusal, type TestDaemon } from '../../support/daemon.ts';

const remove = (daemon: TestDaemon, id: string) => daemon.call<RemovedWorktree & Refusal>('DELETE', `/tasks/${id}/worktree`);
const restore = (daemon: TestDaemon, id: string) => daemon.call('POST', `/tasks/${id}/worktree/restore`);

void t.test('a start that fails before its agent can work leaves it put away; the next brings it back', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const repositoryUrl = userRepository(t, { 'a.txt': 'a\n', 'makima.json': JSON.stringify({ setup: '[ ! -e fail ]' }) });
  const { id } = await daemon.start({ repositoryUrl, plan: 'RUN: echo work > work; echo > fail' });
  const { overlayPath } = await daemon.ended(id);
  const path = overlayPath ?? '';
  t.equal((await remove(daemon, id)).status, 200);
  t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
  t.match(await daemon.ended(id), { status: 'failed', errorMessage: /setup command/, overlayPath: null });
  t.notOk(existsSync(path));
  t.match(await restore(daemon, id), { status: 200, body: { overlayPath: path } });
  t.equal(readFileSync(join(path, 'work'), 'utf8'), 'work\n');
});

void t.test('what somebody works in, or may need, is left as it is', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const parent = await daemon.start({ isOrchestrator: true, plan: 'RUN: while [ ! -e over ]; do sleep 0.05; done' });
  await daemon.until(parent.id, (event) => event.type === 'status' && event.to === 'running');
  const { overlayPath } = (await daemon.call('GET', `/tasks/${parent.id}`)).body;
  const child = await daemon.start({ parentTaskId: parent.id, plan: 'RUN: echo x > x' });
  const ended = await daemon.ended(child.id);
  const path = ended.overlayPath ?? '';
  t.match(await remove(daemon, parent.id), { status: 409, body: { code: 'TASK_ACTIVE' } }, 'it runs');
  t.match(await remove(daemon, child.id), { status: 409, body: { code: 'TASK_ACTIVE' } }, 'who may merge it runs');
  write(overlayPath ?? '', { over: '' });
  await daemon.ended(parent.id);

  const sleeper = spawn('sleep', ['1000'], { cwd: path, stdio: 'ignore' });
  await once(sleeper, 'spawn');
  const refused = await remove(daemon, child.id);
  t.match(refused, { status: 409, body: { code: 'WORKTREE_IN_USE' } });
  t.match(refused.body.message, new RegExp(`: ${sleeper.pid}`));
  t.equal(readFileSync(join(path, 'x'), 'utf8'), 'x\n');
  sleeper.kill();
  await once(sleeper, 'exit');

  write(path, { x: 'other\n' });
  write(overlayPath ?? '', { x: 'own\n' });
  t.equal((await daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: child.id })).status, 409, 'a conflict');
  t.match(await remove(daemon, child.id), { status: 409, body: { code: 'MERGE_IN_PROGRESS' } });
  t.match(await remove(daemon, parent.id), { status: 409, body: { code: 'MERGE_IN_PROGRESS' } });
  t.equal((await daemon.call('POST', `/tasks/${parent.id}/merge/abort`)).status, 200);
  t.equal((await remove(daemon, child.id)).status, 200);
  t.match(await daemon.callWith('0'.repeat(64), 'DELETE', `/tasks/${child.id}/worktree`), { status: 401 });

  // who goes on with it, or with the tree, has it back
  const next = await daemon.ended(
    (await daemon.start({ parentTaskId: parent.id, continueFromTaskId: child.id, plan: 'RUN: cat x > y' })).id,
  );
  t.equal(next.status, 'done', next.errorMessage ?? '');
  t.equal(readFileSync(join(next.overlayPath ?? '', 'y'), 'utf8'), 'other\n');
  t.ok(existsSync(path), 'the one that was continued is back');
  for (const { id } of [child, next, parent]) t.equal((await remove(daemon, id)).status, 200);
  rmSync(join(daemon.home, 'unused'), { force: true });
  t.equal((await daemon.call('POST', `/tasks/${parent.id}/start`)).status, 202);
  await daemon.ended(parent.id);
  for (const each of [path, next.overlayPath ?? '', overlayPath ?? ''])
    t.ok(statSync(each).isDirectory(), 'an orchestrator has its subtasks’ worktrees');
  t.match(await daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: next.id }), {
    status: 409,
    body: { code: 'MERGE_CONFLICT' },
  });
});
