import t from 'tap';
import { marksIn, parseCommands, parseRows, usersIn } from '../../../src/process/platform/macos.ts';

// As ps of macOS 15 prints them with LC_ALL=C.
const rows = `    1     0     1 Ss   Sun Nov 22 08:00:01 2026
  512     1   512 S    Sun Nov 22 09:14:07 2026
40211     1 40211 Ss   Sun Nov  1 12:34:56 2026
40215 40211 40211 S+   Sun Nov 22 12:34:56 2026
40300 40215 40300 T    Sun Nov 22 12:35:00 2026
40301 40215 40300 Z    Sun Nov 22 12:35:01 2026
40302 40215 40300 U    Sun Nov 22 12:35:01 2026
`;

void t.test('rows of ps', (t) => {
  const parsed = parseRows(rows);
  t.equal(parsed.length, 7);
  t.same(parsed[2], { pid: 40211, ppid: 1, pgid: 40211, sid: null, startTime: 'Sun Nov 1 12:34:56 2026', state: 'running' });
  t.same(
    parsed.map(({ state }) => state),
    ['running', 'running', 'running', 'running', 'stopped', 'zombie', 'running'],
  );
  t.same(parseRows('\nps: garbage\n'), []);
  t.end();
});

void t.test('the environment is what stands behind the command', (t) => {
  const commands = parseCommands('40211 /bin/sh wrapper.sh /runs/abc claude -p\n40215 grep MAKIMA_RUN_ID=abc\n40300 (sleep)\n');
  const both = parseCommands(
    '40211 /bin/sh wrapper.sh /runs/abc claude -p PATH=/usr/bin:/bin HOME=/Users/a b MAKIMA_RUN_ID=abc SHELL=/bin/zsh\n40215 grep MAKIMA_RUN_ID=abc PATH=/usr/bin MAKIMA_RUN_ID=abcd\n40300 (sleep)\n',
  );
  const hasMarker = (command: string, both: string, marker: string): boolean =>
    marksIn(command, both, 'MAKIMA_RUN_ID').includes(marker.slice('MAKIMA_RUN_ID='.length));
  const has = (pid: number, marker: string): boolean => hasMarker(commands.get(pid) ?? '\0', both.get(pid) ?? '', marker);
  t.ok(has(40211, 'MAKIMA_RUN_ID=abc'));
  t.notOk(has(40211, 'MAKIMA_RUN_ID=ab'));
  t.notOk(has(40215, 'MAKIMA_RUN_ID=abc'), 'an argument is no environment');
  t.ok(has(40215, 'MAKIMA_RUN_ID=abcd'));
  t.notOk(has(40300, 'MAKIMA_RUN_ID=abc'));
  t.notOk(has(1, 'MAKIMA_RUN_ID=abc'), 'a pid that only one of the two lists has');
  t.notOk(hasMarker('node a.js', 'node b.js MAKIMA_RUN_ID=abc', 'MAKIMA_RUN_ID=abc'), 'another command by now');
  t.end();
});

void t.test('who has a directory, or what is below it, open, as lsof -F pn prints it', (t) => {
  const output = 'p501\nfcwd\nn/Users/a/w/tree\nftxt\nn/bin/zsh\np502\nfcwd\nn/\nf3\nn/Users/a/w/tree/db\np503\nfcwd\nn/Users/a/w/tree-2\n';
  t.strictSame(usersIn(output, '/Users/a/w/tree'), [501, 502]);
  t.strictSame(usersIn('', '/Users/a/w/tree'), []);
  t.end();
});
