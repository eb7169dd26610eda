/** What a page polls is asked of the database once, and nobody ever reads less than what was acknowledged. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openEventLog } from '../../src/events/event-log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { rememberTasks } from '../../src/store/remembered-tasks.ts';
import { finishDeletions } from '../../src/tasks/life/finish-deletions.ts';
import { countStatements } from '../support/count-statements.ts';
import { sampleTask } from '../support/sample-task.ts';

const newStore = async (t: Test, file = join(t.testdir(), 'makima.db')) => {
  const store = await openStore(file);
  t.teardown(() => store.close());
  return store;
};

void t.test('how many statements a read and a write take', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const first = await newStore(t, file);
  const tasks = Array.from({ length: 60 }, () => sampleTask());
  for (const task of tasks) await first.createTask(task);
  await first.close();
  const store = await newStore(t, file);
  const count = countStatements(t);
  const { id } = tasks[30] ?? sampleTask();

  await store.getTask(id);
  t.strictSame(count(), { ran: 1, compiled: 1 }, 'a task');
  await store.getTask(id);
  t.strictSame(count(), { ran: 0, compiled: 0 }, 'the same again');
  await store.listTasks({ limit: 50 });
  t.strictSame(count(), { ran: 2, compiled: 2 }, 'a page');
  await store.listTasks({ limit: 50 });
  t.strictSame(count(), { ran: 1, compiled: 0 }, 'the same again');
  await store.createTask(sampleTask(), { maxTasks: 100 });
  t.equal(count().ran, 4, 'the first task that is made: begin, count, insert, commit');
  await store.createTask(sampleTask(), { maxTasks: 100 });
  t.strictSame(count(), { ran: 3, compiled: 0 }, 'each further one');
  await store.updateTask(id, { progressSummary: 'half' });
  t.equal(count().ran, 4, 'a change: begin, read, update, commit');
  t.equal((await store.getTask(id))?.progressSummary, 'half');
  t.equal(count().ran, 0, 'what was written is not read again');
});

void t.test('the bound on tasks holds over makings, deletions and failures', async (t) => {
  const store = await newStore(t);
  const [a, b] = [sampleTask(), sampleTask()];
  await store.createTask(a, { maxTasks: 2 });
  await t.rejects(store.createTask(sampleTask({ parentTaskId: randomUUID() }), { maxTasks: 2 }), { code: 'TASK_NOT_FOUND' });
  await store.createTask(b, { maxTasks: 2 });
  await t.rejects(store.createTask(sampleTask(), { maxTasks: 2 }), { code: 'TOO_MANY_TASKS' });
  await store.deleteTasks([a.id]);
  t.equal(await store.getTask(a.id), null);
  await store.createTask(sampleTask(), { maxTasks: 2 });
  const both = await Promise.allSettled([1, 2, 3].map(() => store.createTask(sampleTask(), { maxTasks: 4 })));
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 2);
});

void t.test('readers beside writers never see less than was acknowledged, nor a deleted task', async (t) => {
  const store = await newStore(t);
  const { id } = sampleTask();
  await store.createTask(sampleTask({ id }));
  let acknowledged = 0;
  let isDeleted = false;
  const read = async (): Promise<void> => {
    const [before, gone] = [acknowledged, isDeleted];
    const [task, page] = await Promise.all([store.getTask(id), store.listTasks({ limit: 10 })]);
    for (const seen of [task, ...page.items]) {
      if (gone) t.equal(seen, null, 'a deleted task');
      else if (seen) t.ok(Number(seen.progressSummary ?? 0) >= before, `${seen.progressSummary} after ${before}`);
    }
  };
  const write = async (n: number): Promise<void> => {
    await store.updateTask(id, { progressSummary: String(n) });
    acknowledged = Math.max(acknowledged, n);
    await store.updateTask(id, { name: 'x' }, [], { in: ['done'] }).catch(() => undefined);
  };
  for (let n = 1; n <= 200; n += 4) await Promise.all([read(), write(n), read(), write(n + 1), read(), write(n + 2), write(n + 3), read()]);
  await Promise.all([read(), store.deleteTasks([id]).then(() => (isDeleted = true)), read()]);
  await read();
  t.equal(acknowledged, 200);
});

void t.test('a task that is changed and deleted in one commit is gone', async (t) => {
  const store = await newStore(t);
  const { id } = await store.createTask(sampleTask()).then(({ task }) => task);
  await Promise.all([store.updateTask(id, { progressSummary: 'x' }), store.addWarnings(id, []), store.deleteTasks([id])]);
  t.equal(await store.getTask(id), null);
});

void t.test('what is remembered is bounded, and of a transaction that overtook another the later one counts', (t) => {
  const tasks = rememberTasks(10_000);
  const many = Array.from({ length: 30 }, () => sampleTask());
  for (const task of many) tasks.written(task, tasks.begin());
  const kept = many.filter(({ id }) => tasks.get(id));
  t.ok(kept.length > 5 && kept.length < 20, `${kept.length} are kept`);
  t.ok(tasks.get(many.at(-1)?.id ?? ''), 'the last one is');
  const large = sampleTask({ plan: 'x'.repeat(5000) });
  tasks.written(large, tasks.begin());
  t.notOk(tasks.get(large.id), 'a large one is not');

  const [older, newer] = [sampleTask(), sampleTask()];
  newer.id = older.id;
  const [first, second] = [tasks.begin(), tasks.begin()];
  tasks.written(newer, second);
  tasks.written(older, first);
  t.equal(tasks.get(older.id), newer);
  const remember = tasks.reading();
  tasks.begin();
  tasks.changing([older.id]);
  remember(older);
  t.notOk(tasks.get(older.id), 'a read that a write overtook is not believed');
  const failed = tasks.begin();
  tasks.failed(tasks.begin());
  tasks.written(older, failed);
  t.notOk(tasks.get(older.id), 'nor a write before one that failed');
  t.throws(() => (older.name = 'mine'), TypeError, 'nobody changes what all have');
  t.end();
});

void t.test('what a start looks for of deletions is two statements, however many tasks there are', async (t) => {
  const directory = t.testdir();
  const store = await newStore(t, join(directory, 'makima.db'));
  const log = openEventLog({ directory: join(directory, 'events'), now: () => new Date() });
  t.teardown(() => log.close());
  const left = randomUUID();
  const tasks = Array.from({ length: 40 }, () => sampleTask());
  for (const task of tasks) await store.createTask(task);
  for (const id of [left, ...tasks.map((task) => task.id)]) log.append(id, [{ type: 'output', stream: 'system', content: 'x' }]);
  const inside = (name: string): string => join(directory, name);
  const count = countStatements(t);
  await finishDeletions({
    store,
    log,
    directories: { caches: inside('caches'), repositories: inside('repositories'), kept: inside('kept'), worktrees: inside('worktrees') },
  });
  t.equal(count().ran, 2);
  t.notOk(log.taskIds().includes(left));
  t.equal(log.taskIds().length, 40);
});
