import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { startDaemon, userRepository, type Refusal, type TestDaemon } from '../support/daemon.ts';

const done = async (t: Test, daemon: TestDaemon, plan: string, more: Record<string, unknown>): Promise<Task> => {
  const task = await daemon.ended((await daemon.start({ plan: `RUN: ${plan}`, ...more })).id);
  t.equal(task.status, 'done', task.errorMessage ?? 'done');
  return task;
};

void t.test('a subtask continues what is in its tree, for the owner too; a task at the top continues any', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_MAX_DEPTH: '2' });
  const repositoryUrl = userRepository(t);
  const [elsewhere, otherTree, parent] = await Promise.all([
    done(t, daemon, 'echo x >x', { repositoryUrl: userRepository(t, { 'theirs.txt': 't\n' }) }),
    done(t, daemon, 'echo y >y', { repositoryUrl }),
    done(t, daemon, 'echo p >p', { repositoryUrl, isOrchestrator: true }),
  ]);
  const before = (await daemon.call<{ items: Task[] }>('GET', '/tasks')).body.items.length;
  for (const other of [elsewhere, otherTree]) {
    const body = { name: 'n', plan: 'p', parentTaskId: parent.id, continueFromTaskId: other.id, start: true };
    const refused = await daemon.call<Refusal>('POST', '/tasks', body);
    t.match(refused, { status: 400, body: { code: 'INVALID_CONTINUATION' } });
    t.ok(refused.body.message.includes(other.id) && refused.body.message.includes(parent.id), refused.body.message);
    t.match(refused.body.message, 'without parentTaskId');
  }
  t.equal((await daemon.call<{ items: Task[] }>('GET', '/tasks')).body.items.length, before, 'nothing was made');

  const child = await done(t, daemon, 'echo 1 >one', { parentTaskId: parent.id, continueFromTaskId: parent.id });
  const next = await done(t, daemon, 'echo 2 >two', { parentTaskId: parent.id, continueFromTaskId: child.id });
  t.strictSame(
    ['p', 'one', 'two'].map((name) => existsSync(join(next.overlayPath ?? '', name))),
    [true, true, true],
  );
  for (const other of [otherTree, next]) await done(t, daemon, ':', { repositoryUrl, continueFromTaskId: other.id });
});
