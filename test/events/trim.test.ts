import t from 'tap';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { all, append, collect, contents, end, idsOf, line, open, taskId } from './helpers.ts';

const id = taskId(1);
const gone = { code: 'EVENTS_GONE', statusCode: 410 };

void t.test('what was trimmed is gone for those who ask for it, and for nobody else', async (t) => {
  const directory = t.testdir();
  let log = open(directory);
  const ids = Array.from({ length: 10 }, (_, n) => {
    const [event] = append(log, id, [line(String(n))], { out: n });
    log.append(taskId(2), [line('other')]);
    return event?.id ?? 0;
  });
  const at = (n: number): number => ids[n] ?? 0;
  const before = statSync(join(directory, `${id}.log`)).size;
  const freed = await log.trim(id, at(5));
  t.ok(freed > 0);
  t.equal(statSync(join(directory, `${id}.log`)).size, before - freed);
  t.equal(log.size(id), before - freed);

  for (const restart of [false, true]) {
    if (restart) {
      log.close();
      log = open(directory);
    }
    t.same(contents(await collect(log.read(id, all))), ['5', '6', '7', '8', '9'], '0 is the first one that is left');
    t.same(
      contents(await collect(log.read(id, { ...all, after: at(4) }))),
      ['5', '6', '7', '8', '9'],
      'the last one that is gone was seen',
    );
    t.same(contents(await collect(log.read(id, { ...all, after: at(7) }))), ['8', '9']);
    for (const after of [1, at(0) + 1, at(3), at(4) - 1]) {
      t.throws(() => log.follow(id, { ...all, after }), gone);
      t.throws(() => log.read(id, { ...all, after }), gone);
      await t.rejects(log.page(id, { after, types: null, limit: 1 }), gone);
      await t.rejects(log.followAll({ ...all, after, visible: () => true }), gone);
      await log.followAll({ ...all, after, visible: (task) => task !== id });
    }
    t.same(log.position(id), { run: '', out: 9, err: 0, outbox: 0 });
    t.equal((await collect(log.read(taskId(2), { ...all, after: 1 }))).length, 10, 'other tasks keep theirs');
  }

  t.equal(await log.trim(id, at(5)), 0, 'again is nothing');
  t.equal(await log.trim(taskId(3), 100), 0);
  await log.trim(id, Infinity);
  t.same(contents(await collect(log.read(id, all))), ['9'], 'the last one stays');
  t.equal(log.position(id)?.out, 9);
  log.append(id, [line('10')]);
  t.same(contents(await collect(log.read(id, all))), ['9', '10']);
  log.close();
});

void t.test('a reader that stalls is overtaken and told so; one that keeps up does not notice', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let n = 0; n < 50; n++) log.append(id, [line(`${n} ${'x'.repeat(10_000)}`)]);
  const slow = log.follow(id, all)[Symbol.asyncIterator]();
  const first = await slow.next();
  t.equal(first.done, false);
  const fast = collect(log.follow(id, all));
  log.append(id, [line('more'), end]);
  t.equal((await fast).length, 52);
  await log.trim(id, log.last(id)?.id ?? 0);
  await t.rejects(async () => {
    for (;;) if ((await slow.next()).done === true) return;
  }, gone);
});

void t.test('appends and readers go on while a log is rewritten', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let n = 0; n < 300; n++) log.append(id, [line(`${n} ${'x'.repeat(30_000)}`)]);
  const ids = idsOf(await collect(log.read(id, all)));
  const cut = ids[100] ?? 0;
  const following = collect(log.follow(id, { ...all, after: cut - 1 }));
  const trims = [log.trim(id, cut), log.trim(id, cut - 50)];
  for (let n = 300; n < 400; n++) {
    log.append(id, [line(`${n} ${'x'.repeat(3000)}`)]);
    await nextTurn();
  }
  log.append(id, [end]);
  t.equal((await Promise.all(trims)).filter((freed) => freed > 0).length, 1);
  const numbersOf = (list: string[]): number[] =>
    list.filter((content) => content !== '<end>').map((content) => Number(content.split(' ')[0]));
  t.same(
    numbersOf(contents(await following)),
    Array.from({ length: 300 }, (_, n) => n + 100),
  );
  t.same(
    numbersOf(contents(await collect(log.read(id, all)))),
    Array.from({ length: 300 }, (_, n) => n + 100),
  );
});

void t.test('a rewrite that a kill cut short is cleared away, one that is removed under way leaves nothing', async (t) => {
  const directory = t.testdir();
  let log = open(directory);
  log.append(id, [line('1')]);
  log.append(id, [line('2')]);
  log.close();
  writeFileSync(join(directory, `${id}.log.trim`), 'half');
  log = open(directory);
  t.same(readdirSync(directory).sort(), [`${id}.log`, 'ids']);
  t.same(contents(await collect(log.read(id, all))), ['1', '2']);
  const trim = log.trim(id, Infinity);
  log.remove(id);
  await trim;
  t.same(readdirSync(directory), ['ids']);
  log.close();
});
