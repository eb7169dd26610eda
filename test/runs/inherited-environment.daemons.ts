/** What a daemon hands on of the environment that it was started in, seen by what its agents and a repository's commands do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { agentPath, fingerprint, git, scratch, startDaemon, userRepository, write } from '../support/daemon.ts';
import { spawnDaemon } from '../support/daemon-process.ts';

const as = 'git -c user.name=A -c user.email=a@example.com';

void t.test(
  'a daemon that git started, by a hook or an alias: nothing that an agent or a setup command does with git reaches the user’s repository',
  async (t) => {
    const setup = `${as} commit -q --allow-empty -m setup`;
    const repository = userRepository(t, { 'README.md': 'hello\n', 'makima.json': JSON.stringify({ setup }) });
    const other = userRepository(t);
    const before = [fingerprint(repository), fingerprint(other)];
    // What git sets for a hook and an alias, of a repository that is not even the task's.
    const hook = {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, '.git/index'),
      GIT_OBJECT_DIRECTORY: join(other, '.git/objects'),
      GIT_COMMON_DIR: join(other, '.git'),
      GIT_PREFIX: 'sub/',
      GIT_CONFIG_PARAMETERS: "'user.name'='Hook'",
      GIT_AUTHOR_DATE: '@1 +0000',
      GIT_QUARANTINE_PATH: join(other, '.git/objects'),
      // Of the user's own, which stays.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'makima.test',
      GIT_CONFIG_VALUE_0: 'on purpose',
    };
    const daemon = await spawnDaemon(t, scratch(t), 'runs-plan', hook);
    const plan = `RUN: set -e; echo work > work.txt; git add -A; ${as} commit -qm work; git config makima.test; git log -1 --format='%an %ad' --date=format:%Y`;
    const { body: task } = await daemon.call('POST', '/tasks', { name: 'Commit', repositoryUrl: repository, plan, start: true });
    const said: string[] = [];
    for await (const event of daemon.follow(task.id)) if (event.type === 'output') said.push(event.content);
    const { body: done } = await daemon.call('GET', `/tasks/${task.id}`);
    t.match(done, { status: 'done', errorMessage: null }, said.join('\n'));
    t.same([fingerprint(repository), fingerprint(other)], before, 'both repositories are as they were');
    const worktree = done.overlayPath ?? '';
    if (done.status !== 'done') return;
    t.equal(git(worktree, 'log', '--format=%s', '-3'), 'work\nsetup\nfirst');
    t.equal(git(worktree, 'rev-parse', '--abbrev-ref', 'HEAD'), done.branch);
    t.match(said.join('\n'), /on purpose/, 'configuration that the user passes by the environment is the agent’s, too');
    t.match(
      said.join('\n'),
      new RegExp(`A ${new Date().getFullYear()}|A ${new Date().getFullYear() - 1}`),
      'neither the name nor the date of the commit that ran the hook',
    );
    // The teardown as well.
    write(worktree, {
      'makima.json': JSON.stringify({ teardown: `git rev-parse --absolute-git-dir > '${join(worktree, '..', 'torn-down')}'` }),
    });
    await daemon.call('DELETE', `/tasks/${task.id}`);
    t.notMatch(readFileSync(join(worktree, '..', 'torn-down'), 'utf8'), other);
  },
);

void t.test('a daemon that an agent started: neither its agents nor a setup command have anything of that one', async (t) => {
  const parent = {
    CLAUDECODE: '1',
    AI_AGENT: 'claude',
    CLAUDE_PID: '1',
    CLAUDE_CODE_SESSION_ID: 'parents',
    CLAUDE_CODE_MESSAGING_SOCKET: '/parents',
    CLAUDE_CODE_MESSAGING_TOKEN: 'parents',
    MAKIMA_API_KEY: 'parents',
    MAKIMA_TASK_ID: 'parents',
    MAKIMA_RUN_ID: 'parents',
  };
  const names = Object.keys(parent).join('|');
  const show = `env | grep -E '^(${names}|CLAUDE_CONFIG_DIR)=' | sort`;
  const repository = userRepository(t, { 'makima.json': JSON.stringify({ setup: `${show} > setup.txt` }) });
  const daemon = await spawnDaemon(t, scratch(t), 'runs-plan', { ...parent, CLAUDE_CONFIG_DIR: '/the/users' });
  const { body: task } = await daemon.call('POST', '/tasks', {
    name: 'Inner',
    repositoryUrl: repository,
    plan: `RUN: ${show} > agent.txt`,
    start: true,
  });
  for await (const event of daemon.follow(task.id)) if (event.type === 'end') break;
  const { body: done } = await daemon.call('GET', `/tasks/${task.id}`);
  t.match(done, { status: 'done', errorMessage: null });
  for (const file of ['setup.txt', 'agent.txt'])
    t.match(
      readFileSync(join(done.overlayPath ?? '', file), 'utf8'),
      /^CLAUDE_CONFIG_DIR=\/the\/users\nMAKIMA_RUN_ID=(?!parents)\S+\n$/,
      file,
    );
});

void t.test('a daemon that a service started: the user’s own programs are found, by agents, setup commands and the daemon', async (t) => {
  const home = scratch(t, 'home-');
  write(home, {
    '.local/bin/users-tool': '#!/bin/sh\necho "it is here"\n',
    '.claude/local/claude': `#!/bin/sh\nexec '${process.execPath}' '${agentPath('runs-plan')}' "$@"\n`,
  });
  const repository = userRepository(t, { 'makima.json': JSON.stringify({ setup: 'users-tool > setup.txt' }) });
  const daemon = await spawnDaemon(t, scratch(t), 'runs-plan', { PATH: '/usr/bin:/bin', HOME: home, MAKIMA_CLAUDE_COMMAND: 'claude' });
  const { body: task } = await daemon.call('POST', '/tasks', {
    name: 'Tools',
    repositoryUrl: repository,
    plan: 'RUN: users-tool > agent.txt; echo "$PATH" > path.txt',
    start: true,
  });
  for await (const event of daemon.follow(task.id)) if (event.type === 'end') break;
  const { body: done } = await daemon.call('GET', `/tasks/${task.id}`);
  t.match(done, { status: 'done', errorMessage: null });
  const read = (name: string): string => readFileSync(join(done.overlayPath ?? '', name), 'utf8');
  t.equal(read('setup.txt') + read('agent.txt'), 'it is here\nit is here\n');
  t.match(read('path.txt'), /^\/usr\/bin:\/bin:/, 'at the end, where nothing of the user’s is shadowed');
});

void t.test('an agent that takes the helper script away still has it', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const plan = `RUN: set -eu
test -x .makima/orchestrate.sh && test -e .makima/.git/HEAD
git clean -qffdx
test ! -e .makima
"$MAKIMA_ORCHESTRATE" list
"$MAKIMA_ORCHESTRATE" done 'All of it'`;
  const { id } = await daemon.start({ isOrchestrator: true, repositoryUrl: userRepository(t), plan });
  t.match(await daemon.ended(id), { status: 'done', progressSummary: 'All of it', errorMessage: null });
  await daemon.call('POST', `/tasks/${id}/start`);
  t.match(await daemon.ended(id), { status: 'done', errorMessage: null }, 'the next run finds it in its place again, sealed');
  t.equal((await daemon.events(id)).filter((event) => event.type === 'status' && event.to === 'done').length, 2);
});
