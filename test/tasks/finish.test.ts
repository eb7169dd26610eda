import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test as Tap } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { git, isAlive, lineOf, startDaemon, type Refusal } from '../support/daemon.ts';

const working = (event: TaskEvent): boolean => lineOf(event, 'stdout')?.includes('Working until') === true;

void t.test('finishing with status done', async (t) => {
  const daemon = await startDaemon(
    t,
    'by-task-name',
    { MAKIMA_MAX_CONCURRENT_TASKS: '10' },
    { interruptGraceMs: 2000, exitGraceMs: 500, backgroundWaitMs: 500 },
  );
  const put = (id: string, body: Record<string, unknown>) => daemon.call<Task & Refusal>('PUT', `/tasks/${id}`, body);
  const orchestrator = async (): Promise<Task> => {
    const { id } = await daemon.start({ name: 'forever', isOrchestrator: true, repositoryUrl: 'new://' });
    await daemon.until(id, working);
    return (await daemon.call('GET', `/tasks/${id}`)).body;
  };
  const finishes = async (t: Tap, task: Task): Promise<void> => {
    const { status } = await put(task.id, { status: 'done' });
    t.equal(status, 200);
    // Otherwise it would never end.
    if (status === 200) t.equal((await daemon.ended(task.id)).status, 'done');
  };
  const subtask = async (t: Tap, parent: Task, plan: string, more: Record<string, unknown> = {}): Promise<Task> => {
    const task = await daemon.ended((await daemon.start({ name: 'runs-plan', plan: `RUN: ${plan}`, parentTaskId: parent.id, ...more })).id);
    t.equal(task.status, 'done', task.errorMessage ?? 'done');
    return task;
  };
  const bring = (from: Task, to: Task): void =>
    cpSync(from.overlayPath ?? '', to.overlayPath ?? '', { recursive: true, filter: (path) => !/\/\.(git|makima)($|\/)/.test(path) });

  await t.test('the task is done at once, its agent gone afterwards, and the end comes last', async (t) => {
    const { id } = await daemon.start({ name: 'forks-a-tree', isOrchestrator: true });
    const last = (await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('cleanEnvironment') === true)).at(-1);
    const pids = [...(last?.type === 'output' ? last.content : '').matchAll(/\\":(\d+)/g)].map(([, pid]) => Number(pid));
    t.match(await put(id, { status: 'done', progressSummary: 'All of it.\n' }), {
      status: 200,
      body: { status: 'done', progressSummary: 'All of it.\n', completedAt: /Z$/ },
    });
    t.match(await put(id, { status: 'done', progressSummary: 'Said again.' }), { status: 200, body: { progressSummary: 'Said again.' } });
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', progressSummary: 'Said again.', errorMessage: null });
    t.ok(pids.length >= 5);
    t.strictSame(pids.filter(isAlive), []);
    const events = await daemon.events(id);
    t.equal(events.at(-1)?.type, 'end');
    t.equal(events.filter(({ type }) => type === 'end').length, 1);
    t.same(events.flatMap((event) => (event.type === 'status' ? [event.to] : [])).at(-1), 'done');
    t.ok(events.findIndex((event) => event.type === 'status' && event.to === 'done') < events.length - 2);
  });

  await t.test('not while work of a subtask is left behind, unless forced', async (t) => {
    const parent = await orchestrator();
    const [one, other] = await Promise.all([
      subtask(t, parent, 'echo 1 > one; mkdir d; echo x > d/x; echo ignored > .gitignore; echo i > ignored'),
      subtask(t, parent, 'echo 2 > two; git add .; git -c user.name=A -c user.email=a@b.c commit -qm two'),
    ]);
    const nothing = await subtask(t, parent, ':');
    await daemon.make({ parentTaskId: parent.id, name: 'never started' });
    const left = async (): Promise<string[]> => {
      const { status, body } = await put(parent.id, { status: 'done' });
      t.match({ status, body }, { status: 409, body: { code: 'SUBTASKS_NOT_INTEGRATED' } });
      for (const branch of body.branches ?? []) t.ok(body.message.includes(branch));
      return (body.branches ?? []).sort();
    };
    t.same(await left(), [one.branch, other.branch].sort());
    bring(one, parent);
    t.same(await left(), [other.branch]);
    writeFileSync(join(parent.overlayPath ?? '', 'two'), 'another 2\n');
    t.same(await left(), [other.branch], 'another content is not its work');
    bring(other, parent);
    writeFileSync(join(parent.overlayPath ?? '', 'one'), 'changed since\n');
    t.same(await left(), [one.branch]);
    t.equal((await daemon.call('GET', `/tasks/${parent.id}`)).body.status, 'running');
    t.match(await put(parent.id, { status: 'done', force: true, progressSummary: 'without one' }), {
      status: 200,
      body: { status: 'done' },
    });
    t.match(await daemon.ended(parent.id), { status: 'done', progressSummary: 'without one' });
    t.ok(nothing.branch);
  });

  await t.test('of a chain the last one counts, and a running subtask is left behind in any case', async (t) => {
    const parent = await orchestrator();
    const first = await subtask(t, parent, 'echo 1 > one; echo 1 > both');
    const second = await subtask(t, parent, 'echo 2 > two; echo 2 > both', { continueFromTaskId: first.id });
    const third = await subtask(t, parent, 'rm one; echo 3 > three', { continueFromTaskId: second.id });
    const forever = await daemon.start({ name: 'forever', parentTaskId: parent.id });
    await daemon.until(forever.id, working);
    bring(third, parent);
    t.match(await put(parent.id, { status: 'done' }), { status: 409, body: { branches: [forever.branch], message: /still running/ } });
    await daemon.stopped(forever.id);
    await finishes(t, parent);
  });

  await t.test('a subtask that was deleted with its worktree is left behind no more', async (t) => {
    const parent = await orchestrator();
    const task = await subtask(t, parent, 'echo 1 > one');
    t.equal((await put(parent.id, { status: 'done' })).status, 409);
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
    await finishes(t, parent);
    t.equal(git(parent.overlayPath ?? '', 'status', '--short'), '');
  });
});
