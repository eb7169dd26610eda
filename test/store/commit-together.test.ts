import { Kysely } from 'kysely';
import t, { type Test } from 'tap';
import { commitTogether } from '../../src/store/commit-together.ts';
import { migrate } from '../../src/store/migrations.ts';
import { inMemory, NodeSqliteDialect, openSqlite, sqliteIdentity } from '../../src/store/sqlite.ts';
import type { Tables } from '../../src/store/tables.ts';

const isOfTheDatabase = (error: unknown): boolean => error instanceof Error && error.message === 'full';

/** A store's rows under `meta`, and the statements that were run. */
const open = async (t: Test) => {
  const statements: string[] = [];
  const db = new Kysely<Tables>({
    dialect: new NodeSqliteDialect(openSqlite(inMemory)),
    log: ({ query }) => void statements.push(query.sql),
  });
  await migrate(db, sqliteIdentity, inMemory);
  t.teardown(() => db.destroy());
  statements.length = 0;
  const write = commitTogether(db, isOfTheDatabase);
  return {
    statements,
    commits: () => statements.filter((each) => each === 'commit').length,
    put: (key: string, failure?: string) =>
      write(async (trx) => {
        await trx.insertInto('meta').values({ key, value: key }).execute();
        if (failure !== undefined) throw new Error(failure);
        return key;
      }),
    keys: async () => (await db.selectFrom('meta').select('key').orderBy('key').execute()).map(({ key }) => key),
  };
};
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${String(index).padStart(2, '0')}`);

void t.test('what is asked for at the same time is a few commits', async (t) => {
  const { put, keys, commits } = await open(t);
  const all = names(60);
  t.same(await Promise.all(all.map((key) => put(key))), all);
  t.same(await keys(), all);
  t.ok(commits() <= 5, `${commits()} commits of 60 changes`);
});

void t.test('one alone is a transaction as ever', async (t) => {
  const { put, statements } = await open(t);
  await put('a');
  t.notOk(statements.some((each) => each.includes('savepoint')));
  await t.rejects(put('b', 'mine'), { message: 'mine' });
});

void t.test('nobody hears of theirs before it is committed', async (t) => {
  const { put, statements } = await open(t);
  const heard = ['a', 'b', 'c'].map(async (key) => {
    await put(key);
    return statements.filter((each) => each === 'commit').length;
  });
  t.same(await Promise.all(heard), [1, 1, 1]);
  const refused = [put('d'), put('e', 'mine').catch(() => statements.filter((each) => each === 'commit').length), put('f')];
  t.same(await Promise.all(refused), ['d', 2, 'f'], 'nor that it was refused, which may be because of what another wrote');
});

void t.test('what fails takes its own back and nothing else', async (t) => {
  const { put, keys } = await open(t);
  const outcomes = await Promise.allSettled(names(10).map((key, index) => put(key, index % 3 === 0 ? 'mine' : undefined)));
  t.same(
    outcomes.map(({ status }) => status === 'fulfilled'),
    names(10).map((_, index) => index % 3 !== 0),
  );
  t.same(
    await keys(),
    names(10).filter((_, index) => index % 3 !== 0),
  );
});

void t.test('where the database gives up, nothing has happened for anybody, and what comes after goes on', async (t) => {
  const { put, keys } = await open(t);
  await put('alone');
  for (const outcome of await Promise.allSettled(['a', 'b', 'c'].map((key) => put(key, key === 'b' ? 'full' : undefined))))
    t.match(outcome, { status: 'rejected', reason: { message: 'full' } });
  t.same(await keys(), ['alone']);
  t.equal(await put('later'), 'later');
  t.same(await keys(), ['alone', 'later']);
});
