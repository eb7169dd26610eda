import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { fingerprint, git, makeUserRepository } from './user-repository.ts';
import { startDaemon } from './daemon.ts';
import { bash, plan, say, shellQuoted, write } from './directives.ts';
import { runProcesses } from './processes.ts';

const script = '.makima/orchestrate.sh';
const summary = 'Both parts are in: "alpha" & <beta>, 100 % done';

const alphaPlan = plan(write('alpha.txt', 'alpha\n'), bash('git add alpha.txt && git commit -q -m "Add alpha"'), say('alpha is committed'));
const betaPlan = plan(write('parts/beta.txt', 'beta, it’s "quoted"\n'), say('beta is not committed'));

/** One subtask is made call by call with the id from the call before, the other by a shell script with a variable. */
const orchestratorPlan = (keyFile: string): string =>
  plan(
    bash(`printf %s "$MAKIMA_API_KEY" > ${shellQuoted(keyFile)}`),
    bash(`${script} create 'Write alpha' ${shellQuoted(alphaPlan)}`, { as: 'alpha' }),
    bash(`${script} start {{alpha.first-field}}`),
    bash(
      [
        'set -euo pipefail',
        `beta=$(${script} create 'Write beta' ${shellQuoted(betaPlan)} --start | cut -f1)`,
        `${script} wait "$beta" >&2`,
        'echo "$beta"',
      ].join('\n'),
      { as: 'beta' },
    ),
    bash(`${script} wait {{alpha.first-field}} {{beta.first-field}}`),
    bash(`${script} diff {{alpha.first-field}} | git apply`),
    bash(`mkdir -p parts && cp "$(${script} worktree {{beta.first-field}})/parts/beta.txt" parts/`),
    bash('git add -f .makima; git add -A -f; git add alpha.txt && git commit -q -m "Take alpha"; git status --short', { as: 'status' }),
    bash(`grep -q alpha alpha.txt && grep -q beta parts/beta.txt && ${script} done ${shellQuoted(summary)}`),
    say('all is in'),
  );

void t.test('an orchestrator and its subtasks, all run by the real claude, do the whole job', async (t) => {
  const daemon = await startDaemon(t);
  const repository = join(daemon.folder, 'project');
  const keyFile = join(daemon.folder, 'key');
  await makeUserRepository(repository);
  const before = await fingerprint(repository);

  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Build both parts',
    isOrchestrator: true,
    repositoryUrl: repository,
    plan: orchestratorPlan(keyFile),
  });
  await stream.end(id);

  const task = await daemon.task(id);
  t.match(task, { status: 'done', progressSummary: summary, exitCode: 0, errorMessage: null, depth: 0 });
  const calls = orchestratorPlan(keyFile).split('\n').length;
  t.match(task.usage, { inputTokens: calls * 100, outputTokens: calls * 10 }, 'each answer of the scripted model has its price');
  t.ok((task.usage?.costUsd ?? 0) > 0 && (task.usage?.turns ?? 0) > 0, 'cost and turns are counted');

  const subtasks = await daemon.subtasks(id);
  t.match(
    subtasks,
    [
      { name: 'Write alpha', status: 'done', plan: alphaPlan, parentTaskId: id, depth: 1 },
      { name: 'Write beta', status: 'done', plan: betaPlan, parentTaskId: id, depth: 1 },
    ],
    'both subtasks are done, and their plans came through the shell unchanged',
  );
  t.ok(
    subtasks.every((subtask) => (subtask.usage?.inputTokens ?? 0) > 0),
    'what they used is counted',
  );

  const worktree = task.overlayPath ?? '';
  t.equal(await readFile(join(worktree, 'alpha.txt'), 'utf8'), 'alpha\n');
  t.equal(await readFile(join(worktree, 'parts/beta.txt'), 'utf8'), 'beta, it’s "quoted"\n');
  const diff = (await daemon.call('GET', `/tasks/${id}/diff`)).body;
  t.same(diff, [
    { path: 'alpha.txt', status: 'added', additions: 1, deletions: 0 },
    { path: 'parts/beta.txt', status: 'added', additions: 1, deletions: 0 },
  ]);
  const patch = await daemon.text(`/tasks/${id}/diff`);
  t.match(patch, /^\+alpha$/m);
  t.match(patch, /^\+beta, it’s "quoted"$/m);

  const own = stream.events.filter((event) => event.taskId === id);
  const moves = own.flatMap((event) => (event.type === 'status' ? [event.to] : []));
  t.same(moves.slice(0, 4), ['queued', 'initializing', 'starting', 'running']);
  t.match(moves.slice(4).join(' '), /^(blocked running ){1,2}done$/, 'while it waits others have its slot, and it has one when it goes on');
  t.equal(own.at(-1)?.type, 'end', 'nothing follows the end');
  for (const subtask of subtasks) t.match(await stream.end(subtask.id), { status: 'done' });

  const committed = await git(worktree, '-c', 'core.fsmonitor=false', 'log', '--all', '--name-only', '--format=');
  t.match(committed, 'alpha.txt');
  t.notMatch(committed, '.makima', 'the helper script is in no commit, though the agent forced it into git add');
  await access(join(worktree, script));

  t.same(await fingerprint(repository), before, 'nothing in the user’s repository has changed');
  const key = (await readFile(keyFile, 'utf8')).trim();
  t.match(key, /^[0-9a-f]{64}$/);
  t.equal((await daemon.call('GET', `/tasks/${id}`, undefined, { 'x-makima-tool-key': key })).status, 401, 'the key died with the run');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});
