/** What the command shows: widths, tables, trees, times, and nothing of an agent's that a terminal would act on. */
import t from 'tap';
import { columnsOf, cutTo, plain, withinLine } from '../../../clients/cli/output/plain.ts';
import { money, shortSize } from '../../../clients/cli/output/sizes.ts';
import { table } from '../../../clients/cli/output/table.ts';
import { placed, taskTable } from '../../../clients/cli/output/task-rows.ts';
import { readMoment, readStretch, shortTime } from '../../../clients/cli/output/times.ts';
import { waitOf } from '../../../clients/cli/output/waits.ts';
import { exitCodeOf } from '../../../clients/cli/output/outcome.ts';
import { inWordsOfCommands } from '../../../clients/cli/output/in-commands.ts';
import { reword } from '../../../clients/cli/program.ts';
import { errorTable } from '../../../src/error-table.ts';
import type { ListedTask } from '../../../clients/typescript/index.ts';
import { sampleTask } from '../../support/sample-task.ts';

const made = '2026-11-27T10:00:00.000Z';
const task = (id: string, more: Partial<ListedTask> = {}): ListedTask => {
  const { plan: _, ...listed } = sampleTask({
    id: `${id}-0000-4000-8000-000000000000`,
    name: id,
    status: 'running',
    createdAt: made,
    updatedAt: made,
  });
  return { ...listed, ...more };
};
const now = Date.parse('2026-11-27T10:05:00.000Z');
const bare = { width: null, paint: (_colour: string, text: string) => text };

void t.test('text of others says nothing to a terminal', (t) => {
  t.equal(plain('a\u001b[31mred\u001b[0m\u0007\u0085b\nc\td'), 'aredb\nc\td');
  t.equal(plain('\u001b]0;title\u0007x'), 'x');
  t.equal(
    plain('\u009b31mred \u009d0;title\u009cx \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ \u001bPsecret\u001b\\y \u001b[?25lz'),
    'red x link y z',
  );
  t.equal(plain('a\u202eb\u2066c'), 'a\ufffdb\ufffdc', 'what turns the direction is shown to be there');
  for (const beginning of ['\u001b]', '\u001b]a;b', '\u001b[1;', '\u009d', '\u001b('])
    t.notMatch(plain(beginning.repeat(400_000)), /\p{Cc}/u, `however much of ${JSON.stringify(beginning)} there is`);
  t.equal(withinLine('one\ntwo\t\u2028three'), 'one two three');
  t.end();
});

void t.test('columns of a terminal', (t) => {
  for (const [text, columns] of [
    ['plain', 5],
    ['\u001b[1mbold\u001b[0m', 4],
    ['日本', 4],
    ['e\u0301', 1],
    ['👍🏽', 2],
  ] as const)
    t.equal(columnsOf(text), columns, text);
  t.equal(cutTo('a long name', 8), 'a long…');
  t.equal(cutTo('日本語', 5), '日本…');
  t.equal(cutTo('short', 5), 'short');
  t.equal(cutTo('short', 0), '');
  t.end();
});

void t.test('a table has no empty column and fits, the widest giving way', (t) => {
  const columns = [{ heading: 'A' }, { heading: 'N', isNumber: true }, { heading: 'EMPTY' }, { heading: 'TEXT', shrinksTo: 4 }];
  const rows = [
    ['x', '1', '', 'something long'],
    ['yyy', '22', '', 'short'],
  ];
  t.equal(table(columns, rows, { width: null }), 'A     N  TEXT\nx     1  something long\nyyy  22  short\n');
  t.equal(table(columns, rows, { width: 17 }), 'A     N  TEXT\nx     1  somethi…\nyyy  22  short\n');
  t.match(table(columns, rows, { width: 1 }), /som…$/m, 'no further than it may');
  t.end();
});

void t.test('tasks stand as the trees that they make', (t) => {
  const top = task('aaaaaaaa', { createdAt: '2026-11-27T09:00:00.000Z', model: 'opus', isOrchestrator: true });
  const first = task('bbbbbbbb', { parentTaskId: top.id, status: 'done' });
  const second = task('cccccccc', { parentTaskId: top.id, status: 'queued' });
  const below = task('dddddddd', { parentTaskId: first.id });
  const orphan = task('eeeeeeee', { parentTaskId: task('ffffffff').id });
  // Newest first, as lists are.
  const listed = [orphan, below, second, first, top];
  t.strictSame(
    placed(listed).map(({ task, branches }) => `${branches}${task.name}`),
    ['eeeeeeee', 'aaaaaaaa', '├─ bbbbbbbb', '│  └─ dddddddd', '└─ cccccccc'],
  );
  t.strictSame(
    placed([below, second, first]).map(({ task, branches }) => `${branches}${task.name}`),
    ['bbbbbbbb', '└─ dddddddd', 'cccccccc'],
    'siblings stand as they do below their parent, without it too',
  );
  const text = taskTable(listed, bare, now);
  t.match(text, /^ID +STATE +AGE +AGENT +NAME +WAITS FOR\n/, 'no cost, so no column of it');
  t.match(text, /^aaaaaaaa +running +1h +claude\/opus +aaaaaaaa$/m);
  t.match(text, /^cccccccc +queued +5m +claude +└─ cccccccc +a slot$/m);
  t.end();
});

void t.test('ids are as long as tells them apart', (t) => {
  const [one, other] = [task('aaaaaaaa'), { ...task('aaaaaaaa'), id: 'aaaaaaaa-1111-4000-8000-000000000000' }];
  t.match(taskTable([one, other], bare, now), /^aaaaaaaa-000 [^]*^aaaaaaaa-111 /m);
  t.end();
});

void t.test('what a task waits for, also of kinds to come', (t) => {
  const waits = (waitsFor: unknown, status = 'blocked'): string => waitOf({ status, waitsFor }, now);
  t.equal(waits({ kind: 'slot', position: 3 }), 'a slot (3 in line)');
  t.equal(waits({ kind: 'subtasks', taskIds: ['a', 'b'] }), '2 subtasks');
  t.equal(waits({ kind: 'limit', until: '2026-11-27T10:35:00.000Z' }), 'a limit, 30m more');
  t.equal(waits({ kind: 'moon' }), 'moon');
  t.equal(waits(null), '');
  t.end();
});

void t.test('times, sizes and money', (t) => {
  t.strictSame([0, 59_999, 60_000, 3_599_000, 7_200_000, 172_800_000].map(shortTime), ['0s', '59s', '1m', '59m', '2h', '2d']);
  t.strictSame(['90', '90s', '1h30m', '2d', '1.5h', 'x', '', '5 m'].map(readStretch), [
    90_000,
    90_000,
    5_400_000,
    172_800_000,
    5_400_000,
    null,
    null,
    null,
  ]);
  t.equal(readMoment('10m', now), now - 600_000);
  t.equal(readMoment('2026-11-27T10:00:00Z', now), now - 300_000);
  t.equal(readMoment('yesterday', now), null);
  t.strictSame([0, 999, 1024, 5_000_000, 3e12].map(shortSize), ['0 B', '999 B', '1.0 KB', '4.8 MB', '2.7 TB']);
  t.strictSame([undefined, 0, 0.0012, 1.234].map(money), ['', '', '$0.0012', '$1.23']);
  t.end();
});

void t.test('what a script reads of an end', (t) => {
  const completion = { action: 'merge', message: null, prUrl: null, commitSha: null, branch: null } as const;
  t.equal(exitCodeOf(task('a', { status: 'done' })), 0);
  t.equal(exitCodeOf(task('a', { status: 'done', completion: { ...completion, status: 'failed' } })), 1, 'work that did not arrive');
  t.equal(exitCodeOf(task('a', { status: 'failed' })), 1);
  t.equal(exitCodeOf(task('a', { status: 'interrupted' })), 2);
  t.equal(exitCodeOf(task('a')), 8);
  t.end();
});

void t.test('what was typed wrongly is said in the words of makima', (t) => {
  t.match(
    reword("error: unknown command 'rnu'\n(Did you mean run?)\n"),
    /^makima: "rnu" is no command of makima\. Did you mean `makima run`\?/,
  );
  t.equal(reword("error: unknown option '--al'\n(Did you mean --all?)\n"), "makima: unknown option '--al'. Did you mean --all?\n");
  t.equal(reword("error: missing required argument 'task'\n"), "makima: missing required argument 'task'.\n");
  t.equal(
    reword("error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh.\n"),
    'makima: "tcsh" is no shell. Allowed choices are bash, zsh.\n',
  );
  t.end();
});

void t.test('what the daemon says to call is said as what to type', (t) => {
  const routes = Object.entries(errorTable).filter(([, { remedy }]) => /\b(?:GET|POST) /.test(remedy));
  t.ok(routes.length > 8);
  const bound = ['HANDLER_TIMEOUT'];
  for (const [code, { remedy }] of routes)
    if (!bound.includes(code)) t.notMatch(inWordsOfCommands(code, remedy), /\b(?:GET|POST) |\/tasks/, code);
  for (const [code, typed] of [
    ['COMMENT_MISPLACED', /`makima diff <task>` has them; --old-comment for/],
    ['BRANCH_MOVED', /^`makima complete <task> --action merge --target-branch <this branch>`, which merges the two/],
  ] as const)
    t.match(inWordsOfCommands(code, errorTable[code].remedy), typed);
  t.equal(
    inWordsOfCommands('TASK_NOT_FOUND', 'There is none. GET /base/api/v1/mesh/tasks lists them.'),
    'There is none. `makima ls --all` lists them.',
  );
  t.equal(inWordsOfCommands('VALIDATION_FAILED', `${errorTable.VALIDATION_FAILED.remedy}.`), 'Correct what is named.');
  t.match(inWordsOfCommands('MERGE_CONFLICT', 'It conflicts.'), /^It conflicts\.\n {2}`makima merge resolve /);
  t.end();
});
