import t from 'tap';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EventChunk } from '../../src/events/event-log.ts';
import { LogFile } from '../../src/events/log-file.ts';
import { readBlock } from '../../src/events/records/read-block.ts';
import { RecentBlocks } from '../../src/events/records/recent-blocks.ts';
import { WriteHandles } from '../../src/events/write-handles.ts';
import { all, collect, contents, end, line, open, taskId } from './helpers.ts';

const id = taskId(1);
const longer = 17 * 1024 * 1024;

void t.test('a long record is read whole, though the log is trimmed between two reads of it', async (t) => {
  const directory = t.testdir();
  const log = open(directory);
  log.append(id, [line('x'.repeat(longer))]);
  log.append(id, [end]);
  log.close();
  const path = join(directory, `${id}.log`);
  const handles = new WriteHandles(1);
  const options = {
    handles,
    write: writeSync,
    warn: () => undefined,
    recent: new RecentBlocks(),
    listeners: new Set(),
    counting: () => 'x',
  };
  const file = new LogFile(id, path, options);
  const { size } = file;
  const fd = openSync(path, 'r');
  const reading = readBlock(file, fd, 0, null);
  // What a trim does at its end.
  file.replaced({ firstOffset: 25, firstId: 2, size: 150, trimmedThrough: 1 });
  const block = await reading;
  closeSync(fd);
  t.equal(block.end, size);
  t.same(
    block.records.map(({ id: each, type }) => [each, type]),
    [
      [1, 'output'],
      [2, 'end'],
    ],
  );
});

void t.test('a reader that passes over a long log lets others work meanwhile', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let n = 0; n < 8; n++)
    log.append(
      id,
      Array.from({ length: 100 }, () => line('y'.repeat(10_000))),
    );
  log.append(id, [end]);
  let turns = 0;
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  const found = await collect(log.read(id, { ...all, types: ['end'] }));
  clearImmediate(next);
  t.same(contents(found), ['<end>']);
  t.ok(turns >= 4, `${turns} turns of the event loop while 8 MB were read`);
});

void t.test('who reads a log alone gets it in few long chunks, and so do only so many at a time', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  const framing = { name: 'lines', beforeId: null, beforeJson: () => '', afterJson: '\n' };
  const chunksOf = (n: number): AsyncIterator<EventChunk, unknown> => log.read(taskId(n), all).chunks[Symbol.asyncIterator]();
  const next = async (reader: AsyncIterator<EventChunk, unknown>): Promise<number> => {
    const result = await reader.next();
    return result.done === true ? 0 : result.value.framed(framing).length;
  };
  for (let n = 1; n <= 33; n++)
    log.append(
      taskId(n),
      Array.from({ length: n === 1 ? 600 : 200 }, () => line('z'.repeat(1_000))),
    );
  let chunks = 0;
  const whole = chunksOf(1);
  while ((await next(whole)) > 0) chunks += 1;
  t.ok(chunks <= 4, `${chunks} chunks of 700 kB`);
  const readers = Array.from({ length: 33 }, (_, n) => chunksOf(n + 1));
  const lengths: number[] = [];
  for (const reader of readers) lengths.push(await next(reader));
  t.ok(lengths.slice(0, 32).every((length) => length > 100_000));
  t.ok((lengths[32] ?? Infinity) <= 64 * 1024, 'the last one');
  await readers[0]?.return?.();
  const another = chunksOf(33);
  t.ok((await next(another)) > 100_000, 'when one has left there is room for another');
  for (const reader of [another, ...readers]) await reader.return?.();
});
