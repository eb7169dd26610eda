import t from 'tap';
import fc from 'fast-check';
import { BatchEncoder } from '../../src/events/records/batch-encoder.ts';
import { mostEscaped, escapeJson } from '../../src/events/records/escape-json.ts';
import { readHead, readHeadLike } from '../../src/events/records/record-head.ts';
import { taskId } from './helpers.ts';

const head = { firstId: 41, taskId: taskId(1), at: '2026-01-02T03:04:05.678Z' };
const wellFormed = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());

void t.test('a text is escaped as JSON.stringify does it', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(wellFormed, fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\0', '\u001f', '\u007f', '\u2028', 'é', '😀', 'a') })),
      (text) => {
        const bytes = Buffer.from(`##${text}##`);
        const to = Buffer.alloc(mostEscaped * bytes.length + 1);
        const at = escapeJson(bytes, 2, bytes.length - 2, to, 1);
        return to.toString('utf8', 1, at) === JSON.stringify(text).slice(1, -1);
      },
    ),
    { numRuns: 2_000 },
  );
  t.end();
});

void t.test('a line of bytes gives the record that its text gives', (t) => {
  const mark = fc.record({
    jsonType: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
    partial: fc.constantFrom(undefined, true as const),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(wellFormed, mark, fc.constantFrom('stdout' as const, 'stderr' as const)), { minLength: 1 }), (lines) => {
      const encoder = new BatchEncoder();
      const as = (asBytes: boolean): string =>
        encoder
          .encode(
            head,
            lines.map(([content, { jsonType, partial }, stream]) => {
              const marks = { ...(jsonType !== undefined && { jsonType }), ...(partial && { partial }) };
              const line = Buffer.from(`(${content})`);
              return asBytes
                ? { type: 'output', stream, line, from: 1, to: line.length - 1, ...marks }
                : { type: 'output', stream, content, ...marks };
            }),
            { ended: true },
          )
          .toString();
      return as(true) === as(false) && as(false).split('\n').length === lines.length + 1;
    }),
    { numRuns: 500 },
  );
  t.end();
});

void t.test('a head like the one before it is read as any head, and one that is damaged as none', (t) => {
  const first = Buffer.from(`{"id":1234,"taskId":"${taskId(1)}","type":"output","at":"x"}`);
  const like = readHead(first, 0, first.length);
  t.match(like, { id: 1234, type: 'output' });
  if (like === null) return t.end();
  const second = Buffer.from(`{"id":98765,"taskId":"${taskId(1)}","type":"output","at":"x"}`);
  const both = Buffer.concat([first, second]);
  const end = both.length;
  t.strictSame(readHeadLike(both, like, first.length, end), readHead(both, first.length, end));
  for (let n = first.length; n < end - '"at":"x"}'.length - 1; n++) {
    const damaged = Buffer.from(both);
    damaged[n] = 0;
    t.equal(readHeadLike(damaged, like, first.length, end), null, `byte ${n}`);
    t.equal(readHead(damaged, first.length, end), null);
    t.equal(readHeadLike(both, like, first.length, n), null, 'cut');
    t.equal(readHead(both, first.length, n), null);
  }
  for (const text of [
    '{"id":,"taskId":"a","type":"b"',
    '{"id":12345678901234567,"taskId":"a","type":"b"',
    '{"id":1,"taskId":"","type":"b"',
    '{"id":1,"taskId":"a/b","type":"b"',
  ])
    t.equal(readHead(Buffer.from(text), 0, text.length), null, text);
  t.end();
});
