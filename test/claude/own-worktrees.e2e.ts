/** The worktrees that claude makes by itself, of a task's repository: with EnterWorktree, and for subagents that work apart. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startDaemon } from './daemon.ts';
import { bash, plan, say } from './directives.ts';
import { fingerprint, git, makeUserRepository } from './user-repository.ts';

const use = (tool: string, input: Record<string, unknown>): string => `DO: ${JSON.stringify({ tool, input })}`;
const commit = (name: string): string =>
  bash(
    `echo ${name} > ${name}.txt; git add ${name}.txt; git -c user.name=A -c user.email=a@b.c commit -qm ${name}; echo dirty > dirty.txt`,
  );

const run = async (t: Test, ...lines: string[]) => {
  const daemon = await startDaemon(t);
  const repository = join(daemon.folder, 'project');
  await makeUserRepository(repository);
  await git(repository, 'config', 'user.name', 'User');
  await git(repository, 'config', 'user.email', 'user@example.com');
  const before = await fingerprint(join(repository, 'src'));
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Goes aside',
    repositoryUrl: repository,
    completionAction: 'branch',
    plan: plan(...lines),
  });
  t.match(await stream.end(id), { status: 'done' });
  const task = await daemon.task(id);
  t.same(await fingerprint(join(repository, 'src')), before);
  return { daemon, repository, task, said: stream.events.flatMap((event) => (event.type === 'output' ? [event.content] : [])) };
};

void t.test('EnterWorktree: its commits and edits are told, are no part of what the user gets, and are kept', async (t) => {
  const { daemon, repository, task, said } = await run(
    t,
    use('ToolSearch', { query: 'select:EnterWorktree,ExitWorktree' }),
    use('EnterWorktree', { name: 'side' }),
    commit('aside'),
    say('went aside'),
  );
  t.ok(
    said.some((line) => line.includes('on branch “worktree-side”')),
    'it made one',
  );
  t.match(task.warnings, [
    { code: 'WORK_ON_OTHER_BRANCHES', message: /1 on worktree-side/ },
    { code: 'WORK_IN_OTHER_WORKTREES', message: /worktrees\/side/ },
  ]);
  t.match(task.completion, { status: 'succeeded', message: /changed nothing.*1 on worktree-side/ });
  t.equal(
    await git(repository, 'ls-tree', '-r', '--name-only', task.branch ?? ''),
    await git(repository, 'ls-tree', '-r', '--name-only', 'main'),
  );
  await daemon.must(204, 'DELETE', `/tasks/${task.id}`);
  const kept = join(daemon.home, 'kept', `${task.id}.git`);
  t.equal(await git(kept, 'show', 'worktree-side:aside.txt'), 'aside');
  t.equal(await git(kept, 'show', `refs/makima/kept-worktrees/${task.id}/side:dirty.txt`), 'dirty');
  t.same(await readdir(join(daemon.home, 'worktrees')).then((names) => names.filter((name) => name !== '.trash')), []);
});

void t.test('a subagent with a worktree of its own: the same', async (t) => {
  const { task, repository } = await run(
    t,
    use('Agent', {
      description: 'aside',
      subagent_type: 'general-purpose',
      isolation: 'worktree',
      run_in_background: false,
      prompt: plan(commit('apart'), say('worked apart')),
    }),
    say('had it done'),
  );
  t.match(
    task.warnings.map(({ code }) => code),
    ['WORK_ON_OTHER_BRANCHES', 'WORK_IN_OTHER_WORKTREES'],
  );
  t.equal(
    await git(repository, 'ls-tree', '-r', '--name-only', task.branch ?? ''),
    await git(repository, 'ls-tree', '-r', '--name-only', 'main'),
  );
});
