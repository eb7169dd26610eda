import t from 'tap';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog, StoredEvent } from '../../src/events/event-log.ts';
import { all, append, collect, contents, end, idsOf, line, numbers, open, status, taskId } from './helpers.ts';

const id = taskId(1);
const descriptors = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

void t.test('a follower gets what is there, then what comes, and ends with the end', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  log.append(id, [line('1'), line('2')]);
  const iterator = log.follow(id, all)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const item = await iterator.next();
    return item.done === true ? 'done' : contents([item.value]).join('');
  };
  t.equal(await next(), '1');
  t.equal(await next(), '2');
  const third = next();
  log.append(id, [line('3')]);
  t.equal(await third, '3');
  log.append(id, [line('4'), end]);
  t.equal(await next(), '4');
  t.equal(await next(), '<end>');
  t.equal(await next(), 'done');
});

void t.test('an event is known by its id and type, and is read only when it is looked into', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  log.append(id, [line('"type":"end"'), status('running', 'done'), end]);
  const found = await collect(log.follow(id, all));
  t.same(
    found.map((stored) => [stored.id, stored.type]),
    found.map(({ event }) => [event.id, event.type]),
  );
  t.same(
    found.map(({ json }) => JSON.parse(json) as unknown),
    found.map(({ event }) => event),
  );
});

void t.test('an end that is not the last one ends nothing, a filtered one does', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  log.append(id, [line('1'), status('running', 'done'), end]);
  log.append(id, [status('done', 'queued'), line('2')]);
  const following = collect(log.follow(id, { ...all, types: ['output'] }));
  await nextTurn();
  log.append(id, [line('3'), end]);
  t.same(contents(await following), ['1', '2', '3']);
  t.same(contents(await collect(log.follow(id, { ...all, types: ['end'] }))), ['<end>', '<end>']);
  const last = log.last(id)?.id ?? 0;
  t.same(await collect(log.follow(id, { ...all, after: last })), [], 'everything was delivered before');
  // A completion action that is tried again comes after the end: nobody must wait for another end then.
  log.append(id, [
    {
      type: 'completion',
      completion: { action: 'branch', status: 'succeeded', message: null, prUrl: null, commitSha: null, branch: null },
    },
  ]);
  t.same(contents(await collect(log.follow(id, { ...all, after: last }))), ['<completion>']);
});

void t.test('what is appended at any moment of a reader that comes to the end is delivered', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let moment = 0; moment < 60; moment++) {
    const task = taskId(moment);
    log.append(task, [line('1')]);
    const following = collect(log.follow(task, all));
    const everything = await log.followAll({ ...all, after: null, visible: () => true });
    const iterator = everything[Symbol.asyncIterator]();
    const next = iterator.next();
    // The first ones are steps inside one turn of the event loop, the others whole turns.
    for (let step = 0; step < moment % 30; step++) await (moment < 30 ? Promise.resolve() : nextTurn());
    log.append(task, [line('2'), end]);
    t.same(contents(await following), ['1', '2', '<end>'], `moment ${moment}`);
    const item = await next;
    t.equal(item.done === true ? '' : contents([item.value]).join(), '2');
    await iterator.return?.();

    const late = taskId(1000 + moment);
    log.append(late, [line('1')]);
    const reader = log.follow(late, all)[Symbol.asyncIterator]();
    await reader.next();
    const second = reader.next();
    for (let step = 0; step < moment % 30; step++) await (moment < 30 ? Promise.resolve() : nextTurn());
    log.append(late, [line('2'), end]);
    const got = await second;
    t.equal(got.done === true ? '' : contents([got.value]).join(), '2', `while it found nothing, moment ${moment}`);
    await reader.return?.();
  }
});

void t.test('a task without a log is waited for; a removed one and a closed log end their followers', async (t) => {
  const directory = t.testdir();
  const log = open(directory);
  const first = collect(log.follow(id, all));
  await nextTurn();
  log.append(id, [line('1')]);
  log.append(id, [end]);
  t.same(contents(await first), ['1', '<end>']);
  log.append(taskId(2), [line('1')]);
  const second = collect(log.follow(taskId(2), all));
  const everything = collect(await log.followAll({ ...all, after: null, visible: () => true }));
  await nextTurn();
  log.remove(taskId(2));
  await second;
  t.same(readdirSync(directory).sort(), [`${id}.log`, 'ids']);
  t.equal(log.last(taskId(2)), null);
  const third = collect(log.follow(taskId(3), all));
  await nextTurn();
  log.close();
  t.same(await third, []);
  t.same(await everything, []);
});

void t.test('a reader whose signal fires ends at once and leaves no descriptor and no listener', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  log.append(id, [line('1'), line('2')]);
  const before = descriptors();
  const readers = Array.from({ length: 50 }, async (_, n) => {
    const controller = new AbortController();
    const options = { ...all, signal: controller.signal };
    const source = n % 2 === 0 ? log.follow(id, options) : await log.followAll({ ...options, after: 0, visible: () => true });
    const found: StoredEvent[] = [];
    for await (const event of source) {
      found.push(event);
      if (found.length === 2) setImmediate(() => controller.abort());
    }
    t.same(contents(found), ['1', '2']);
  });
  await Promise.all(readers);
  t.equal(descriptors(), before);
  for await (const event of log.follow(id, all)) {
    t.equal(event.event.type, 'output');
    break;
  }
  t.equal(descriptors(), before, 'nor one that was left');
  const aborted = AbortSignal.abort();
  t.same(await collect(log.follow(id, { ...all, signal: aborted })), []);
  t.same(await collect(await log.followAll({ ...all, after: 0, visible: () => true, signal: aborted })), []);
});

void t.test('records larger than a read come whole, among small ones', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  const random = numbers(7);
  const expected: string[] = [];
  for (let n = 0; n < 40; n++) {
    const content = `${n}:${'ü'.repeat(n % 10 === 3 ? 1024 * 1024 + random(1000) : random(100_000))}`;
    expected.push(content);
    log.append(id, [line(content)]);
  }
  const read = await collect(log.read(id, all));
  t.ok(contents(read).every((content, n) => content === expected[n]));
  t.equal(read.length, expected.length);
  const ids = idsOf(read);
  for (const [n, after] of ids.entries()) {
    const rest = idsOf(await collect(log.read(id, { ...all, after })));
    t.same(rest, ids.slice(n + 1), `after event ${n}`);
  }
});

void t.test('the place of any id is found in a log of thousands, without reading it all', async (t) => {
  const directory = t.testdir();
  let log = open(directory);
  // Two tasks in turn, so that ids have gaps in each.
  for (let n = 0; n < 300; n++)
    for (const each of [id, taskId(2)])
      log.append(
        each,
        Array.from({ length: 30 }, (_, k) => line(`${n} ${k} ${'x'.repeat((n * k) % 300)}`)),
      );
  const ids = idsOf(await collect(log.read(id, all)));
  log.close();
  log = open(directory);
  t.teardown(() => log.close());
  const random = numbers(11);
  const highest = ids.at(-1) ?? 0;
  for (let n = 0; n < 300; n++) {
    const after = random(highest + 10);
    const page = await log.page(id, { after, types: null, limit: 3 });
    t.same(
      page.items.map((item) => item.id),
      ids.filter((each) => each > after).slice(0, 3),
      `after ${after}`,
    );
  }
});

void t.test('pages lead through the whole log and the last one says so', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let n = 0; n < 10; n++) log.append(id, [line(String(n)), status('queued', 'running')]);
  log.append(id, [end]);
  const found: string[] = [];
  let pages = 0;
  for (let after: number | null = 0; after !== null; pages++) {
    const page: Awaited<ReturnType<EventLog['page']>> = await log.page(id, { after, types: ['output'], limit: 5 });
    found.push(...page.items.map((item) => (item.type === 'output' ? item.content : item.type)));
    after = page.nextCursor === null ? null : Number(page.nextCursor);
  }
  t.same(found, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  t.equal(pages, 2, 'no empty page at the end');
  const every = idsOf(await collect(log.read(id, all)));
  for (let n = 0; n < every.length; n++) {
    const { items, nextCursor } = await log.page(id, { after: every[n - 1] ?? 0, types: null, limit: 1 });
    t.same([items.map((item) => item.id), nextCursor], [[every[n]], n === every.length - 1 ? null : String(every[n])]);
  }
  t.same(await log.page(taskId(9), { after: 0, types: null, limit: 5 }), { items: [], nextCursor: null });
  for (let n = 0; n < 20; n++) log.append(taskId(3), [line('y'.repeat(1024 * 1024))]);
  const big = await log.page(taskId(3), { after: 0, types: null, limit: 1000 });
  t.ok(big.items.length >= 1 && big.items.length < 10, 'bounded in bytes too');
  t.not(big.nextCursor, null);
});

void t.test('a damaged record in the middle is passed over and told of', async (t) => {
  const directory = t.testdir();
  const path = join(directory, `${id}.log`);
  let log = open(directory);
  log.append(id, [line('1')]);
  const from = statSync(path).size;
  log.append(id, [line('2')]);
  const to = statSync(path).size;
  log.append(id, [line('3')]);
  log.close();
  const bytes = readFileSync(path);
  bytes.fill(0, from, to - 1);
  writeFileSync(path, bytes);
  const warnings: string[] = [];
  log = open(directory, { warn: (message) => warnings.push(message) });
  t.teardown(() => log.close());
  t.same(contents(await collect(log.read(id, all))), ['1', '3']);
  t.equal(warnings.length, 1);
});

for (const seed of process.env['MAKIMA_SEED'] === undefined ? [1, 2, 3] : [Number(process.env['MAKIMA_SEED'])]) {
  void t.test(`no gap and no repeat for readers that come and go while others write, trim and restart (MAKIMA_SEED=${seed})`, async (t) => {
    const directory = t.testdir();
    const random = numbers(seed);
    const tasks = [1, 2, 3, 4, 5].map(taskId);
    let log = open(directory);
    let finished = false;
    const written: { id: number; taskId: string; type: string }[] = [];

    interface Reader {
      taskId: string | null;
      types: ('output' | 'end')[] | null;
      found: number[];
      after: number;
      over: boolean;
    }
    const readers: Reader[] = [...tasks, ...tasks, null, null, null].map((task, n) => ({
      taskId: task,
      types: n % 4 === 3 ? ['output', 'end'] : null,
      found: [],
      after: 0,
      over: false,
    }));

    const read = async (reader: Reader): Promise<void> => {
      while (!reader.over) {
        const controller = new AbortController();
        const options = { after: reader.after, types: reader.types, signal: controller.signal };
        const source =
          reader.taskId === null
            ? await log.followAll({ ...options, visible: (task) => (random(2) === 0 ? true : Promise.resolve(tasks.includes(task))) })
            : log.follow(reader.taskId, options);
        const leaveAfter = random(60);
        let taken = 0;
        for await (const { event, json } of source) {
          if (JSON.stringify(event) !== json) t.fail('text and event differ');
          reader.found.push(event.id);
          reader.after = event.id;
          if (reader.taskId === null && finished && event.id === written.at(-1)?.id) reader.over = true;
          if (reader.over || ++taken > leaveAfter) break;
          if (random(5) === 0) await nextTurn();
          if (random(50) === 0) controller.abort();
        }
        const last = reader.taskId === null ? undefined : log.last(reader.taskId);
        if (finished && last?.ended === true && last.id === reader.after) reader.over = true;
        // Types that are filtered out end it too.
        await nextTurn();
      }
    };

    const write = async (): Promise<void> => {
      for (let round = 0; round < 400; round++) {
        const task = tasks[random(tasks.length)] ?? id;
        const batch = Array.from({ length: 1 + random(4) }, () =>
          random(30) === 0 ? status('queued', 'running') : line('z'.repeat(random(20) === 0 ? random(200_000) : random(200))),
        );
        if (random(25) === 0) batch.push(end, status('done', 'queued'));
        for (const event of append(log, task, batch)) written.push({ id: event.id, taskId: event.taskId, type: event.type });
        if (random(20) === 0) {
          const lowest = Math.min(
            ...readers.filter((reader) => reader.taskId === task || reader.taskId === null).map((reader) => reader.after),
          );
          await log.trim(task, lowest + 1);
        }
        if (random(40) === 0) {
          log.close();
          log = open(directory);
        }
        if (random(3) === 0) await nextTurn();
      }
      for (const task of tasks)
        for (const event of append(log, task, [end])) written.push({ id: event.id, taskId: event.taskId, type: event.type });
      finished = true;
    };

    await Promise.all([write(), ...readers.map(read)]);
    for (const reader of readers) {
      const expected = written.filter(
        (event) =>
          (reader.taskId ?? event.taskId) === event.taskId && (reader.types === null || event.type === 'output' || event.type === 'end'),
      );
      t.same(
        reader.found,
        expected.map((event) => event.id),
        `${reader.taskId ?? 'all tasks'}, ${reader.types?.join() ?? 'all types'}`,
      );
    }
    log.close();
  });
}
