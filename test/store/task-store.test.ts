import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import fc from 'fast-check';
import type { EventPayload } from '../../schemas/event.ts';
import { taskStatuses, type TaskStatus } from '../../schemas/task.ts';
import { mayMove } from '../../src/domain/status-machine.ts';
import { MakimaError, type ErrorCode } from '../../src/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { fullTask, openMemoryStore, sampleKey, sampleRun } from './samples.ts';
import { noon, sampleTask } from '../support/sample-task.ts';

type Open = (t: Test) => Promise<TaskStore>;

const now = () => new Date(noon);
const closing = (t: Test, store: TaskStore): TaskStore => {
  t.teardown(() => store.close());
  return store;
};
const stores: Record<string, Open> = {
  sqlite: async (t) => closing(t, await openStore(join(t.testdir(), 'makima.db'), { now })),
  memory: async (t) => closing(t, await openMemoryStore({ now })),
};

const rejectsWith = async (t: Test, promise: Promise<unknown>, code: ErrorCode, ...words: string[]): Promise<void> => {
  const outcome: unknown = await promise.then(
    () => 'it resolved',
    (error: unknown) => error,
  );
  if (!(outcome instanceof MakimaError)) return void t.fail(`expected ${code}`, { outcome });
  t.equal(outcome.code, code);
  for (const word of words) t.ok(outcome.message.includes(word), `"${outcome.message}" names ${word}`);
};
const said = (content: string): EventPayload => ({ type: 'output', stream: 'system', content });
const payloads = async (store: TaskStore, taskId: string) =>
  (await store.pendingEvents(10_000)).filter((event) => event.taskId === taskId).map((event) => event.payload);

for (const [name, open] of Object.entries(stores)) {
  void t.test(name, async (t) => {
    await t.test('a task comes back as it was stored', async (t) => {
      const store = await open(t);
      for (const task of [sampleTask(), fullTask(), fullTask({ status: 'done' })]) {
        t.strictSame(await store.createTask(task), { task, created: true });
        t.strictSame(await store.getTask(task.id), task);
      }
      t.equal(await store.getTask(randomUUID()), null);
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), async (text, list) => {
          // SQLite, and PostgreSQL the more so, has no text with a lone surrogate or a NUL; a request with one is refused.
          const clean = (value: string) => value.toWellFormed().replaceAll('\0', '');
          const task = sampleTask({ name: clean(text), plan: clean(text), copyFiles: list });
          await store.createTask(task);
          t.strictSame(await store.getTask(task.id), task);
        }),
        { numRuns: 50 },
      );
    });

    await t.test('several tasks by their ids, in the order in which they were made', async (t) => {
      const store = await open(t);
      // More than go into one statement.
      const tasks = Array.from({ length: 1001 }, () => sampleTask());
      for (const task of tasks) await store.createTask(task);
      t.strictSame(await store.getTasks([...tasks.map((task) => task.id).reverse(), tasks[0]?.id ?? '', randomUUID()]), tasks);
      t.strictSame(await store.getTasks([]), []);
      await store.deleteTasks(tasks.map((task) => task.id));
      t.strictSame(await store.getTasks(tasks.map((task) => task.id)), []);
    });

    await t.test('an idempotency key makes one task of many requests, however they meet', async (t) => {
      const store = await open(t);
      const idempotency = { scope: 'owner', key: 'k', requestHash: 'h' };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.createTask(sampleTask(), { idempotency, events: [said('made')] })),
      );
      t.equal(new Set(answers.map(({ task }) => task.id)).size, 1);
      t.equal(answers.filter(({ created }) => created).length, 1);
      t.equal((await store.listTasks({ limit: 100 })).items.length, 1);
      t.strictSame(
        (await store.pendingEvents(10)).map(({ payload }) => payload),
        [said('made')],
      );
      await rejectsWith(
        t,
        store.createTask(sampleTask(), { idempotency: { ...idempotency, requestHash: 'other' } }),
        'IDEMPOTENCY_KEY_REUSED',
      );
      t.equal((await store.createTask(sampleTask(), { idempotency: { ...idempotency, scope: 'another caller' } })).created, true);
      t.equal((await store.createTask(sampleTask(), { idempotency, maxTasks: 1 })).created, false, 'a repeat is answered at the limit too');
      t.equal((await store.createTask(sampleTask())).created, true);
      t.equal((await store.createTask(sampleTask())).created, true, 'no key is no key, not an equal one');
    });

    await t.test('a task that cannot be made leaves nothing', async (t) => {
      const store = await open(t);
      await rejectsWith(t, store.createTask(sampleTask({ parentTaskId: randomUUID() }), { events: [said('x')] }), 'TASK_NOT_FOUND');
      const task = sampleTask();
      await store.createTask(task);
      await t.rejects(store.createTask(task, { events: [said('x')] }), 'the id is taken');
      await rejectsWith(t, store.createTask(sampleTask(), { maxTasks: 1 }), 'TOO_MANY_TASKS', '1');
      t.equal((await store.createTask(sampleTask(), { maxTasks: 2 })).created, true);
      t.equal((await store.listTasks({ limit: 10 })).items.length, 2);
      t.strictSame(await store.pendingEvents(10), []);
    });

    await t.test('pages show every task once, newest first, whatever is made and deleted meanwhile', async (t) => {
      const store = await open(t);
      const ids: string[] = [];
      // One and the same millisecond, then a clock that steps back.
      for (let index = 0; index < 25; index += 1) {
        const task = sampleTask({ createdAt: index < 20 ? noon : '2020-01-01T00:00:00.000Z' });
        ids.unshift(task.id);
        await store.createTask(task);
      }
      for (const limit of [1, 7, 24, 25, 26]) {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await store.listTasks({ limit, cursor });
          t.ok(page.items.length <= limit);
          seen.push(...page.items.map((task) => task.id));
          cursor = page.nextCursor;
          const meanwhile = sampleTask();
          await store.createTask(meanwhile);
          if (seen.length % 2 === 0) await store.deleteTasks([meanwhile.id]);
          else if (cursor === null) t.notOk(seen.includes(meanwhile.id));
          // A cursor that does not move on must fail the test and not hold it for ever.
        } while (cursor !== null && seen.length < 1000);
        t.strictSame(
          seen.filter((id) => ids.includes(id)),
          ids,
          `limit ${limit}`,
        );
        t.equal(new Set(seen).size, seen.length);
      }
      const { nextCursor } = await store.listTasks({ limit: 3 });
      const third = (await store.listTasks({ limit: 3 })).items[2];
      const fourth = (await store.listTasks({ limit: 4 })).items[3];
      if (third) await store.deleteTasks([third.id]);
      t.equal(
        (await store.listTasks({ limit: 1, cursor: nextCursor })).items[0]?.id,
        fourth?.id,
        'the task that the cursor stands at may go',
      );
    });

    await t.test('a cursor that is not ours is refused', async (t) => {
      const store = await open(t);
      for (const cursor of [
        '',
        'x',
        '1',
        'null',
        "' or 1=1 --",
        Buffer.from('before 0').toString('base64url'),
        Buffer.from('before -1').toString('base64url'),
        Buffer.from('before 1e3').toString('base64url'),
        Buffer.from(`before ${'9'.repeat(400)}`).toString('base64url'),
        `${Buffer.from('before 5').toString('base64url')}!`,
      ]) {
        await rejectsWith(t, store.listTasks({ limit: 1, cursor }), 'INVALID_CURSOR');
      }
    });

    await t.test('a tree: children, descendants, ancestors, and lists held to it', async (t) => {
      const store = await open(t);
      const make = async (parent: { id: string; depth: number } | null, status: TaskStatus = 'pending') => {
        const task = sampleTask({ parentTaskId: parent?.id ?? null, depth: parent ? parent.depth + 1 : 0, status });
        await store.createTask(task);
        return task;
      };
      const root = await make(null);
      const stranger = await make(null, 'done');
      const a = await make(root);
      const b = await make(root, 'done');
      const ab = await make(a, 'done');
      await make(stranger, 'done');
      const abc = await make(ab);
      const ids = (tasks: { id: string }[]) => tasks.map((task) => task.id);
      t.strictSame(ids(await store.listChildren(root.id)), [a.id, b.id]);
      t.strictSame(ids(await store.listChildren(abc.id)), []);
      t.strictSame(ids(await store.listDescendants(root.id)), [a.id, b.id, ab.id, abc.id]);
      t.strictSame(ids(await store.listDescendants(randomUUID())), []);
      t.strictSame(ids(await store.ancestors(abc.id)), [ab.id, a.id, root.id]);
      t.strictSame(ids(await store.ancestors(root.id)), []);
      t.strictSame(ids((await store.listTasks({ limit: 10, withinTreeOf: a.id })).items), [abc.id, ab.id, a.id]);
      t.strictSame(ids((await store.listTasks({ limit: 10, withinTreeOf: root.id, statuses: ['done'] })).items), [ab.id, b.id]);
      t.strictSame(ids((await store.listTasks({ limit: 10, withinTreeOf: a.id, parentTaskId: root.id })).items), [a.id]);
      t.strictSame(ids((await store.listTasks({ limit: 10, withinTreeOf: a.id, parentTaskId: stranger.id })).items), []);
      const first = await store.listTasks({ limit: 2, withinTreeOf: a.id });
      t.strictSame(ids((await store.listTasks({ limit: 2, withinTreeOf: a.id, cursor: first.nextCursor })).items), [a.id]);
    });

    await t.test('a change changes what it names and nothing else', async (t) => {
      const store = await open(t);
      const task = fullTask();
      await store.createTask(task);
      const other = sampleTask();
      await store.createTask(other);
      const { id, status, parentTaskId, depth, createdAt, ...fields } = sampleTask({ name: 'New', priority: 9, copyFiles: ['z'] });
      for (const [key, value] of Object.entries(fields)) {
        Object.assign(task, { [key]: value });
        t.strictSame(await store.updateTask(task.id, { [key]: value }), task, key);
        t.strictSame(await store.getTask(task.id), task);
      }
      t.strictSame(await store.updateTask(task.id, fullTask({ ...task, usage: null })), task, 'null is a value');
      t.strictSame(await store.updateTask(task.id, {}, [said('a'), said('b')]), task, 'no change, but events');
      t.strictSame(await payloads(store, task.id), [said('a'), said('b')]);
      t.strictSame(await store.getTask(other.id), other);
      await rejectsWith(t, store.updateTask(randomUUID(), { name: 'x' }, [said('x')]), 'TASK_NOT_FOUND');
      await rejectsWith(t, store.updateTask(task.id, { name: 'x' }, [said('x')], { in: ['running', 'done'] }), 'TASK_ACTIVE', 'pending');
      await rejectsWith(t, store.updateTask(task.id, { name: 'x' }, [], { in: ['queued'], code: 'TASK_NOT_PENDING' }), 'TASK_NOT_PENDING');
      t.equal((await store.updateTask(task.id, { name: 'y' }, [], { in: ['pending'] })).name, 'y');
    });

    await t.test('a transition from every status to every other is as the machine says, with its event', async (t) => {
      const store = await open(t);
      for (const from of taskStatuses) {
        for (const to of taskStatuses) {
          const task = sampleTask({ status: from });
          await store.createTask(task);
          const attempt = store.transition(task.id, { to, reason: 'because', patch: { errorMessage: 'e' }, events: [said('after')] });
          if (mayMove(from, to)) {
            t.strictSame(await attempt, { ...task, status: to, errorMessage: 'e' }, `${from} → ${to}`);
            t.strictSame(await payloads(store, task.id), [{ type: 'status', from, to, reason: 'because' }, said('after')]);
          } else {
            await rejectsWith(t, attempt, 'INVALID_TRANSITION', from, to);
            t.strictSame(await store.getTask(task.id), task);
            t.strictSame(await payloads(store, task.id), []);
          }
        }
      }
      await rejectsWith(t, store.transition(randomUUID(), { to: 'queued' }), 'TASK_NOT_FOUND');
    });

    await t.test('a transition may be held to fewer statuses than the machine allows, never to more', async (t) => {
      const store = await open(t);
      const task = sampleTask({ status: 'paused' });
      await store.createTask(task);
      await rejectsWith(
        t,
        store.transition(task.id, { to: 'failed', from: ['running'], code: 'TASK_NOT_RUNNING' }),
        'TASK_NOT_RUNNING',
        'paused',
      );
      await rejectsWith(t, store.transition(task.id, { to: 'queued', from: ['paused'] }), 'INVALID_TRANSITION');
      t.equal((await store.transition(task.id, { to: 'running', from: ['paused'] })).status, 'running');
      t.strictSame(await payloads(store, task.id), [{ type: 'status', from: 'paused', to: 'running' }]);
    });

    await t.test('of many that want to move a task exactly one does', async (t) => {
      const store = await open(t);
      const task = sampleTask();
      await store.createTask(task);
      const attempts = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) => store.transition(task.id, { to: 'queued', patch: { priority: index } })),
      );
      const won = attempts.flatMap((attempt, index) => (attempt.status === 'fulfilled' ? [index] : []));
      t.equal(won.length, 1);
      for (const attempt of attempts) if (attempt.status === 'rejected') t.match(attempt.reason, { code: 'INVALID_TRANSITION' });
      t.equal((await store.getTask(task.id))?.priority, won[0]);
      t.strictSame(await payloads(store, task.id), [{ type: 'status', from: 'pending', to: 'queued' }]);
    });

    await t.test('transactions that fail leave nothing among others that succeed at the same time', async (t) => {
      const store = await open(t);
      const task = sampleTask();
      await store.createTask(task);
      const changes = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) =>
          index % 2 === 0
            ? store.addEvents(task.id, [said(`${index}`), said(`${index} too`)])
            : store.transition(task.id, { to: 'done', events: [said('never')] }),
        ),
      );
      t.equal(changes.filter(({ status }) => status === 'fulfilled').length, 20);
      const expected = Array.from({ length: 20 }, (_, half) => [said(`${half * 2}`), said(`${half * 2} too`)]).flat();
      t.strictSame(await payloads(store, task.id), expected);
    });

    await t.test('a transaction that breaks off in its last step leaves nothing of the steps before', async (t) => {
      const store = await open(t);
      const task = sampleTask({ status: 'starting' });
      await store.createTask(task);
      const first = await store.createRun(task.id, sampleRun());
      const events = Array.from({ length: 1500 }, () => said('x'));
      const unprintable = Object.assign(said('y'), {
        toJSON: () => {
          throw new Error('not to be printed');
        },
      });
      const broken = /not to be printed/;
      await t.rejects(
        store.transition(task.id, {
          to: 'running',
          run: { runId: first.runId, changes: { state: 'running' } },
          events: [...events, unprintable],
        }),
        broken,
      );
      await t.rejects(store.updateTask(task.id, { name: 'x' }, [...events, unprintable]), broken);
      await t.rejects(store.addEvents(task.id, [...events, unprintable]), broken);
      const never = sampleTask();
      await t.rejects(store.createTask(never, { events: [...events, unprintable] }), broken);
      const key = sampleKey(task.id);
      await t.rejects(store.insertToolKey(key, [unprintable]), broken);
      t.strictSame(await store.getTask(task.id), task);
      t.strictSame(await store.getRun(first.runId), first);
      t.equal(await store.getTask(never.id), null);
      t.equal(await store.findToolKeyByHash(key.keyHash), null);
      t.strictSame(await store.pendingEvents(10), []);
    });

    await t.test('a run from its beginning to its end', async (t) => {
      const store = await open(t);
      const task = sampleTask();
      await store.createTask(task);
      t.equal(await store.currentRun(task.id), null);
      const first = sampleRun({
        baseUsage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, costUsd: 0.5, turns: 6 },
      });
      const made = await store.createRun(task.id, first);
      t.strictSame(made, {
        ...first,
        taskId: task.id,
        number: 1,
        handle: null,
        state: 'preparing',
        resume: false,
        endedAt: null,
        stopRequested: null,
        stopReason: null,
        usage: null,
        baseRunningMs: 0,
        keepSubtasks: false,
        toldAfter: null,
        askedAfter: null,
        finishRequested: false,
        endedByDaemon: false,
        actsUnasked: false,
        exitCode: null,
      });
      t.strictSame(await store.getRun(first.runId), made);
      await rejectsWith(t, store.createRun(task.id, sampleRun()), 'TASK_ACTIVE', '1');
      const handle = { pid: 42, startTime: '123', bootId: 'b', deep: [{ x: null }] };
      t.strictSame(await store.updateRun(first.runId, { handle, state: 'running' }), { ...made, handle, state: 'running' });
      t.strictSame(await store.updateRun(first.runId, { stopRequested: 'interrupted', finishRequested: true, endedByDaemon: true }), {
        ...made,
        handle,
        state: 'running',
        stopRequested: 'interrupted',
        finishRequested: true,
        endedByDaemon: true,
      });
      t.strictSame(await store.updateRun(first.runId, {}), await store.currentRun(task.id));
      t.strictSame((await store.updateRun(first.runId, { handle: null, finishRequested: false })).handle, null);
      t.match(await store.endRun(first.runId, { exitCode: 143, endedAt: noon }), { state: 'ended', exitCode: 143, endedAt: noon });
      t.match(
        await store.endRun(first.runId, { exitCode: 0, endedAt: '2027-01-01T00:00:00.000Z' }),
        { exitCode: 143, endedAt: noon },
        'the first end counts',
      );
      t.equal(await store.currentRun(task.id), null);
      const second = await store.createRun(task.id, sampleRun());
      t.equal(second.number, 2);
      t.strictSame(await store.currentRun(task.id), second);
      t.strictSame(
        (await store.listRuns(task.id)).map((run) => run.number),
        [1, 2],
      );
      const other = sampleTask();
      await store.createTask(other);
      const third = await store.createRun(other.id, sampleRun());
      t.equal(third.number, 1);
      t.strictSame(
        (await store.activeRuns()).map((run) => run.runId),
        [second.runId, third.runId],
      );
      for (const gone of [
        store.updateRun(randomUUID(), { state: 'ended' }),
        store.updateRun(randomUUID(), {}),
        store.endRun(randomUUID(), { exitCode: 0, endedAt: noon }),
      ]) {
        await rejectsWith(t, gone, 'TASK_NOT_FOUND');
      }
      await rejectsWith(t, store.createRun(randomUUID(), sampleRun()), 'TASK_NOT_FOUND');
      t.equal(await store.getRun(randomUUID()), null);
    });

    await t.test('of many that begin a run exactly one does', async (t) => {
      const store = await open(t);
      const task = sampleTask();
      await store.createTask(task);
      const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => store.createRun(task.id, sampleRun())));
      t.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 1);
      t.equal((await store.listRuns(task.id)).length, 1);
    });

    await t.test('a task and its run move together or not at all', async (t) => {
      const store = await open(t);
      const task = sampleTask({ status: 'queued' });
      await store.createTask(task);
      const first = sampleRun();
      await store.transition(task.id, { to: 'initializing', newRun: first });
      t.match(await store.currentRun(task.id), { runId: first.runId, state: 'preparing' });
      await rejectsWith(
        t,
        store.transition(task.id, { to: 'running', run: { runId: first.runId, changes: { state: 'running' } } }),
        'INVALID_TRANSITION',
      );
      t.match(await store.getRun(first.runId), { state: 'preparing' });
      await store.transition(task.id, { to: 'starting' });
      await rejectsWith(t, store.transition(task.id, { to: 'queued', newRun: sampleRun() }), 'TASK_ACTIVE');
      t.match(await store.getTask(task.id), { status: 'starting' });
      await store.transition(task.id, {
        to: 'failed',
        run: { runId: first.runId, changes: { state: 'ended', exitCode: 1, endedAt: noon } },
      });
      t.match(await store.getRun(first.runId), { state: 'ended', exitCode: 1 });
      await store.transition(task.id, { to: 'queued' });
      await store.transition(task.id, { to: 'initializing', newRun: sampleRun() });
      // A late word from the first run must not move the second.
      await rejectsWith(
        t,
        store.transition(task.id, { to: 'failed', run: { runId: first.runId, changes: { exitCode: 9 } } }),
        'INVALID_TRANSITION',
      );
      t.match(await store.getTask(task.id), { status: 'initializing' });
      t.match(await store.getRun(first.runId), { exitCode: 1 });
      const other = sampleTask({ status: 'running' });
      await store.createTask(other);
      const current = await store.currentRun(task.id);
      await rejectsWith(
        t,
        store.transition(other.id, { to: 'done', run: { runId: current?.runId ?? '', changes: { state: 'ended' } } }),
        'INVALID_TRANSITION',
      );
      t.match(await store.currentRun(task.id), { state: 'preparing' });
    });

    await t.test('worktrees', async (t) => {
      const store = await open(t);
      const [a, b] = [sampleTask(), sampleTask()];
      for (const task of [a, b]) await store.createTask(task);
      const worktree = {
        taskId: a.id,
        record: { path: '/w', nested: { list: [1, null, 'ü'] } },
        repositoryDir: '/r',
        createdAt: noon,
        awaySince: null,
        isExpired: false,
      };
      await store.saveWorktree(worktree);
      t.strictSame(await store.getWorktree(a.id), worktree);
      const replaced = { ...worktree, record: { path: '/w2' }, repositoryDir: '/r2' };
      await store.saveWorktree({ ...worktree, taskId: b.id });
      await store.saveWorktree(replaced);
      t.strictSame(await store.listWorktrees(), [replaced, { ...worktree, taskId: b.id }]);
      t.strictSame(await store.listWorktrees('/r2'), [replaced]);
      t.equal(await store.deleteWorktree(a.id), true);
      t.equal(await store.deleteWorktree(a.id), false);
      t.equal(await store.getWorktree(a.id), null);
      await rejectsWith(t, store.saveWorktree({ ...worktree, taskId: randomUUID() }), 'TASK_NOT_FOUND');
    });

    await t.test('tool keys', async (t) => {
      const store = await open(t);
      const [a, b] = [sampleTask(), sampleTask()];
      for (const task of [a, b]) await store.createTask(task);
      const keys = [
        sampleKey(a.id, { label: 'mine', expiresAt: noon }),
        sampleKey(a.id, { runId: 'r1' }),
        sampleKey(a.id, { runId: 'r1' }),
        sampleKey(b.id, { runId: 'r2' }),
      ];
      const [first, second, third, fourth] = keys;
      if (!first || !second || !third || !fourth) throw new Error('four keys');
      const made: EventPayload = { type: 'tool-key', keyId: first.id, action: 'created', label: 'mine' };
      await store.insertToolKey(first, [made]);
      for (const key of [second, third, fourth]) await store.insertToolKey(key);
      t.strictSame(await payloads(store, a.id), [made]);
      t.strictSame(await store.findToolKeyByHash(first.keyHash), first);
      t.equal(await store.findToolKeyByHash('0'.repeat(64)), null);
      t.strictSame(await store.listToolKeys(a.id), [first, second, third]);
      await t.rejects(store.insertToolKey(sampleKey(b.id, { keyHash: first.keyHash })), 'a hash is unique');
      t.equal(await store.deleteToolKey(b.id, first.id, [said('x')]), false, "not by another task's path");
      t.equal(await store.deleteToolKey(a.id, first.id, [said('revoked')]), true);
      t.equal(await store.deleteToolKey(a.id, first.id, [said('x')]), false);
      t.strictSame(await payloads(store, a.id), [made, said('revoked')]);
      t.equal(await store.findToolKeyByHash(first.keyHash), null);
      t.strictSame(await store.deleteToolKeysOfRun('r1'), [second, third]);
      t.strictSame(await store.deleteToolKeysOfRun('r1'), []);
      t.strictSame(await store.listToolKeys(b.id), [fourth]);
      await rejectsWith(t, store.insertToolKey(sampleKey(randomUUID()), [said('x')]), 'TASK_NOT_FOUND');
    });

    await t.test('the outbox keeps order, and no number comes twice', async (t) => {
      const store = await open(t);
      const [a, b] = [sampleTask(), sampleTask()];
      for (const task of [a, b]) await store.createTask(task);
      await store.addEvents(a.id, [said('1'), said('2')]);
      await store.addEvents(b.id, []);
      await store.addEvents(b.id, [said('3')]);
      const events = await store.pendingEvents(10);
      t.strictSame(
        events.map(({ taskId, at, payload }) => [taskId, at, payload]),
        [
          [a.id, noon, said('1')],
          [a.id, noon, said('2')],
          [b.id, noon, said('3')],
        ],
      );
      t.strictSame(
        (await store.pendingEvents(2)).map(({ seq }) => seq),
        events.slice(0, 2).map(({ seq }) => seq),
      );
      await store.settleEvents(events[1]?.seq ?? 0);
      t.strictSame(
        (await store.pendingEvents(10)).map(({ payload }) => payload),
        [said('3')],
      );
      await store.settleEvents(events[2]?.seq ?? 0);
      await store.settleEvents(events[2]?.seq ?? 0);
      t.strictSame(await store.pendingEvents(10), []);
      await store.addEvents(
        a.id,
        Array.from({ length: 2500 }, (_, index) => said(`${index}`)),
      );
      const more = await store.pendingEvents(10_000);
      t.strictSame(
        more.map(({ payload }) => payload),
        Array.from({ length: 2500 }, (_, index) => said(`${index}`)),
      );
      const seqs = [...events, ...more].map(({ seq }) => seq);
      t.strictSame(
        seqs,
        [...new Set(seqs)].sort((x, y) => x - y),
      );
      await rejectsWith(t, store.addEvents(randomUUID(), [said('x')]), 'TASK_NOT_FOUND');
      await store.deleteTasks([a.id, b.id]);
      const c = sampleTask();
      await store.createTask(c, { events: [said('4')] });
      t.ok(((await store.pendingEvents(1))[0]?.seq ?? 0) > (seqs.at(-1) ?? 0), 'not after the rows went with their task either');
    });

    await t.test('a deleted task takes all that hangs on it, and nothing of others', async (t) => {
      const store = await open(t);
      const fill = async (parent: string | null) => {
        const task = sampleTask({ parentTaskId: parent, status: 'done' });
        await store.createTask(task, { events: [said('x')], idempotency: { scope: 's', key: task.id, requestHash: 'h' } });
        const run = await store.createRun(task.id, sampleRun());
        await store.saveWorktree({ taskId: task.id, record: {}, repositoryDir: '/r', createdAt: noon });
        await store.insertToolKey(sampleKey(task.id, { runId: run.runId }));
        return { task, run };
      };
      const kept = await fill(null);
      const root = await fill(null);
      const child = await fill(root.task.id);
      await rejectsWith(t, store.deleteTasks([root.task.id]), 'TASK_ACTIVE', child.task.id);
      t.strictSame(await store.getTask(root.task.id), root.task);
      await store.deleteTasks([root.task.id, child.task.id, randomUUID()]);
      await store.deleteTasks([root.task.id, child.task.id]);
      for (const { task, run } of [root, child]) {
        t.equal(await store.getTask(task.id), null);
        t.equal(await store.getRun(run.runId), null);
        t.equal(await store.getWorktree(task.id), null);
        t.strictSame(await store.listToolKeys(task.id), []);
        t.strictSame(await payloads(store, task.id), []);
      }
      t.strictSame(await store.getTask(kept.task.id), kept.task);
      t.strictSame(
        (await store.activeRuns()).map((run) => run.runId),
        [kept.run.runId],
      );
      t.equal((await store.listWorktrees()).length, 1);
      t.equal((await store.listToolKeys(kept.task.id)).length, 1);
      t.strictSame(await payloads(store, kept.task.id), [said('x')]);
      for (const status of taskStatuses.filter((status) => !['pending', 'done', 'failed', 'interrupted'].includes(status))) {
        const [active, idle] = [sampleTask({ status }), sampleTask()];
        for (const task of [active, idle]) await store.createTask(task);
        await rejectsWith(t, store.deleteTasks([idle.id, active.id]), 'TASK_ACTIVE', status);
        t.strictSame(await store.getTasks([active.id, idle.id]), [active, idle]);
      }
    });

    await t.test('counts and the daemon’s own values', async (t) => {
      const store = await open(t);
      const none = Object.fromEntries(taskStatuses.map((status) => [status, 0]));
      t.strictSame(await store.countByStatus(), none);
      for (const status of ['done', 'running', 'done'] as const) await store.createTask(sampleTask({ status }));
      t.strictSame(await store.countByStatus(), { ...none, done: 2, running: 1 });
      t.equal(await store.getMeta('id'), null);
      await store.setMeta('id', 'a');
      await store.setMeta('id', 'b');
      t.equal(await store.getMeta('id'), 'b');
    });

    await t.test('closing waits for what is under way, then every call says so', async (t) => {
      const store = await open(t);
      const task = sampleTask();
      const created = store.createTask(task);
      const moved = store.transition(task.id, { to: 'queued' });
      const closed = store.close();
      t.equal((await created).created, true);
      t.equal((await moved).status, 'queued');
      await rejectsWith(t, store.getTask(task.id), 'NOT_READY', 'closed');
      await closed;
      await store.close();
      for (const call of [
        store.getTask(task.id),
        store.createTask(sampleTask()),
        store.pendingEvents(1),
        store.getMeta('x'),
        store.activeRuns(),
      ]) {
        await rejectsWith(t, call, 'NOT_READY');
      }
    });
  });
}

void t.test('warnings are added once each, said in the log, and bounded', async (t) => {
  const store = closing(t, await openMemoryStore({ now }));
  const { task } = await store.createTask(sampleTask());
  const stale = { code: 'STALE_BASE', message: 'The base is behind' };
  await store.addWarnings(task.id, [stale]);
  await store.addWarnings(task.id, [stale, { code: 'OTHER', message: 'two\nlines' }, { code: 'OTHER', message: 'two\nlines' }]);
  t.strictSame((await store.getTask(task.id))?.warnings, [stale, { code: 'OTHER', message: 'two\nlines' }]);
  const said = (await store.pendingEvents(100)).map(({ payload }) =>
    payload.type === 'output' ? `${payload.level ?? ''} ${payload.content}` : payload.type,
  );
  t.strictSame(said, ['warning The base is behind', 'warning two', 'warning lines'], 'a line for each, in one transaction with it');
  await store.addWarnings(
    task.id,
    Array.from({ length: 100 }, (_, index) => ({ code: 'MANY', message: String(index) })),
  );
  t.equal((await store.getTask(task.id))?.warnings.length, 50);
  await t.rejects(store.addWarnings('00000000-0000-4000-8000-000000000000', [stale]), { code: 'TASK_NOT_FOUND' });
});

void t.test('the time of a change is never earlier than that of one before, also where the clock was set back', async (t) => {
  const file = join(t.testdir({}), 'state.sqlite');
  const clock = { at: '2026-11-27T10:00:00.000Z' };
  const open = () => openStore(file, { now: () => new Date(clock.at) });
  const store = await open();
  const { task } = await store.createTask(sampleTask({ createdAt: clock.at }));
  clock.at = '2026-11-27T10:00:05.000Z';
  const later = await store.transition(task.id, { to: 'queued' });
  t.equal(later.updatedAt, '2026-11-27T10:00:05.000Z');
  clock.at = '2026-11-27T09:00:00.000Z';
  t.equal((await store.updateTask(task.id, { progressSummary: 'x' })).updatedAt, later.updatedAt);
  const { task: other } = await store.createTask(sampleTask({ createdAt: clock.at }));
  t.equal(other.updatedAt, later.updatedAt);
  t.equal(other.createdAt, clock.at);
  await store.close();
  const next = await open();
  t.teardown(() => next.close());
  const warned = await next.addWarnings(other.id, [{ code: 'X', message: 'y' }]);
  t.equal(warned.updatedAt, later.updatedAt, 'the next daemon knows how far it was');
  const { items } = await next.listTasks({ limit: 10, updatedSince: later.updatedAt });
  t.strictSame(
    items.map(({ id }) => id),
    [other.id, task.id],
  );
});
