import t from 'tap';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { followRunFile, type FollowFileOptions, type Follower } from '../../src/process/follow-file.ts';
import type { Piece } from '../../src/process/split-lines.ts';
import { sweepRun } from '../../src/process/sweep.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { closeInput, writeInput } from '../../src/process/write-input.ts';
import { agentPath, launchIn, newRun, userLine } from './helper.ts';

/** What a piece says; its bytes are others when it was taken. */
type Said = Omit<Piece, 'source' | 'from' | 'to'>;

/** Follows into an array; `seen(n)` resolves when n pieces are there. */
const collect = (
  path: string,
  from = 0,
  more: Partial<FollowFileOptions> = {},
): { pieces: Said[]; follower: Follower; seen: (count: number) => Promise<void> } => {
  const pieces: Said[] = [];
  let check = (): void => undefined;
  const onPieces = (batch: Piece[]): Promise<void> => {
    pieces.push(...batch.map(({ source: _source, from: _from, to: _to, ...said }) => said));
    check();
    return Promise.resolve();
  };
  const seen = async (count: number): Promise<void> =>
    await new Promise((resolve) => {
      check = () => {
        if (pieces.length >= count) resolve();
      };
      check();
    });
  return { pieces, follower: followRunFile({ path, from, onPieces, ...more }), seen };
};

const noMoreWatches = (): never => {
  throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
};

for (const [name, more] of [
  ['with a watch', {}],
  ['when the system has no watch left', { watch: noMoreWatches }],
] as const) {
  void t.test(`lines come as they are written, ${name}`, async (t) => {
    const path = join(t.testdir({ out: '' }), 'out');
    const { pieces, follower, seen } = collect(path, 0, more);
    await appendFile(path, 'one\ntw');
    await seen(1);
    await appendFile(path, 'o\nthree');
    await seen(2);
    t.same(
      pieces.map(({ text }) => text),
      ['one', 'two'],
    );
    await appendFile(path, ', the last');
    follower.finish();
    t.equal(await follower.done, 'one\ntwo\nthree, the last'.length);
    t.same(pieces.at(-1), { text: 'three, the last', partial: false, end: 23 });
  });
}

void t.test('an aborted follower ends where the next one goes on', async (t) => {
  const path = join(t.testdir({ out: 'one\ntwo\nthr' }), 'out');
  const abort = new AbortController();
  const first = collect(path, 0, { signal: abort.signal });
  await first.seen(2);
  abort.abort();
  const offset = await first.follower.done;
  t.equal(offset, 8);
  await appendFile(path, 'ee\n');
  const second = collect(path, offset);
  second.follower.finish();
  t.equal(await second.follower.done, 14);
  t.same(
    second.pieces.map(({ text }) => text),
    ['three'],
  );
});

void t.test('nothing more is read before the last batch was taken, and batches are bounded', async (t) => {
  const path = join(t.testdir(), 'out');
  await writeFile(path, '\n'.repeat(600_000));
  let inHand = 0;
  let count = 0;
  const follower = followRunFile({
    path,
    from: 0,
    onPieces: async (pieces) => {
      inHand += 1;
      t.equal(inHand, 1);
      await new Promise((resolve) => setImmediate(resolve));
      count += pieces.length;
      if (pieces.length > 1_000) t.fail('a batch of more than 1000 pieces');
      inHand -= 1;
    },
  });
  follower.finish();
  t.equal(await follower.done, 600_000);
  t.equal(count, 600_000);
});

void t.test('who has copied its lines gives the bytes back once: another may have read into them since', async (t) => {
  const directory = t.testdir();
  /** A follower whose first batch is held until it is let go. */
  const holding = async (
    name: string,
    lines: number,
  ): Promise<{ letGo: () => void; held: Promise<undefined>; done: Promise<number>; said: Set<string> }> => {
    const path = join(directory, name);
    await writeFile(path, `${name.repeat(99)}\n`.repeat(lines));
    const said = new Set<string>();
    const [begun, over] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const follower = followRunFile({
      path,
      from: 0,
      onPieces: async (pieces) => {
        begun.resolve(undefined);
        await over.promise;
        for (const { source, from, to } of pieces) said.add(source.toString('utf8', from, to));
      },
    });
    follower.finish();
    return { letGo: () => over.resolve(undefined), held: begun.promise, done: follower.done, said };
  };
  const few = await holding('a', 1);
  await few.held;
  const many = await holding('b', 2_000);
  await many.held;
  few.letGo();
  await few.done;
  const others = await holding('c', 2_000);
  await others.held;
  many.letGo();
  others.letGo();
  await Promise.all([many.done, others.done]);
  t.same([...many.said], ['b'.repeat(99)]);
  t.same([...others.said], ['c'.repeat(99)]);
});

void t.test('the bytes of a batch stay until it was taken, whatever others read meanwhile', async (t) => {
  const directory = t.testdir();
  let taken = 0;
  const followers = await Promise.all(
    [1, 2, 3, 4].map(async (n) => {
      const path = join(directory, `out${n}`);
      // Of some, a few bytes are left to read at last.
      await writeFile(path, `${`${n}`.repeat(99)}\n`.repeat(n % 2 === 0 ? 10_000 : 2_650));
      const follower = followRunFile({
        path,
        from: 0,
        onPieces: async (pieces) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (
            !pieces.every(({ text, source, from, to }) => source.subarray(from, to).equals(Buffer.from(text)) && text === `${n}`.repeat(99))
          )
            t.fail('other bytes');
          taken += pieces.length;
        },
      });
      follower.finish();
      return follower.done;
    }),
  );
  t.equal(followers.length, 4);
  t.equal(taken, 25_300);
});

void t.test('an error of the consumer or of the file ends the follower', async (t) => {
  const directory = t.testdir({ out: 'one\n' });
  await t.rejects(followRunFile({ path: join(directory, 'out'), from: 0, onPieces: () => Promise.reject(new Error('full')) }).done, {
    message: 'full',
  });
  await t.rejects(followRunFile({ path: join(directory, 'none'), from: 0, onPieces: () => Promise.resolve() }).done, { code: 'ENOENT' });
});

void t.test('10,000 numbered lines, none lost or doubled, however often the follower stops and goes on', async (t) => {
  const directory = t.testdir();
  let writing = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 12 }), async (stops) => {
      const path = join(directory, `out${writing++}`);
      await writeFile(path, '');
      const script = 'i=1; while [ $i -le 10000 ]; do echo "line $i"; i=$((i + 1)); done';
      const writer = spawn('sh', ['-c', `${script} >>"$1"`, 'sh', path], { stdio: 'ignore' });
      const written = once(writer, 'exit');
      const lines: string[] = [];
      let offset = 0;
      for (const stop of stops) {
        const abort = new AbortController();
        let taken = 0;
        const follower = followRunFile({
          path,
          from: offset,
          signal: abort.signal,
          onPieces: (pieces) => {
            lines.push(...pieces.map(({ text }) => text));
            taken += pieces.length;
            if (taken >= stop || lines.length === 10_000) abort.abort();
            return Promise.resolve();
          },
        });
        offset = await follower.done;
        if (lines.length === 10_000) break;
      }
      await written;
      const rest = collect(path, offset);
      rest.follower.finish();
      await rest.follower.done;
      lines.push(...rest.pieces.map(({ text }) => text));
      return lines.length === 10_000 && lines.every((line, i) => line === `line ${i + 1}`);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

void t.test('what agents write', async (t) => {
  const outputOf = async (agent: string): Promise<{ out: Said[]; err: Said[] }> => {
    const run = await newRun(t);
    await writeInput(run.directory, userLine('go'));
    await closeInput(run.directory);
    const handle = await launchIn(run, agentPath(agent));
    const [out, err] = [collect(run.paths.out), collect(run.paths.err)];
    await waitForExit(handle, run.directory);
    await sweepRun(run.runId, handle);
    for (const { follower } of [out, err]) follower.finish();
    await Promise.all([out.follower.done, err.follower.done]);
    return { out: out.pieces, err: err.pieces };
  };

  const invalid = await outputOf('invalid-utf8');
  t.same(invalid.out[2], {
    text: 'bad \ufffd\ufffd\ufffd(',
    base64: Buffer.from('62616420fffec328', 'hex').toString('base64'),
    partial: false,
    end: invalid.out[2]?.end,
  });
  t.same(invalid.err, [{ text: 'err \ufffd', base64: 'ZXJyIIA=', partial: false, end: 6 }]);

  const huge = await outputOf('huge-line');
  t.same(
    huge.out.map(({ partial }) => partial),
    [false, true, true, true, true, true, false, false],
  );
  t.match(
    JSON.parse(
      huge.out
        .slice(1, 7)
        .map(({ text }) => text)
        .join(''),
    ),
    { type: 'assistant' },
  );

  t.equal((await outputOf('no-newline-at-end')).out.at(-1)?.text, '{"type":"system","subtype":"last_words"}');
});
