import fs, { statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { followRunFile } from '../../src/process/follow-file.ts';
import { readRunFile } from '../../src/process/read-run-file.ts';
import { maxPieceBytes } from '../../src/process/split-lines.ts';

type Found = { text: string; partial: boolean; end: number };

/** As whoever logs a run meets its file. */
const followed = async (path: string): Promise<Found[]> => {
  const found: Found[] = [];
  const follower = followRunFile({
    path,
    from: 0,
    onPieces: (pieces) => {
      found.push(...pieces.map(({ text, partial, end }) => ({ text, partial, end })));
      return Promise.resolve();
    },
  });
  follower.finish();
  await follower.done;
  return found;
};

const never = new AbortController().signal;
const readUntil = async (path: string, until: number): Promise<Found[]> => {
  const found: Found[] = [];
  await readRunFile(path, until, ({ text, partial, end }) => found.push({ text, partial, end }), never);
  return found;
};

/** @returns how often the file system was asked for bytes or a watch, since the last call */
const countReads = (t: Test): (() => number) => {
  let count = 0;
  for (const name of ['readSync', 'watch'] as const) {
    const own = fs[name];
    Reflect.set(fs, name, (...args: unknown[]): unknown => {
      count += 1;
      return Reflect.apply(own, fs, args);
    });
    t.teardown(() => {
      Reflect.set(fs, name, own);
      syncBuiltinESMExports();
    });
  }
  syncBuiltinESMExports();
  return () => {
    const counted = count;
    count = 0;
    return counted;
  };
};

void t.test('up to the end of any piece it reads what a follower finds, however long the lines', async (t) => {
  const path = join(t.testdir(), 'out');
  const line = 'é'.repeat(maxPieceBytes);
  writeFileSync(path, `one\n\n${line}\n${'x'.repeat(maxPieceBytes)}\n${'short\n'.repeat(3)}no newline`);
  const all = await followed(path);
  t.ok(
    all.some(({ partial }) => partial),
    'a line is in parts',
  );
  t.equal(all.at(-1)?.end, statSync(path).size);
  for (const [index, { end }] of all.entries()) t.same(await readUntil(path, end), all.slice(0, index + 1), `up to ${end}`);
  t.same(await readUntil(path, 0), []);
});

void t.test('what an agent has said so far takes one read and no watch', async (t) => {
  const path = join(t.testdir(), 'out');
  writeFileSync(path, 'one\ntwo\nthe next has beg');
  const reads = countReads(t);
  t.equal((await readUntil(path, 8)).length, 2);
  t.equal(reads(), 1);
});

void t.test('it is given up, and says what cannot be read', async (t) => {
  const path = join(t.testdir({ out: 'one\n' }), 'out');
  await t.rejects(
    readRunFile(path, 4, () => undefined, AbortSignal.abort(new Error('enough'))),
    { message: 'enough' },
  );
  await t.rejects(readUntil(`${path}.none`, 4), { code: 'ENOENT' });
});
