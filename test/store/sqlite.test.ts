import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { MakimaError } from '../../src/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { openSqlite, sqliteFailure } from '../../src/store/sqlite.ts';
import { callError, StoreUnusableError } from '../../src/store/store-error.ts';
import { sampleRun } from './samples.ts';
import { backToOldSchema } from '../support/old-schema.ts';
import { sampleTask } from '../support/sample-task.ts';

/** What a promise was rejected with. */
const thrownBy = async (promise: Promise<unknown>): Promise<Error> => {
  const outcome: unknown = await promise.then(
    () => new Error('it resolved'),
    (error: unknown) => error,
  );
  return outcome instanceof Error ? outcome : new Error(`no error: ${String(outcome)}`);
};
const asUnusable = (error: Error): StoreUnusableError => {
  if (error instanceof StoreUnusableError) return error;
  throw error;
};

void t.test('only its owner reads the file and what stands beside it', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const store = await openStore(file);
  await store.createTask(sampleTask());
  for (const suffix of ['', '-wal', '-shm']) t.equal(statSync(file + suffix).mode & 0o777, 0o600, suffix);
  await store.close();
  t.throws(() => statSync(`${file}-wal`), 'a close leaves one file');
});

void t.test('opened again, all is as it was', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const task = sampleTask();
  const run = sampleRun();
  let store = await openStore(file);
  await store.setMeta('id', 'daemon');
  await store.createTask(task);
  const queued = await store.transition(task.id, { to: 'queued', newRun: run });
  const [event] = await store.pendingEvents(1);
  await store.settleEvents(event?.seq ?? 0);
  await store.close();
  store = await openStore(file);
  t.teardown(() => store.close());
  t.strictSame(await store.getTask(task.id), queued);
  t.match(await store.activeRuns(), [{ runId: run.runId }]);
  t.equal(await store.getMeta('id'), 'daemon');
  await store.addEvents(task.id, [{ type: 'end', status: 'done' }]);
  t.ok(((await store.pendingEvents(1))[0]?.seq ?? 0) > (event?.seq ?? 0), 'a number is not given out again after a restart');
});

void t.test('the settings that a power loss and a second process are met with', (t) => {
  const database = openSqlite(join(t.testdir(), 'makima.db'));
  t.teardown(() => database.close());
  // https://www.sqlite.org/pragma.html: synchronous 2 is FULL
  for (const [name, value] of Object.entries({ journal_mode: 'wal', synchronous: 2, foreign_keys: 1, busy_timeout: 5000 })) {
    t.strictSame(Object.values(database.prepare(`pragma ${name}`).get() ?? {}), [value], name);
  }
  t.end();
});

void t.test('a database of a newer version is left alone, with a word on what to do', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  await (await openStore(file)).close();
  const database = new DatabaseSync(file);
  database.prepare('insert into kysely_migration (name, timestamp) values (?, ?)').run('9999-from-the-future', new Date().toISOString());
  database.close();
  const before = readFileSync(file);
  const error = asUnusable(await thrownBy(openStore(file)));
  t.equal(error.reason, 'newer');
  for (const word of [file, '9999-from-the-future', 'newer version', 'MAKIMA_HOME']) t.ok(error.message.includes(word), word);
  t.strictSame(readFileSync(file), before);
});

void t.test('a migration that broke off leaves nothing that stops the next start', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const database = new DatabaseSync(file);
  // In the way of a late step of the first migration.
  database.exec('create table meta (other text)');
  await t.rejects(openStore(file), /meta/);
  database.exec('drop table meta');
  t.strictSame(database.prepare("select name from sqlite_master where name in ('tasks', 'runs')").all(), []);
  database.close();
  const store = await openStore(file);
  await store.createTask(sampleTask());
  await store.close();
});

void t.test('tasks of a version that did not know when they changed have the last of their times', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const store = await openStore(file);
  const { task: made } = await store.createTask(sampleTask());
  const { task: ran } = await store.createTask(
    sampleTask({ startedAt: '2026-11-22T13:00:00.000Z', completedAt: '2026-11-22T14:00:00.000Z' }),
  );
  await store.close();
  const database = new DatabaseSync(file);
  backToOldSchema(database);
  database.close();
  const next = await openStore(file);
  t.teardown(() => next.close());
  t.equal((await next.getTask(made.id))?.updatedAt, made.createdAt);
  t.equal((await next.getTask(ran.id))?.updatedAt, '2026-11-22T14:00:00.000Z');
});

void t.test('what is damaged or no database is named, and left as it is', async (t) => {
  const dir = t.testdir({ text: 'this is a text and not a database at all, however long it goes on'.repeat(100) });
  const damaged = join(dir, 'damaged');
  const store = await openStore(damaged);
  for (let index = 0; index < 50; index += 1) await store.createTask(sampleTask({ plan: 'x'.repeat(4000) }));
  await store.close();
  const bytes = readFileSync(damaged);
  writeFileSync(join(dir, 'damaged deep'), bytes.fill(0xab, 40 * 4096, 41 * 4096));
  writeFileSync(damaged, bytes.fill(0xab, 3 * 4096, bytes.length - 4096));
  // The second is found by nobody who does not look at every page: nothing that the start reads is in that one.
  for (const file of ['text', 'damaged deep', 'damaged']) {
    const path = join(dir, file);
    const before = readFileSync(path);
    const error = asUnusable(await thrownBy(openStore(path)));
    t.equal(error.reason, 'damaged', file);
    for (const word of [path, 'damaged', 'Move it away', '-wal']) t.ok(error.message.includes(word), word);
    t.strictSame(readFileSync(path), before);
  }
});

void t.test('a path where no database can be is named', async (t) => {
  const dir = t.testdir({ directory: {} });
  for (const file of [join(dir, 'directory'), join(dir, 'not', 'there', 'makima.db')]) {
    const error = asUnusable(await thrownBy(openStore(file)));
    t.equal(error.reason, 'inaccessible');
    t.ok(error.message.includes(file));
  }
});

void t.test('a database that this user may only read', { skip: process.getuid?.() === 0 && 'root may write everything' }, async (t) => {
  const dir = join(t.testdir(), 'home');
  mkdirSync(dir);
  const file = join(dir, 'makima.db');
  await (await openStore(file)).close();
  chmodSync(file, 0o400);
  t.equal(asUnusable(await thrownBy(openStore(file))).reason, 'inaccessible');
});

void t.test("a full database is DISK_FULL, by SQLite's own error", (t) => {
  const database = new DatabaseSync(':memory:');
  t.teardown(() => database.close());
  database.exec('pragma max_page_count = 4; create table t (a)');
  try {
    database.prepare('insert into t values (?)').run('x'.repeat(100_000));
    t.fail('it fitted');
  } catch (error) {
    const translated = callError(error, sqliteFailure(error));
    t.ok(translated instanceof MakimaError && translated.code === 'DISK_FULL' && translated.message.includes('full'));
  }
  t.end();
});

void t.test('where the disk takes no more, the write fails whole and the store goes on', (t) => {
  const file = join(t.testdir(), 'makima.db');
  // A limit on the size of files stands in for a full disk: SQLite meets both as a write that fails.
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/open-store.ts'))};
    import { sampleTask } from ${JSON.stringify(join(import.meta.dirname, '../support/sample-task.ts'))};
    const store = await openStore(${JSON.stringify(file)});
    const small = sampleTask();
    await store.createTask(small);
    const big = sampleTask({ plan: 'x'.repeat(4_000_000) });
    const error = await store.createTask(big, { events: [{ type: 'end', status: 'done' }] }).then(() => null, (error) => error);
    const after = sampleTask();
    await store.createTask(after);
    const ids = (await store.listTasks({ limit: 10 })).items.map((task) => task.id);
    console.log(JSON.stringify({ code: error?.code, ids: ids.length, right: ids[0] === after.id && ids[1] === small.id, events: (await store.pendingEvents(1)).length }));
    await store.close();`;
  const child = spawnSync('sh', ['-c', 'ulimit -f 2000; exec "$0" --input-type=module -e "$1"', process.execPath, script], {
    encoding: 'utf8',
  });
  t.equal(child.stderr, '');
  t.strictSame(JSON.parse(child.stdout), { code: 'DISK_FULL', ids: 2, right: true, events: 0 });
  t.end();
});

void t.test('no SQL of one database outside the file that knows it', (t) => {
  const source = join(import.meta.dirname, '../../src/store');
  const found = execFileSync('sh', ['-c', 'grep -rlEi "node:sqlite|pragma|sqlite_|rowid|insert or |json_|strftime" "$0" || true', source], {
    encoding: 'utf8',
  });
  t.strictSame(found.split('\n').filter(Boolean), [join(source, 'sqlite.ts')]);
  t.end();
});
