import t from 'tap';
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventChunk, Framing } from '../../src/events/event-log.ts';
import { all, append, end, line, numbers, open, status, taskId } from './helpers.ts';

const id = taskId(1);

/** A way to put events that counts how often a block was put so. */
const counted = (name: string): { framing: Framing; made: () => number } => {
  let made = 0;
  const beforeJson = (type: string): string => {
    made += 1;
    return ` ${type} `;
  };
  return { framing: { name, beforeId: '#', beforeJson, afterJson: '\n' }, made: () => made };
};

void t.test('300 readers at the head get one buffer, made once, and nobody reads the file', async (t) => {
  const directory = t.testdir();
  const log = open(directory);
  t.teardown(() => log.close());
  log.append(id, [line('before')]);
  const { framing, made } = counted('head');
  const readers = await Promise.all(
    Array.from({ length: 300 }, async () => {
      const iterator = log.follow(id, all).chunks[Symbol.asyncIterator]();
      await iterator.next();
      return iterator;
    }),
  );
  const next = readers.map((reader) => reader.next());
  await nextTurn();
  // Its writer has it open; who would read it by its name finds nothing.
  unlinkSync(join(directory, `${id}.log`));
  log.append(id, [line('one'), line('two')]);
  const chunks = await Promise.all(next);
  const buffers = new Set(chunks.map((chunk) => (chunk.done === true ? null : chunk.value.framed(framing))));
  t.equal(buffers.size, 1);
  t.match([...buffers][0]?.toString(), /^#\d+ output \{"id":.*"one"\}\n#\d+ output \{.*"two"\}\n$/);
  t.equal(made(), 1);
  for (const reader of readers) await reader.return?.();
});

void t.test('readers that come late share what they read, and it is read once', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let n = 0; n < 100; n++) log.append(id, [line('x'.repeat(5_000))]);
  log.append(id, [end]);
  const { framing, made } = counted('late');
  const read = async (): Promise<string> => {
    let text = '';
    for await (const chunk of log.follow(id, { ...all, types: ['output'] }).chunks) text += chunk.framed(framing).toString();
    return text;
  };
  const texts = new Set(await Promise.all(Array.from({ length: 20 }, read)));
  t.equal(texts.size, 1);
  t.ok(made() < 20, `${made()} blocks were framed for 20 readers of half a megabyte`);
});

for (const seed of [1, 2, 3]) {
  void t.test(`what is passed on is what stands in the log, however readers join, lag and leave (seed ${seed})`, async (t) => {
    const log = open(t.testdir());
    t.teardown(() => log.close());
    const random = numbers(seed);
    const { framing } = counted('lag');
    let finished = false;
    const written: { id: number; type: string; text: string }[] = [];

    const read = async (types: ('output' | 'end')[] | null): Promise<void> => {
      let after = 0;
      let text = '';
      while (!finished || after < (written.at(-1)?.id ?? 0)) {
        const leaveAfter = random(20);
        let taken = 0;
        for await (const chunk of log.follow(id, { ...all, after, types }).chunks) {
          const bytes = chunk.framed(framing).toString();
          const events = [...chunk];
          t.equal(bytes, events.map((each) => `#${each.id} ${each.type} ${each.json}\n`).join(''));
          text += bytes;
          after = events.at(-1)?.id ?? after;
          if (++taken > leaveAfter) break;
          for (let turns = random(4) === 0 ? random(30) : 0; turns > 0; turns--) await nextTurn();
        }
        await nextTurn();
      }
      const wanted = written.filter(({ type }) => types === null || type === 'output' || type === 'end');
      if (text !== wanted.map((each) => each.text).join('')) t.fail(`a reader of ${types?.join() ?? 'all'} got something else`);
    };

    const write = async (): Promise<void> => {
      for (let round = 0; round < 150; round++) {
        const payloads = Array.from({ length: 1 + random(60) }, () =>
          random(20) === 0 ? status('queued', 'running') : line(`"${'ü'.repeat(random(30) === 0 ? random(50_000) : random(900))}\\`),
        );
        for (const event of append(log, id, payloads))
          written.push({ ...event, text: `#${event.id} ${event.type} ${JSON.stringify(event)}\n` });
        if (random(2) === 0) await nextTurn();
      }
      for (const event of append(log, id, [end])) written.push({ ...event, text: `#${event.id} ${event.type} ${JSON.stringify(event)}\n` });
      finished = true;
    };
    await Promise.all([write(), ...Array.from({ length: 12 }, (_, n) => read(n % 3 === 2 ? ['output', 'end'] : null))]);
    t.pass('all of them got all');
  });
}

void t.test('a chunk that is looked into later, before the next, is what it was', async (t) => {
  const log = open(t.testdir());
  t.teardown(() => log.close());
  for (let n = 0; n < 50; n++) log.append(id, [line(`${n} ${'y'.repeat(9_000)}`)]);
  log.append(id, [end]);
  let expected = 0;
  const check = (chunk: EventChunk): void => {
    for (const { event } of chunk) if (event.type === 'output') t.ok(event.content.startsWith(`${expected++} `));
  };
  for await (const chunk of log.follow(id, all).chunks) {
    log.append(taskId(2), [line('other')]);
    await nextTurn();
    check(chunk);
  }
  t.equal(expected, 50);
});
