import t from 'tap';
import { cpSync, readFileSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog, EventPlace, Framing } from '../../src/events/event-log.ts';
import { all, append, collect, idsOf, line, open, taskId } from './helpers.ts';

const id = taskId(1);
const withIds: Framing = { name: 'ids', beforeId: '', isNamed: true, beforeJson: () => '', afterJson: '\n' };

const homes = (path: string) => ({ directory: join(path, 'live'), backup: join(path, 'backup') });

const places = async (log: EventLog, of = id): Promise<string[]> => (await collect(log.read(of, all))).map(({ place }) => place);
const lastPlace = async (log: EventLog): Promise<string> => (await places(log)).at(-1) ?? '';
const lines = (count: number) => Array.from({ length: count }, (_, n) => line(String(n)));

/** What a reader from there on is answered with: the ids, or the code. */
const after = async (log: EventLog, place: EventPlace): Promise<number[] | string> => {
  try {
    return idsOf(await collect(log.read(id, { ...all, after: place })));
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

void t.test('a place is told with the name of what it was counted in, and taken with it and without', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  const events = append(log, id, lines(3));
  const [first, second, third] = events.map((event) => event.id);
  const told = await places(log);
  t.match(told, [/^1-[0-9a-z]{8}$/, /^2-[0-9a-z]{8}$/, /^3-[0-9a-z]{8}$/]);
  for await (const chunk of log.read(id, all).chunks)
    t.equal(
      chunk
        .framed(withIds)
        .toString()
        .replaceAll(/\{.*\}/g, ''),
      told.map((place) => `${place}\n`).join(''),
      'as a stream has it',
    );
  t.same(await after(log, told[0] ?? ''), [second, third]);
  t.same(await after(log, first ?? 0), [second, third]);
  t.same(await after(log, String(first)), [second, third]);
  t.equal(await after(log, `${first}-another`), 'EVENTS_GONE', 'of another home');
  t.equal(await after(log, `${(third ?? 0) + 1}-${told[0]?.split('-')[1]}`), 'EVENTS_GONE', 'not given out yet');
  await t.rejects(log.followAll({ ...all, after: '0-another', visible: () => true }), { code: 'EVENTS_GONE' });
});

void t.test('a reader goes on over restarts and kills with the place that it has, also of a task that was deleted since', async (t) => {
  const directory = t.testdir();
  const known: string[] = [];
  for (let life = 0; life < 6; life++) {
    const log = open(directory);
    for (const place of known) t.type(await after(log, place), Array, `${place} in life ${life}`);
    append(log, id, lines(2));
    known.push(await lastPlace(log));
    append(log, taskId(2), lines(1));
    known.push(...(await places(log, taskId(2))));
    log.remove(taskId(2));
    // No close in some rounds: that is a kill.
    if (life % 2 === 0) log.close();
  }
  t.equal(new Set(known.map((place) => place.split('-')[1])).size, 6, 'each life has a name of its own');
});

void t.test('a backup that was made of a stopped home knows nothing of what came after it', async (t) => {
  const { directory, backup } = homes(t.testdir({ live: {}, backup: {} }));
  let log = open(directory);
  append(log, id, lines(5));
  const before = await lastPlace(log);
  log.close();
  cpSync(directory, join(backup, 'events'), { recursive: true, preserveTimestamps: true });
  log = open(directory);
  append(log, id, lines(5));
  const since = await lastPlace(log);
  log.close();

  const restored = open(join(backup, 'events'));
  t.teardown(() => restored.close());
  append(restored, id, lines(20));
  t.equal((await after(restored, before)).length, 20);
  t.equal(await after(restored, since), 'EVENTS_GONE', 'though as many were counted here again');
  t.type(await after(restored, Number(since.split('-')[0])), Array, 'without its name nobody can know');
});

void t.test('nor does a snapshot of a living home of what came after it in the same life', async (t) => {
  const { directory, backup } = homes(t.testdir({ live: {}, backup: {} }));
  const log = open(directory);
  append(log, id, lines(5));
  const before = await lastPlace(log);
  append(log, taskId(2), lines(1));
  for (const [name, preserveTimestamps] of [
    ['dated', true],
    ['new', false],
  ] as const)
    cpSync(directory, join(backup, name), { recursive: true, preserveTimestamps });
  append(log, id, lines(5));
  const since = await lastPlace(log);
  log.close();
  for (const name of ['dated', 'new']) {
    const restored = open(join(backup, name));
    append(restored, id, lines(20));
    t.equal((await after(restored, before)).length, 20, name);
    t.equal(await after(restored, since), 'EVENTS_GONE', name);
    restored.close();
  }
});

void t.test('after a kill old logs are not read, and those of a clock that was set back since are', async (t) => {
  const directory = t.testdir();
  const log = open(directory);
  append(log, taskId(2), lines(3));
  append(log, id, lines(3));
  const place = await lastPlace(log);
  const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 60 * 60 * 1000);
  utimesSync(join(directory, `${id}.log`), hoursAgo(2), hoursAgo(2));
  utimesSync(join(directory, `${taskId(2)}.log`), hoursAgo(99), hoursAgo(99));
  // A log that is looked into says that it is cut off in the middle.
  writeFileSync(join(directory, `${taskId(2)}.log`), '{"id":', { flag: 'a' });
  utimesSync(join(directory, `${taskId(2)}.log`), hoursAgo(99), hoursAgo(99));
  const warnings: string[] = [];
  const next = open(directory, { warn: (message) => warnings.push(message) });
  t.teardown(() => next.close());
  t.same(warnings, []);
  t.same(await after(next, place), []);
});

void t.test('a home of an earlier version goes on; where the file is lost or damaged the names are others', async (t) => {
  const directory = t.testdir();
  const ids = join(directory, 'ids');
  writeFileSync(ids, '12\n');
  let log = open(directory);
  t.equal(append(log, id, lines(1))[0]?.id, 13);
  t.same(await after(log, 12), [13]);
  const place = await lastPlace(log);
  log.close();
  for (const harm of [() => writeFileSync(ids, `${readFileSync(ids, 'utf8')}half`), () => unlinkSync(ids)]) {
    harm();
    log = open(directory);
    t.equal(await after(log, place), 'EVENTS_GONE');
    t.same(await after(log, 12), [13]);
    log.close();
  }
  rmSync(directory, { recursive: true });
});
