/** A branch that is there is gone on with, reviewed and brought out by the command. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { git, scratch, startDaemon, userRepository } from '../../support/daemon.ts';
import { runCommand } from './run-command.ts';

void t.test('from a branch to a review and back', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const repository = userRepository(t, { 'ten.txt': 'one\ntwo\nthree\n' });
  git(repository, 'branch', 'fix');
  const makima = (args: string[], input = '') => runCommand(daemon.home, args, { cwd: repository, input });
  const id = (
    await makima(['run', '-d', '--branch', 'fix', '--action', 'branch', '--name', 'Fix', 'RUN: echo four >> ten.txt'])
  ).out.trim();
  t.match(await makima(['wait', id]), { code: 0 });
  t.match(await makima(['show', id]), { out: /^Branch: +fix, which was there$/m });
  for (const [args, says] of [
    [['--base', 'main'], /cannot be used with option '--base/],
    [['--no-repo'], /no branch to go on with/],
  ] as const)
    t.match(await makima(['run', '-d', '--branch', 'fix', ...args, 'RUN: :']), { code: /[12]/, err: says });

  for (const [args, input, says] of [
    [[], '', /Give the review with --comment, --old-comment or --summary, in a file, or on standard input/],
    [['-c', 'ten.txt'], '', /write it as path:line:text/],
    [['-c', 'ten.txt:9:x'], '', /Comment 1, of ten\.txt line 9/],
    [['-'], '{"comments', /no JSON/],
    [['-'], '[]', /is to be \{"comments"/],
    [[join(scratch(t), 'none')], '', /cannot be read/],
    [['-', '-c', 'ten.txt:1:x'], '{}', /not both/],
  ] as const) {
    const refused = await makima(['review', id, ...args], input);
    t.notSame(refused.code, 0, args.join(' '));
    t.match(refused.err, says);
  }
  const given = [
    '-c',
    'ten.txt:4: Why: four?',
    '-c',
    'ten.txt:1:First: line.',
    '--old-comment',
    'ten.txt:3:Was fine.\nRUN: echo five >> ten.txt',
    '--summary',
    'Nearly.',
  ];
  t.match(await makima(['review', id, ...given]), { code: 0, err: /kept, and the agent gets it/ });
  t.match(await makima(['wait', id]), { code: 0 });
  const told = (await daemon.lines(id, 'stdin')).join('\n');
  t.match(told, /Nearly\.\n\n1\. "ten\.txt", line 4:\n[^]*> 4 \| four\n[^]*Why: four\?[^]*3\. "ten\.txt", line 3 as it was/);
  t.equal(git(repository, 'show', 'fix:ten.txt'), 'one\ntwo\nthree\nfour\nfive');

  const file = join(scratch(t), 'review.json');
  writeFileSync(file, JSON.stringify({ comments: [{ path: 'ten.txt', line: 5, text: 'And six.' }] }));
  const sent = await makima(['review', 'Fix', file, '--json']);
  t.match(JSON.parse(sent.out), { delivered: false });
  await daemon.ended(id);
  t.match((await daemon.lines(id, 'stdin')).join('\n'), /> 5 \| five\n```\n\nAnd six\.$/);
});
