/** Tasks that stand on others begin when those are done, or fail with them. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { git, scratch, startDaemon, userRepository, type Refusal } from '../../support/daemon.ts';

const movesTo = (status: Task['status']) => (event: TaskEvent) => event.type === 'status' && event.to === status;
/** A plan that ends when it is told to, and how. */
const held = (t: Test, then = ':') => {
  const file = join(scratch(t), 'go');
  return { plan: `RUN: until [ -e '${file}' ]; do sleep 0.05; done; ${then}`, go: () => writeFileSync(file, '') };
};

void t.test('with one slot', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_MAX_CONCURRENT_TASKS: '1', MAKIMA_MAX_DEPTH: '2' });
  const now = async (id: string): Promise<Task> => (await daemon.call('GET', `/tasks/${id}`)).body;
  const refusedWith = async (body: Record<string, unknown>, code: string, ...names: string[]): Promise<void> => {
    const refused = await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p', ...body });
    t.equal(refused.body.code, code, refused.body.message);
    for (const name of names) t.ok(refused.body.message.includes(name), refused.body.message);
  };

  await t.test('a task begins when all that it depends on is done, never started ones too, and holds up nobody until then', async (t) => {
    const first = held(t);
    const [one, other] = [await daemon.start({ plan: first.plan }), await daemon.make({ plan: 'RUN: :' })];
    const task = await daemon.start({ plan: 'RUN: :', priority: 10, dependsOn: [one.id, other.id.toUpperCase(), one.id] });
    t.match(task, { status: 'queued', dependsOn: [one.id, other.id], waitsFor: { kind: 'dependency', taskIds: [one.id, other.id] } });
    const behind = await daemon.start({ plan: 'RUN: :' });
    t.match(behind.waitsFor, { kind: 'slot', position: 1 });
    t.match(await daemon.text(`/tasks/${task.id}`), `waits for: dependency ${one.id} ${other.id}\n`);
    first.go();
    await daemon.ended(behind.id);
    t.match((await now(task.id)).waitsFor, { kind: 'dependency', taskIds: [other.id] });
    await daemon.call('POST', `/tasks/${other.id}/start`);
    const ended = await daemon.ended(task.id);
    t.match(ended, { status: 'done', waitsFor: null });
    t.ok((ended.startedAt ?? '') >= ((await now(other.id)).completedAt ?? '?'));
  });

  await t.test('one that fails, is stopped or deleted fails it with the reason, before it was started too', async (t) => {
    const failing = held(t, 'exit 1');
    const bad = await daemon.start({ name: 'bad', plan: failing.plan });
    const [stopped, gone] = [await daemon.make(), await daemon.make()];
    const on = (id: string): Promise<Task> => daemon.start({ dependsOn: [id] });
    const [onBad, onStopped, onGone] = [await on(bad.id), await on(stopped.id), await on(gone.id)];
    const onThat = await on(onBad.id);
    failing.go();
    await daemon.call('POST', `/tasks/${stopped.id}/stop`);
    await daemon.call('DELETE', `/tasks/${gone.id}`);
    const after = await on(bad.id);
    for (const [task, reason] of [
      [onBad, `Task ${bad.id} ("bad"), which this one depends on, failed.`],
      [onStopped, `Task ${stopped.id} ("a task"), which this one depends on, was stopped.`],
      [onGone, `Task ${gone.id}, which this one depends on, was deleted.`],
      [onThat, `Task ${onBad.id} ("a task"), which this one depends on, failed.`],
      [after, `Task ${bad.id} ("bad"), which this one depends on, failed.`],
    ] as const) {
      const ended = await daemon.ended(task.id);
      t.match(ended, { status: 'failed', startedAt: null, waitsFor: null });
      t.ok(ended.errorMessage?.startsWith(reason), ended.errorMessage ?? 'no reason');
      t.ok((await daemon.lines(task.id, 'system')).at(-1)?.startsWith(reason));
    }
  });

  await t.test('one that is deleted when the task has begun before has done its part', async (t) => {
    const one = await daemon.ended((await daemon.start({ plan: 'RUN: :' })).id);
    const task = await daemon.ended((await daemon.start({ plan: 'RUN: :', dependsOn: [one.id] })).id);
    t.equal(task.status, 'done');
    await daemon.call('DELETE', `/tasks/${one.id}`);
    await daemon.call('POST', `/tasks/${task.id}/start`);
    t.match(await daemon.ended(task.id), { status: 'done', errorMessage: null });
  });

  await t.test('who waits can be stopped, and is not started afterwards', async (t) => {
    const first = held(t);
    const one = await daemon.start({ plan: first.plan });
    const task = await daemon.start({ plan: 'RUN: :', dependsOn: [one.id] });
    t.match(await daemon.stopped(task.id), { status: 'interrupted', waitsFor: null });
    await daemon.call('POST', `/tasks/${task.id}/start`);
    first.go();
    t.equal((await daemon.ended(task.id)).status, 'done');
    t.equal((await daemon.events(task.id)).filter(movesTo('initializing')).length, 1);
  });

  await t.test('what has not ended is continued when it has, and fails with it; what had failed before is continued from', async (t) => {
    const first = held(t, 'echo 1 > one');
    const repositoryUrl = userRepository(t);
    const source = await daemon.make({ plan: first.plan, repositoryUrl });
    const task = await daemon.start({ plan: 'RUN: cat one > two', repositoryUrl, continueFromTaskId: source.id });
    t.match(task.waitsFor, { kind: 'dependency', taskIds: [source.id] });
    await daemon.call('POST', `/tasks/${source.id}/start`);
    first.go();
    const ended = await daemon.ended(task.id);
    t.equal(ended.status, 'done', ended.errorMessage ?? '');
    t.ok(existsSync(join(ended.overlayPath ?? '', 'two')));

    const second = held(t, 'echo 3 > three; exit 1');
    const failing = await daemon.start({ plan: second.plan, repositoryUrl });
    const waiting = await daemon.start({ plan: 'RUN: :', repositoryUrl, continueFromTaskId: failing.id });
    second.go();
    t.match(await daemon.ended(waiting.id), { status: 'failed', errorMessage: /which this one is to continue, failed/ });
    await daemon.call('POST', `/tasks/${waiting.id}/start`);
    const again = await daemon.ended(waiting.id);
    t.equal(again.status, 'done', again.errorMessage ?? '');
    t.ok(existsSync(join(again.overlayPath ?? '', 'three')));
  });

  await t.test('its own orchestrator is no such: a subtask takes what that has by then', async (t) => {
    const first = held(t);
    const parent = await daemon.start({ plan: `RUN: touch mine; ${first.plan.slice(5)}`, isOrchestrator: true });
    await daemon.until(parent.id, movesTo('running'));
    const child = await daemon.start({ plan: 'RUN: :', parentTaskId: parent.id, continueFromTaskId: parent.id });
    t.equal((await daemon.ended(child.id)).status, 'done');
    first.go();
    await daemon.stopped(parent.id);
  });

  await t.test('what could never begin is refused', async (t) => {
    const [top, other] = [await daemon.make({ isOrchestrator: true }), await daemon.make({ isOrchestrator: true })];
    const sub = await daemon.make({ parentTaskId: top.id, isOrchestrator: true });
    await refusedWith({ parentTaskId: sub.id, dependsOn: [top.id] }, 'INVALID_DEPENDENCY', top.id);
    const below = await daemon.make({ parentTaskId: other.id, dependsOn: [top.id] });
    await refusedWith({ parentTaskId: sub.id, dependsOn: [other.id] }, 'INVALID_DEPENDENCY', 'above');
    await refusedWith({ parentTaskId: sub.id, dependsOn: [below.id] }, 'INVALID_DEPENDENCY', top.id);
    const continuing = await daemon.make({ continueFromTaskId: top.id });
    await refusedWith({ parentTaskId: sub.id, dependsOn: [continuing.id] }, 'INVALID_DEPENDENCY', top.id);
    const [a, b] = [await daemon.make(), await daemon.make()];
    const put = (id: string, dependsOn: string[]) => daemon.call<Task & Refusal>('PUT', `/tasks/${id}`, { dependsOn });
    t.match(await put(a.id, [b.id]), { status: 200, body: { dependsOn: [b.id] } });
    t.match(await put(b.id, [a.id]), { status: 400, body: { code: 'INVALID_DEPENDENCY' } });
    t.match(await put(b.id, [b.id]), { status: 400, body: { code: 'INVALID_DEPENDENCY' } });
    // Both at once: one of them is the second.
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([put(a.id, []), put(b.id, [])]);
      const both = await Promise.all([put(a.id, [b.id]), put(b.id, [a.id])]);
      t.same(both.map(({ status }) => status).sort(), [200, 400]);
    }
    const { key } = (await daemon.call<{ key: string }>('POST', `/tasks/${other.id}/tool-keys`, {})).body;
    const foreign = await daemon.callWith(key, 'POST', '/tasks', { name: 'n', plan: 'p', parentTaskId: other.id, dependsOn: [a.id] });
    t.equal(foreign.status, 403);
    t.equal(
      (await daemon.callWith(key, 'POST', '/tasks', { name: 'n', plan: 'p', parentTaskId: other.id, dependsOn: [below.id] })).status,
      201,
    );
  });
});

void t.test('done is when its completion action is over: the next begins with what that brought out', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const repositoryUrl = userRepository(t);
  git(repositoryUrl, 'checkout', '-q', '-b', 'mine');
  const made = { repositoryUrl, baseBranch: 'main', targetBranch: 'main' };
  const first = await daemon.start({ plan: 'RUN: echo 1 > one', completionAction: 'merge', ...made });
  const task = await daemon.ended((await daemon.start({ plan: 'RUN: cat one', dependsOn: [first.id], ...made })).id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  const at = async (id: string, fits: (event: TaskEvent) => boolean): Promise<string> => (await daemon.events(id)).find(fits)?.at ?? '';
  t.ok((await at(task.id, movesTo('initializing'))) >= (await at(first.id, ({ type }) => type === 'end')));
});
