/** Texts that come word by word, as a person reads them. */
import t from 'tap';
import { JoinedText } from '../../words/joined-text.ts';
import { plainText } from '../../words/plain-text.ts';

/** What is shown of one text in these pieces, each apart. */
const shown = (pieces: readonly string[], indent = ''): string[] => {
  const text = new JoinedText(plainText);
  return [...pieces.map((piece, n) => text.piece(piece, { goesOn: n > 0, indent })), text.end()];
};
const joined = (pieces: readonly string[], indent = ''): string => shown(pieces, indent).join('');

void t.test('each piece is shown as it comes, and a line as soon as it ends', (t) => {
  t.strictSame(shown(['I', ' see', ' it.\n', 'And', ' more']), ['I', ' see', ' it.\n', 'And', ' more', '\n']);
  t.strictSame(shown(['one', '\n', '\n', 'two', '  ', 'three', '\n\n', ' \n']), ['one', '\n', '', '\ntwo', '', '  three', '\n', '', '']);
  t.equal(joined(['\n\n', '\n  first', ' line']), '  first line\n', 'without the empty lines before and after it');
  t.strictSame(shown([' ', '\n', '']), ['', '', '', ''], 'a text of nothing is none');
  t.equal(joined(['a\n', '\nb', '\n', 'c'], '  '), '  a\n\n  b\n  c\n', 'further in');
  t.end();
});

void t.test('however a text is cut, it is what it is as a whole', (t) => {
  for (const text of [
    'plain words, and more of them',
    '\u001b[31mred\u001b[0m and \u001b]0;a title\u0007none \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\.',
    'faces 😀👍🏽 and 日本\nlines\n\n  and space \u009b31mred \u009d0;t\u009cw',
    '\u001b]never ended\nnext \u001b',
  ]) {
    const whole = `${plainText(text).trimEnd()}\n`;
    for (const length of [1, 2, 3, 7]) {
      const pieces: string[] = [];
      for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length));
      t.equal(joined(pieces), whole, `${JSON.stringify(text)} in pieces of ${length}`);
    }
  }
  t.end();
});

void t.test('what is no piece of it ends its line', (t) => {
  const text = new JoinedText(plainText);
  const parts = [
    text.whole('before'),
    text.piece('one', { goesOn: false, indent: '' }),
    text.piece(' two ', { goesOn: true, indent: '' }),
    text.whole('[stderr] between'),
    text.piece('three', { goesOn: true, indent: '' }),
    text.piece('another', { goesOn: false, indent: '  ' }),
    text.end(),
    text.end(),
  ];
  t.equal(parts.join(''), 'before\none two\n[stderr] between\nthree\n  another\n');
  t.end();
});

void t.test('what is held back is bounded', (t) => {
  const text = new JoinedText(plainText);
  let length = 0;
  for (let n = 0; n < 1000; n++) length += text.piece('\u001b]'.padEnd(1000, 'x'), { goesOn: n > 0, indent: '' }).length;
  t.ok(length > 990_000);
  t.equal(joined(['word', ...Array.from({ length: 1000 }, () => ' '.repeat(1000)), 'end']), `word${' '.repeat(4096)}end\n`);
  t.end();
});
