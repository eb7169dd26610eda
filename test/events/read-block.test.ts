import t from 'tap';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../../src/events/log-file.ts';
import { readBlock } from '../../src/events/read-block.ts';
import { RecentBlocks } from '../../src/events/recent-blocks.ts';
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
  const options = { handles, write: writeSync, warn: () => undefined, recent: new RecentBlocks(), listeners: new Set() };
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
