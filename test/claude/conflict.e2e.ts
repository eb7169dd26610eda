import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from './daemon.ts';
import { bash, plan, read, say, shellQuoted, write } from './directives.ts';
import { printedBy } from './event-stream.ts';
import { runProcesses } from './processes.ts';
import { fingerprint, git, makeUserRepository } from './user-repository.ts';

const script = '.makima/orchestrate.sh';

/** Both change the same two files; the first commits what it did, the second leaves it uncommitted. */
const changing = (who: string, ...more: string[]): string =>
  plan(
    bash(`echo 'The ${who} readme' > README.md; printf '${who}\\ntwo\\n' > src/app.txt; echo ${who} > ${who}.txt`),
    ...more,
    say(`${who} is through`),
  );
const firstPlan = changing('first', bash('git add -A && git commit -q -m "The first"'));
const secondPlan = changing('second');

/** Says what a command printed and how it ended, whatever that was. */
const tried = (command: string): string => `{ ${command}; } 2>&1; echo "status $?"`;

const orchestratorPlan = plan(
  bash(
    [
      'set -eu',
      `first=$(${script} create First ${shellQuoted(firstPlan)} --start | cut -f1)`,
      `second=$(${script} create Second ${shellQuoted(secondPlan)} --start | cut -f1)`,
      `${script} wait "$first" "$second" > /dev/null`,
      'echo "$first"',
    ].join('\n'),
    { as: 'first' },
  ),
  bash(`${script} list | tail -n 1 | cut -f1`, { as: 'second' }),
  bash(tried(`${script} done "too early"`)),
  bash(`${script} preview`),
  bash(`${script} merge {{first.first-line}}`),
  bash(tried(`${script} merge {{second.first-line}}`)),
  bash(`${script} merge-status`),
  bash(`${script} resolve README.md theirs`),
  bash(tried(`${script} resolve src/app.txt manual`)),
  read('src/app.txt'),
  write('src/app.txt', 'first and second\ntwo\n'),
  bash(`${script} resolve src/app.txt manual && ${script} commit "Take both"`),
  bash(`${script} check && ${script} done "Both are in"`),
  say('both are in'),
);

void t.test('an orchestrator, run by the real claude, resolves a conflict and finishes', async (t) => {
  const daemon = await startDaemon(t);
  const repository = join(daemon.folder, 'project');
  await makeUserRepository(repository);
  const before = await fingerprint(repository);

  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Bring both together',
    isOrchestrator: true,
    repositoryUrl: repository,
    plan: orchestratorPlan,
  });
  await stream.end(id);

  const task = await daemon.task(id);
  t.match(task, { status: 'done', progressSummary: 'Both are in', errorMessage: null });
  const [first, second] = await daemon.subtasks(id);
  t.match(
    [first, second],
    [
      { name: 'First', status: 'done' },
      { name: 'Second', status: 'done' },
    ],
  );

  const told = printedBy(stream.events, id);
  t.match(told, /SUBTASKS_NOT_INTEGRATED/, 'done was refused while nothing was merged');
  t.match(told, new RegExp(`conflicts with ${second?.id ?? 'none'}`), 'the preview said that the two do not go together');
  t.match(told, /MERGE_CONFLICT/, 'the merge said that it conflicts');
  t.match(told, /both-modified\tREADME\.md\nboth-modified\tsrc\/app\.txt/, 'and its status in which files');
  t.match(told, /CONFLICT_MARKERS_LEFT/, 'a file with markers is not taken as resolved');
  t.match(told, /complete\t2 merged\t0 skipped/, 'check says that all is in');

  const worktree = task.overlayPath ?? '';
  const content = (name: string): Promise<string> => readFile(join(worktree, name), 'utf8');
  t.equal(await content('README.md'), 'The second readme\n', 'the one side where it said theirs');
  t.equal(await content('src/app.txt'), 'first and second\ntwo\n', 'its own words where it wrote them by hand');
  t.equal(await content('first.txt'), 'first\n');
  t.equal(await content('second.txt'), 'second\n', 'what the subtask had not committed is in');
  t.equal(await git(worktree, '-c', 'core.fsmonitor=false', 'status', '--porcelain'), '', 'all of it is committed');
  t.equal(await git(worktree, '-c', 'core.fsmonitor=false', 'log', '-1', '--format=%s'), 'Take both');
  t.equal((await git(worktree, 'rev-list', '--merges', 'HEAD')).split('\n').length, 2, 'by two merges');

  const moves = stream.events.flatMap((event) => (event.type === 'merge' && event.taskId === id ? [[event.action, event.subtaskId]] : []));
  t.same(moves, [
    ['started', first?.id],
    ['committed', first?.id],
    ['started', second?.id],
    ['conflict', second?.id],
    ['resolved', second?.id],
    ['resolved', second?.id],
    ['committed', second?.id],
  ]);
  t.same(await fingerprint(repository), before, 'nothing in the user’s repository has changed');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});
