import t from 'tap';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EventChunk } from '../../src/events/event-log.ts';
import { LogCursor } from '../../src/events/log-cursor.ts';
import { LogFile } from '../../src/events/log-file.ts';
import { RecentBlocks } from '../../src/events/records/recent-blocks.ts';
import { Slabs } from '../../src/events/records/slabs.ts';
import { WriteHandles } from '../../src/events/write-handles.ts';

const framing = { name: 'lines', beforeId: null, beforeJson: () => '', afterJson: '\n' };

void t.test('memory that was given back is used again, and cannot be given back twice', (t) => {
  const slabs = new Slabs();
  const one = slabs.take(70_000);
  const other = slabs.take(70_000);
  t.not(one.buffer, other.buffer);
  slabs.give(one.subarray(0, 10));
  t.throws(() => slabs.give(one), /given back twice/);
  const again = slabs.take(66_000);
  t.equal(again.buffer, one.buffer);
  t.equal(again.length, 66_000);
  t.not(slabs.take(70_000).buffer, one.buffer);
  t.equal(slabs.made, 3);
  slabs.give(Buffer.alloc(70_000));
  t.equal(slabs.made, 3);
  t.not(slabs.take(70_000).buffer, other.buffer, 'what is from elsewhere is nobody’s next');
  t.end();
});

void t.test('no more is kept than a few blocks, and nothing that is small or large', (t) => {
  const slabs = new Slabs();
  for (const length of [100, 1024 * 1024]) slabs.give(slabs.take(length));
  t.equal(slabs.made, 0);
  const taken = Array.from({ length: 100 }, () => slabs.take(64 * 1024));
  for (const bytes of taken) slabs.give(bytes);
  for (let n = 0; n < 100; n++) slabs.take(64 * 1024);
  t.equal(slabs.made, 100 + 100 - 32);
  t.end();
});

/** A log whose records are all of one letter, with as many who follow it. */
const openLog = (path: string, recent: RecentBlocks, letter: string, readers: number): { file: LogFile; append: () => void } => {
  const options = {
    handles: new WriteHandles(10),
    write: writeSync,
    warn: () => undefined,
    recent,
    listeners: new Set(),
    counting: () => 'x',
  };
  const file = new LogFile('task', path, options);
  for (let n = 0; n < readers; n++) file.bells.add({ ring: () => undefined });
  let id = 0;
  return {
    file,
    append: () => {
      id += 1;
      const record = `{"id":${id},"taskId":"task","type":"output","content":"${letter.repeat(40_000)}"}\t\n`;
      file.append(Buffer.from(record), { id, type: 'output' }, { id, type: 'output' }, {});
    },
  };
};
const next = async (cursor: LogCursor): Promise<EventChunk> => {
  await cursor.peek();
  const chunk = cursor.take(Infinity, null);
  if (chunk === null) throw new Error('nothing is left');
  return chunk;
};

void t.test('a flood to some readers is put into the same few pieces of memory', async (t) => {
  const recent = new RecentBlocks();
  const { file, append } = openLog(join(t.testdir(), 'log'), recent, 'a', 3);
  const cursors = [1, 2, 3].map(() => new LogCursor(file, 0));
  for (let n = 0; n < 500; n++) {
    append();
    for (const cursor of cursors) {
      const chunk = await next(cursor);
      chunk.framed(framing);
      chunk.hold()();
    }
  }
  t.ok(recent.slabs.made <= 6, `${recent.slabs.made} for 500 blocks`);
  for (const cursor of cursors) cursor.park();
});

void t.test('what somebody holds stays as it is while others come and go, and is nobody’s afterwards', async (t) => {
  const directory = t.testdir();
  const recent = new RecentBlocks();
  const held = openLog(join(directory, 'held'), recent, 'h', 2);
  const others = openLog(join(directory, 'others'), recent, 'o', 1);
  const [cursor, second, other] = [new LogCursor(held.file, 0), new LogCursor(held.file, 0), new LogCursor(others.file, 0)];
  const kept: { text: string; bytes: Buffer; release: () => void }[] = [];
  for (let n = 0; n < 20; n++) {
    held.append();
    for (const each of [cursor, second]) {
      const chunk = await next(each);
      const bytes = chunk.framed(framing);
      kept.push({ text: bytes.toString(), bytes, release: chunk.hold() });
    }
    for (let more = 0; more < 5; more++) {
      others.append();
      (await next(other)).framed(framing);
    }
  }
  t.ok(kept.every(({ text, bytes }) => bytes.toString() === text && text.includes('hhh') && !text.includes('o'.repeat(3))));
  for (const { release } of kept) {
    release();
    t.throws(release, /given back twice/);
  }
  const chunk = await next(other).catch(() => null);
  t.equal(chunk, null);
  held.append();
  const last = await next(cursor);
  last.framed(framing);
  await next(second);
  cursor.park();
  second.park();
  t.throws(() => last.framed(framing), /used after it was given back/);
  t.throws(() => last.hold(), /used after it was given back/);
  t.throws(() => [...last], /used after it was given back/);
  other.park();
});
