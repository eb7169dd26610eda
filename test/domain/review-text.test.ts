import t from 'tap';
import { hasLine, linesOf, reviewText, type Remark } from '../../src/domain/review-text.ts';

const baseCommit = '0123456789abcdef0123456789abcdef01234567';
const remark = (changes: Partial<Remark> = {}): Remark => ({ path: 'a.txt', line: 1, side: 'new', text: 'Why?', ...changes });
const told = (content: string | null, changes: Partial<Remark> = {}, summary: string | null = null): string =>
  reviewText([{ remark: remark(changes), file: linesOf(content === null ? null : Buffer.from(content)) }], { summary, baseCommit });

void t.test('a remark stands with the lines around its own', (t) => {
  const content = Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`).join('');
  t.equal(
    told(content, { line: 9, text: ' Why?\n' }, 'Good so far.\n').slice(told('', {}).indexOf('\n\n') + 2),
    'Good so far.\n\n1. "a.txt", line 9:\n\n```\n   6 | line 6\n   7 | line 7\n   8 | line 8\n>  9 | line 9\n  10 | line 10\n  11 | line 11\n  12 | line 12\n```\n\nWhy?',
  );
  t.match(
    told(content, { line: 1, side: 'old' }),
    /line 1 as it was before your changes \(commit 0123456789ab\):\n\n```\n> 1 \| line 1\n {2}2 \| /,
  );
  t.match(told(content, { line: 12 }), /> 12 \| line 12\n```/);
  t.match(reviewText([], { summary: 'All fine.', baseCommit }), /^Your work was reviewed\.\n\nAll fine\.$/);
  t.end();
});

void t.test('what is quoted stays a quotation, of whatever it is', (t) => {
  t.match(told('before\n```\nno end\n````` x\n', { line: 2 }), /\n``````\n.*\n``````\n\nWhy\?$/s);
  t.ok(told(`${'x'.repeat(100_000)}\n`).length < 1000);
  t.notMatch(told(`${'x'.repeat(299)}\u{1F600}${'y'.repeat(10)}`), /[\uD800-\uDFFF](?![\uDC00-\uDFFF])/u);
  t.match(told(null), /too large/);
  t.match(told('\0\u0001'), /binary/);
  t.match(told('', { line: 1 }), /empty/);
  t.match(told('one\r\ntwo\r\n', { line: 2 }), /> 2 \| two\n/);
  t.match(told('x', { path: 'a\n"b".txt' }), /1\. "a\\n\\"b\\"\.txt", line 1:/, 'a name cannot break its line');
  const strange = told('x', { text: 'a\0b\uD800c' });
  t.ok(strange.isWellFormed() && !strange.includes('\0'));
  t.end();
});

void t.test('which lines a file has', (t) => {
  for (const [content, lines] of [
    ['', 1],
    ['a', 1],
    ['a\n', 1],
    ['a\nb', 2],
    ['a\n\n', 2],
    ['\n', 1],
  ] as const) {
    t.ok(hasLine(linesOf(Buffer.from(content)), lines), JSON.stringify(content));
    t.notOk(hasLine(linesOf(Buffer.from(content)), lines + 1), JSON.stringify(content));
  }
  t.ok(hasLine(linesOf(null), 1_000_000));
  t.end();
});
