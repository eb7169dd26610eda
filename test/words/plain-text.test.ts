/** What an agent repeats, as a terminal may be shown it. */
import t from 'tap';
import { plainText } from '../../words/plain-text.ts';

void t.test('sequences go as a whole, and nothing else does', (t) => {
  for (const [given, shown] of [
    ['a\u001b[31mred\u001b[0m\u0007\u0085b\nc\td', 'aredb\nc\td'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bP1;2|secret\u001b\\y', 'y'],
    ['\u009b31mz\u009d0;t\u009cw', 'zw'],
    ['\u001b(B\u001b=\u001bMv', 'v'],
    ['\u001b[38:2::1:2:3mcolour\u001b[?25l', 'colour'],
    ['\u001b]never ended\nnext', 'never ended\nnext'],
    ['\u001b[\u001b[31mtwice', 'twice'],
    ['plain [31m text', 'plain [31m text'],
  ] as const)
    t.equal(plainText(given), shown, JSON.stringify(given));
  t.end();
});

void t.test('however much of it there is', (t) => {
  for (const beginning of ['\u001b]', '\u001b]a;b', '\u001b[', '\u001b[1;', '\u009d', '\u001bP', '\u001b(', '\u001b', '\u001b[ '])
    t.notMatch(plainText(beginning.repeat(400_000)), /\p{Cc}/u, JSON.stringify(beginning));
  for (const [head, middle] of [
    ['\u001b]', 'a;'],
    ['\u001b[', '1;'],
    ['\u001b[', ' '],
  ] as const)
    t.notMatch(plainText(head + middle.repeat(1_000_000)), /\p{Cc}/u, JSON.stringify(head + middle));
  t.end();
});
