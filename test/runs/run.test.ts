import t from 'tap';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startDaemon, userRepository } from '../support/daemon.ts';

void t.test('a task runs its agent in a worktree and ends done', async (t) => {
  const daemon = await startDaemon(t, 'says-a-line');
  const repository = userRepository(t);
  const { id } = await daemon.start({ name: 'Say it', repositoryUrl: repository });
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  t.equal(task.exitCode, 0);
  t.equal(task.branch, `makima/say-it-${id.slice(0, 8)}`);
  t.ok(task.overlayPath !== null && existsSync(join(task.overlayPath, 'README.md')));
  t.ok((task.usage?.turns ?? 0) > 0);
  const system = await daemon.lines(id, 'system');
  for (const part of [
    /Setting up the worktree/,
    /Worktree ready/,
    /Agent: claude/,
    /Started with a plan of about \d+ tokens/,
    /Completion action: none/,
  ]) {
    t.ok(
      system.some((line) => part.test(line)),
      String(part),
    );
  }
  const statuses = (await daemon.events(id)).flatMap((event) => (event.type === 'status' ? [event.to] : []));
  t.strictSame(statuses, ['queued', 'initializing', 'starting', 'running', 'done']);
  // It goes after the last event; the daemon ends when that is done.
  await daemon.close();
  t.strictSame(readdirSync(join(daemon.home, 'runs')), [], 'the run directory is gone');
});

void t.test('a stop ends an agent that takes no notice of SIGTERM', async (t) => {
  const daemon = await startDaemon(t, 'ignores-sigterm', {}, { interruptGraceMs: 50, terminateGraceMs: 50 });
  const { id } = await daemon.start({});
  await daemon.until(id, (event) => event.type === 'output' && event.stream === 'stdout');
  t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 202);
  t.equal((await daemon.ended(id)).status, 'interrupted');
  t.equal((await daemon.call('POST', `/tasks/${id}/stop`, {})).status, 200, 'a terminal task is stopped already');
});

void t.test('what an agent leaves in a session of its own is ended with it', async (t) => {
  const daemon = await startDaemon(t, 'setsid-grandchild');
  const { id } = await daemon.start({});
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  const pid = /"grandchild":(\d+)/.exec((await daemon.said(id)).join('\n'))?.[1];
  t.ok(pid !== undefined && !isAlive(Number(pid)));
});
