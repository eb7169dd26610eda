/** Merging subtasks by the command: what is there, what would come of it, a conflict from its finding to its end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon, userRepository } from '../../support/daemon.ts';
import { runCommand } from './run-command.ts';

void t.test('two subtasks that change the same line', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const makima = (...args: string[]) => runCommand(daemon.home, args);
  const repositoryUrl = userRepository(t, { 'a.txt': 'old\n' });
  const parent = await daemon.ended((await daemon.start({ name: 'Lead', plan: 'RUN: true', isOrchestrator: true, repositoryUrl })).id);
  for (const name of ['One', 'Two'])
    await daemon.ended((await daemon.start({ name, plan: `RUN: echo ${name} > a.txt`, parentTaskId: parent.id })).id);

  t.match((await makima('ls')).out, /Lead\n[^]*├─ One\n[^]*└─ Two\n/);
  t.match((await makima('show', 'Lead')).out, /an orchestrator[^]*Below it[^]*One[^]*Two/);
  t.match(await makima('branches', 'Lead'), { code: 0, out: /MERGED[^]* no +.*One[^]* no +.*Two/ });
  t.match(await makima('preview', 'Lead'), { code: 0, out: /In this order the first 1 of 2 merge cleanly[^]*conflicts with .* Two\n/ });
  t.match(await makima('preview', 'Lead', 'One'), { code: 0, out: 'It merges cleanly; 1 file would change\n  a.txt\n' });
  t.match(await makima('merge', 'check', 'Lead'), { code: 1, out: /0 subtasks merged, 0 skipped, 2 left/ });
  t.match(await makima('merge', 'Lead', 'One'), { code: 0, out: /\([0-9a-f]{12}\)\n$/ });

  t.match(await makima('merge', 'Lead', 'Two'), { code: 1, err: /both-modified {2}a\.txt[^]*\(MERGE_CONFLICT\)\n$/ });
  t.match(await makima('merge', 'status', 'Lead'), { code: 0, out: /1 conflict left\n {2}both-modified {2}a\.txt\n$/ });
  t.match(await makima('merge', 'commit', 'Lead'), { code: 1, err: /\(CONFLICTS_LEFT\)/ });
  t.match(await makima('merge', 'abort', 'Lead'), { code: 0 });
  t.match(await makima('merge', 'status', 'Lead', '--json'), { code: 0, out: /^\{"inProgress":false/ });
  t.match(await makima('merge', 'Lead', 'Two', '--json'), { code: 1, out: /^\{"inProgress":true,.*both-modified/ });
  t.match(await makima('merge', 'resolve', 'Lead', 'a.txt', 'mine'), { code: 1, err: /Allowed choices are ours, theirs, manual/ });
  t.match(await makima('merge', 'resolve', 'Lead', 'a.txt', 'theirs'), { code: 0, out: /nothing is left to resolve/ });
  t.match(await makima('merge', 'commit', 'Lead', '-m', 'Both'), { code: 0 });
  t.equal(readFileSync(join((await daemon.call('GET', `/tasks/${parent.id}`)).body.overlayPath ?? '', 'a.txt'), 'utf8'), 'Two\n');
  t.match(await makima('merge', 'check', 'Lead'), { code: 0, out: /2 subtasks merged, 0 skipped, 0 left/ });
  t.match(await makima('merge', 'Lead'), { code: 1, err: /name the task and the subtask/ });
  t.match(await makima('rm', 'Lead'), { code: 1, err: /would delete 3 tasks.*\(NOT_CONFIRMED\)/ }, 'those below it go with it');
  t.match(await makima('rm', 'Lead', '-y'), { code: 0, out: /deleted/ });
  t.equal((await makima('ls', '-qa')).out, '');
  t.match(await makima('restore', parent.id), { code: 0, out: /Lead/ });
});
