import t from 'tap';
import fc from 'fast-check';
import { maxPieceBytes, openSplitter, type Piece } from '../../src/process/split-lines.ts';

const whole = (bytes: Buffer, from = 0, maxBytes?: number): Piece[] => {
  const splitter = openSplitter(from, maxBytes);
  return [...splitter.push(bytes), ...splitter.end()];
};
const split = (...args: Parameters<typeof whole>): Omit<Piece, 'source' | 'from' | 'to'>[] =>
  whole(...args).map(({ source: _source, from: _from, to: _to, ...piece }) => piece);

void t.test('lines, with their ends', (t) => {
  t.same(split(Buffer.from('a\n\nbc\r\nd')), [
    { text: 'a', partial: false, end: 2 },
    { text: '', partial: false, end: 3 },
    { text: 'bc\r', partial: false, end: 7 },
    { text: 'd', partial: false, end: 8 },
  ]);
  t.same(split(Buffer.alloc(0)), []);
  t.same(split(Buffer.from('a\n'), 100), [{ text: 'a', partial: false, end: 102 }]);
  t.end();
});

void t.test('bytes that are not UTF-8', (t) => {
  t.same(split(Buffer.from([0x61, 0xff, 0xc3, 0x28, 0x0a])), [{ text: 'a\ufffd\ufffd(', base64: 'Yf/DKA==', partial: false, end: 5 }]);
  t.same(split(Buffer.from('\ufeffé\n')), [{ text: '\ufeffé', partial: false, end: 6 }]);
  t.same(split(Buffer.from('a\0b\n')), [{ text: 'a\0b', partial: false, end: 4 }]);
  t.end();
});

void t.test('a long line comes in pieces that split no character', (t) => {
  t.same(split(Buffer.from('abcdé€f\n'), 0, 5), [
    { text: 'abcd', partial: true, end: 4 },
    { text: 'é€', partial: true, end: 9 },
    { text: 'f', partial: false, end: 11 },
  ]);
  t.same(split(Buffer.from('abcde\nfghijk'), 0, 5), [
    { text: 'abcde', partial: false, end: 6 },
    { text: 'fghij', partial: true, end: 11 },
    { text: 'k', partial: false, end: 12 },
  ]);
  const garbage = split(Buffer.alloc(7, 0x80), 0, 5);
  t.same(
    garbage.map(({ partial, end }) => [partial, end]),
    [
      [true, 5],
      [false, 7],
    ],
  );
  t.same(
    split(Buffer.alloc(maxPieceBytes, 'x')).map(({ partial }) => partial),
    [false],
  );
  t.same(
    split(Buffer.alloc(maxPieceBytes + 1, 'x')).map(({ partial }) => partial),
    [true, false],
  );
  t.end();
});

void t.test('any bytes, however they arrive and wherever reading went on, are the same pieces', (t) => {
  const bytes = fc
    .array(
      fc.oneof(fc.constant('\n'), fc.constant('é'), fc.constant('€😀'), fc.string({ maxLength: 8 }), fc.uint8Array({ maxLength: 6 })),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(200), { maxLength: 8 }), fc.nat(1_000), (all, cuts, resume) => {
      const pieces = whole(all, 0, 7);
      const said = (of: Piece[]): string => JSON.stringify(of.map(({ source: _source, from: _from, to: _to, ...piece }) => piece));
      const splitter = openSplitter(0, 7);
      const edges = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length];
      const arrived = edges.slice(1).flatMap((edge, i) => splitter.push(Buffer.from(all.subarray(edges[i], edge))));
      arrived.push(...splitter.end());
      const at = pieces.length === 0 ? 0 : resume % pieces.length;
      const from = pieces[at]?.end ?? 0;
      const resumed = whole(all.subarray(from), from, 7);
      const exact = pieces.flatMap(({ text, base64, partial, end }, i) => {
        const bytesOf = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64');
        const endsWithNewline = !partial && (i < pieces.length - 1 || all.at(-1) === 0x0a) && end <= all.length;
        return endsWithNewline ? [bytesOf, Buffer.from('\n')] : [bytesOf];
      });
      return (
        said(arrived) === said(pieces) &&
        said(resumed) === said(pieces.slice(at + 1)) &&
        Buffer.concat(exact).equals(all) &&
        pieces.every(({ source, from, to, text, base64 }) =>
          source.subarray(from, to).equals(base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64')),
        ) &&
        pieces.every(({ end }, i) => end > (pieces[i - 1]?.end ?? 0))
      );
    }),
    { numRuns: 2_000 },
  );
  t.end();
});
