/** The parser of event streams, by the HTML standard, however the bytes are cut. */
import t from 'tap';
import fc from 'fast-check';
import { textOf } from '../../clients/typescript/chunks.ts';
import { SseParser, type Frame } from '../../clients/typescript/sse.ts';

const encoder = new TextEncoder();

/** A body that comes in these pieces. */
const answer = (pieces: readonly Uint8Array[]): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    }),
  );

/** Cuts bytes at these places, in the middle of a character too. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
};

const framesOf = async (pieces: readonly Uint8Array[]): Promise<Frame[]> => {
  const parser = new SseParser();
  const frames: Frame[] = [];
  for await (const text of textOf(answer(pieces), null)) frames.push(...parser.push(text));
  return frames;
};

const frame = (id: string, event: string, data: string): Frame => ({ id, event, data });

void t.test('the fields of the standard', async (t) => {
  const cases: [text: string, frames: Frame[]][] = [
    ['data: a\n\n', [frame('', 'message', 'a')]],
    ['data:a\ndata:  b\n\n', [frame('', 'message', 'a\n b')]],
    ['data\n\ndata\ndata\n\ndata:', [frame('', 'message', ''), frame('', 'message', '\n')]],
    [': a comment\nid: 7-home\nevent: output\ndata: {}\n\n', [frame('7-home', 'output', '{}')]],
    ['id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n', [frame('1', 'message', 'a'), frame('1', 'message', 'b'), frame('', 'message', 'c')]],
    ['id: 1\n\ndata: a\n\n', [frame('1', 'message', 'a')]],
    ['id: 1\0\ndata: a\n\n', [frame('', 'message', 'a')]],
    ['event: x\n\ndata: a\n\n', [frame('', 'message', 'a')]],
    ['retry: 10\nunknown: x\ndata: a: b\n\n', [frame('', 'message', 'a: b')]],
    ['data: a\r\n\r\ndata: b\r\rdata: c\n\r', [frame('', 'message', 'a'), frame('', 'message', 'b'), frame('', 'message', 'c')]],
    ['\u{feff}data: a\n\n', [frame('', 'message', 'a')]],
    ['data: it broke off here', []],
    ['data: it broke off here\n', []],
  ];
  for (const [text, frames] of cases) {
    const bytes = encoder.encode(text);
    t.strictSame(await framesOf([bytes]), frames, JSON.stringify(text));
    t.strictSame(await framesOf(cut(bytes, [...bytes.keys()])), frames, `${JSON.stringify(text)}, byte by byte`);
  }
});

void t.test('whatever a daemon sends comes out as it was, with any ends of lines, cut anywhere', async (t) => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n\0]/g, ''));
  const sent = fc.array(
    fc.record({
      id: fc.nat().map((n) => `${n}-home`),
      event: fc.constantFrom('output', 'status', 'end'),
      data: fc.array(line, { minLength: 1, maxLength: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(sent, fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat({ max: 100_000 })), async (events, end, places) => {
      const text = events
        .map(({ id, event, data }) =>
          [`id: ${id}`, ': still here', `event: ${event}`, ...data.map((each) => `data: ${each}`), '', ''].join(end),
        )
        .join('');
      // A lone surrogate has no bytes of its own.
      const wanted = events.map(({ id, event, data }) => frame(id, event, data.join('\n').toWellFormed()));
      t.strictSame(await framesOf(cut(encoder.encode(text), places)), wanted);
    }),
    { numRuns: 200 },
  );
});

void t.test('what never ends is refused before it fills the memory', (t) => {
  const piece = 'x'.repeat(16 * 1024 * 1024);
  const push = (texts: readonly string[]) => () => {
    const parser = new SseParser();
    for (const text of texts) for (const each of parser.push(text)) t.fail(each.event);
  };
  t.throws(push(['data: ', piece, piece, piece, piece, piece]), { code: 'UNEXPECTED_ANSWER' });
  t.throws(push(Array.from({ length: 5 }, () => `data: ${piece}\n`)), { code: 'UNEXPECTED_ANSWER' });
  t.end();
});

void t.test('a connection on which nothing comes is taken for dead, and what was opened is closed', async (t) => {
  let closed = false;
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('data: a\n')),
    cancel: () => {
      closed = true;
    },
  });
  const texts = textOf(new Response(silent), 5);
  t.equal((await texts.next()).value, 'data: a\n');
  await t.rejects(texts.next(), { message: 'nothing came for 0.005 s' });
  t.ok(closed);
});
