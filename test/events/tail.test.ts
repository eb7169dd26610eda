import t from 'tap';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventPayload } from '../../schemas/event.ts';
import type { EventLog } from '../../src/events/event-log.ts';
import { all, append, collect, contents, end, line, numbers, open, status, taskId } from './helpers.ts';

const id = taskId(1);
const { signal } = all;

/** The output in the last so many events of output. */
const tail = async (log: EventLog, count: number, after = 0): Promise<string[]> => {
  const from = await log.tail(id, { after, count, signal });
  return contents(await collect(log.read(id, { after: from, types: ['output'], signal })));
};

void t.test('the last events of output of any log are those that reading all of it ends with', async (t) => {
  const random = numbers(7);
  for (let round = 0; round < 12; round++) {
    const directory = t.testdir();
    const log = open(directory);
    const said: string[] = [];
    const ids: number[] = [];
    for (let n = 0; n < 60; n++) {
      const content = `${n} ${'x'.repeat(random(4) === 0 ? random(200_000) : random(100))}`;
      const payloads: EventPayload[] = random(3) === 0 ? [status('queued', 'running'), line(content)] : [line(content)];
      ids.push(append(log, id, payloads).at(-1)?.id ?? 0);
      said.push(content);
    }
    append(log, id, [status('running', 'done'), end]);
    // Half a batch that a kill left is none of it.
    appendFileSync(join(directory, `${id}.log`), '{"id":999999,"taskId":"');
    const seen = round % 2 === 0 ? log : open(directory);
    for (const count of [0, 1, 2, random(60), 59, 60, 61, 5000]) {
      t.same(await tail(seen, count), count === 0 ? [] : said.slice(-count), `${count} of round ${round}`);
      const after = random(60);
      t.same(await tail(seen, count, ids[after]), count === 0 ? [] : said.slice(after + 1).slice(-count), `${count} after ${after}`);
    }
    seen.close();
    if (seen !== log) log.close();
  }
});

void t.test('a line that goes on over several events is not cut in the middle', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  const part = (content: string): EventPayload => ({ type: 'output', stream: 'stdout', content, partial: true });
  append(log, id, [line('before'), part('a'), part('b'), line('c'), line('"partial":true is what it says'), line('last')]);
  t.same(await tail(log, 2), ['"partial":true is what it says', 'last']);
  t.same(await tail(log, 3), ['a', 'b', 'c', '"partial":true is what it says', 'last']);
});

void t.test('of a log that was trimmed, of none, and of one that nobody waits for', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  t.same(await tail(log, 5), []);
  const events = append(
    log,
    id,
    Array.from({ length: 20 }, (_, n) => line(String(n))),
  );
  await log.trim(id, events[10]?.id ?? 0);
  t.same(await tail(log, 3), ['17', '18', '19']);
  t.same(await tail(log, 15), ['10', '11', '12', '13', '14', '15', '16', '17', '18', '19']);
  await t.rejects(log.tail(id, { after: 1, count: 3, signal }), { code: 'EVENTS_GONE' });
  await t.rejects(log.tail(id, { after: '1-another', count: 3, signal }), { code: 'EVENTS_GONE' });
  const left = AbortSignal.abort();
  t.equal(await log.tail(id, { after: 0, count: 15, signal: left }), events.at(-1)?.id);
});
