import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import { pullRequestText } from '../../src/completion/describe-work.ts';
import { restApi } from '../../src/completion/github-rest.ts';
import { remoteSlug } from '../../src/domain/names/remote-slug.ts';
import type { Integration } from '../../src/store/task-store.ts';
import { fingerprint, sh, write } from '../git/git-fixture.ts';
import { sampleTask } from '../http/recorded-actions.ts';
import { addOrigin, line, read, world } from './completion-fixture.ts';
import { githubServer } from './github-server.ts';
import { scriptedGh } from './scripted-gh.ts';

const url = 'git@ghe.example:acme/widgets.git';

void t.test('with gh: opened, then updated', async (t) => {
  const { dir, PATH } = scriptedGh(t);
  const { repository, finished, run, refused, store } = await world(t, { inheritedEnv: { PATH, HOME: dir } });
  const source = repository();
  const bare = addOrigin(source, url);
  const { task, worktree } = await finished(source, { name: 'Add\n "a" greeting', progressSummary: 'Says hello.', isOrchestrator: true });
  await store.createTask({ ...task, id: crypto.randomUUID(), name: 'First part', parentTaskId: task.id, depth: 1, branch: null });
  write(worktree.path, { 'new.txt': 'n\n' });
  const skip = [
    '/.git/objects',
    `/.git/refs/heads/${task.branch ?? ''}`,
    '/.git/refs/heads/makima',
    '/.git/logs/refs/heads/makima',
    '/.git/refs/heads',
    '/.git/logs/refs/heads',
    '/.git/refs/remotes/origin',
    '/.git/logs/refs/remotes/origin',
  ];
  const before = fingerprint(source, { times: false, skip });
  const result = await run(task, { action: 'pr', targetRepoPath: source });
  t.match(result, { status: 'succeeded', prUrl: 'https://ghe.example/acme/widgets/pull/7', branch: task.branch });
  t.equal(line(bare, 'rev-parse', task.branch ?? ''), result.commitSha);
  t.equal(read(dir, 'body'), `Says hello.\n\n### Subtasks\n\n- First part (done)\n\nMakima-Task: ${task.id}\n`);
  t.same(read(dir, 'calls').trim().split('\n'), [
    '[auth][status][--hostname][ghe.example]',
    '[repo][view][ghe.example/acme/widgets][--json][parent]',
    `[pr][list][--repo][ghe.example/acme/widgets][--head][${task.branch ?? ''}][--state][open][--json][number,url][--limit][1]`,
    `[pr][create][--repo][ghe.example/acme/widgets][--head][${task.branch ?? ''}][--title][Add "a" greeting][--body-file][-][--base][main]`,
  ]);
  t.same(fingerprint(source, { times: false, skip }), before);
  t.equal(
    sh(source, 'for-each-ref', '--format=%(refname)'),
    `refs/heads/main\nrefs/heads/${task.branch ?? ''}\nrefs/remotes/origin/main\n`,
    'what git notes of origin is put back',
  );

  write(worktree.path, { 'more.txt': 'm\n' });
  const again = await run(task, { action: 'pr', targetRepoPath: source });
  t.match(again, { prUrl: result.prUrl, message: /^Updated/ });
  t.match(read(dir, 'calls').trim().split('\n').at(-1), /^\[pr\]\[edit\]\[7\]/);
  t.equal(line(bare, 'rev-parse', task.branch ?? ''), again.commitSha);

  rmSync(path.join(dir, 'open'));
  writeFileSync(path.join(dir, 'refuse'), '');
  t.match(await refused(task, { action: 'pr', targetRepoPath: source, targetBranch: 'nope' }), {
    code: 'PULL_REQUEST_FAILED',
    message: /base is unknown/,
  });
  t.match((await store.getTask(task.id))?.completion, { status: 'failed', branch: task.branch, commitSha: again.commitSha, prUrl: null });
});

void t.test('without gh: through the REST API of the server that is named', async (t) => {
  const server = await githubServer(t, 'sesame');
  const { PATH } = scriptedGh(t, { signedIn: false });
  const { repository, finished, run, refused } = await world(t, {
    inheritedEnv: { PATH, GITHUB_TOKEN: 'sesame', GITHUB_API_URL: server.url },
  });
  const source = repository();
  addOrigin(source, url);
  const { task, worktree } = await finished(source, { progressSummary: 'One.', targetBranch: 'release' });
  write(worktree.path, { 'new.txt': 'n\n' });
  const result = await run(task, { action: 'pr', targetRepoPath: source, targetBranch: 'release' });
  t.equal(result.prUrl, 'https://ghe.example/acme/widgets/pull/1');
  t.same(server.pulls, [{ number: 1, title: task.name, body: `One.\n\nMakima-Task: ${task.id}\n`, head: task.branch, base: 'release' }]);
  t.match(await run({ ...task, progressSummary: 'Two.' }, { action: 'pr', targetRepoPath: source }), {
    prUrl: result.prUrl,
    message: /^Updated/,
  });
  t.match(server.pulls, [{ body: /^Two\./, base: 'main' }]);
  t.equal(server.pulls.length, 1);
  server.refuseWith(422);
  const error = await refused(task, { action: 'pr', targetRepoPath: source });
  t.match(error, { code: 'PULL_REQUEST_FAILED', message: /GitHub answered 422/ });
  t.notMatch(JSON.stringify([error.message, error.details]), /sesame/);
});

void t.test('the body says which subtasks were merged, and which were left out', (t) => {
  const task = sampleTask({ progressSummary: 'Sum.' });
  const at = '2030-01-31T12:00:00.000Z';
  const subtask = (id: string, status: Task['status']): Task =>
    sampleTask({ id, name: `Part ${id}`, status, parentTaskId: task.id, depth: 1 });
  const became = (subtaskId: string, state: 'merged' | 'skipped', reason: string | null = null): Integration => ({
    subtaskId,
    taskId: task.id,
    state,
    commitSha: null,
    sourceCommit: null,
    sourceTree: null,
    reason,
    at,
  });
  const { body } = pullRequestText(
    task,
    [subtask('a', 'done'), subtask('b', 'done'), subtask('c', 'failed'), subtask('d', 'failed'), subtask('e', 'done')],
    [became('a', 'merged'), became('b', 'skipped', 'not\n needed'), became('d', 'merged')],
  );
  t.equal(
    body,
    `Sum.\n\n### Subtasks\n\n- Part a (done, merged)\n- Part d (failed, merged)\n- Part e (done)\n\n### Left out\n\n- Part b (done, skipped: not needed)\n- Part c (failed)\n\nMakima-Task: ${task.id}\n`,
  );
  t.end();
});

void t.test('with neither the branch is pushed, and the message says what to do', async (t) => {
  const { repository, finished, refused } = await world(t);
  const source = repository();
  const bare = addOrigin(source, 'https://github.com/acme/widgets.git');
  const { task, worktree } = await finished(source);
  write(worktree.path, { 'new.txt': 'n\n' });
  const error = await refused(task, { action: 'pr', targetRepoPath: source });
  t.match(error, { code: 'PULL_REQUEST_UNAVAILABLE', statusCode: 409, message: /pushed[^]*gh auth login[^]*GITHUB_TOKEN/ });
  t.equal(line(bare, 'rev-parse', task.branch ?? ''), line(source, 'rev-parse', task.branch ?? ''));
});

void t.test('what keeps a branch from being pushed', async (t) => {
  const { repository, finished, refused, run, home } = await world(t);
  const prepare = async () => {
    const source = repository();
    const made = await finished(source);
    write(made.worktree.path, { 'new.txt': 'n\n' });
    return { source, ...made };
  };
  await t.test('no remote, and one that is not there', async (t) => {
    const { source, task } = await prepare();
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), { code: 'REMOTE_NOT_FOUND', message: /git remote add origin/ });
    t.ok(line(source, 'rev-parse', task.branch ?? ''), 'the branch is there');
    sh(source, 'remote', 'add', 'origin', path.join(home, 'nowhere.git'));
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), {
      code: 'REMOTE_NOT_FOUND',
      message: /git remote set-url origin/,
    });
  });
  await t.test('commits at origin that are not in it', async (t) => {
    const { source, task } = await prepare();
    const bare = addOrigin(source);
    const theirs = line(bare, 'commit-tree', '-m', 'theirs', 'main^{tree}');
    sh(bare, 'update-ref', `refs/heads/${task.branch ?? ''}`, theirs);
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), {
      code: 'PUSH_REJECTED',
      message: /commits there that are not in this one/,
    });
    t.equal(line(bare, 'rev-parse', task.branch ?? ''), theirs, 'never by force');
  });
  await t.test('a server that protects its branches', async (t) => {
    const { source, task } = await prepare();
    const bare = addOrigin(source);
    mkdirSync(path.join(bare, 'hooks'), { recursive: true });
    writeFileSync(path.join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\necho "branch is protected" >&2\nexit 1\n', { mode: 0o755 });
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), {
      code: 'PUSH_REJECTED',
      message: /rules forbid it[^]*branch is protected/,
    });
  });
  await t.test('a pre-push hook that says no, and one that says yes', async (t) => {
    const { source, task } = await prepare();
    const bare = addOrigin(source);
    const hook = path.join(source, '.git', 'hooks', 'pre-push');
    mkdirSync(path.dirname(hook), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho "tests fail" >&2\nexit 1\n', { mode: 0o755 });
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), {
      code: 'PUSH_REJECTED',
      message: /pre-push hook[^]*tests fail/,
    });
    t.notOk(line(bare, 'for-each-ref', 'refs/heads/makima'));
    writeFileSync(hook, `#!/bin/sh\necho "$1 $(git rev-parse --show-toplevel)" > '${home}/ran'\n`, { mode: 0o755 });
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), { code: 'PULL_REQUEST_UNAVAILABLE' });
    t.equal(read(home, 'ran'), `origin ${source}\n`);
    t.ok(existsSync(hook));
  });
  await t.test('nothing to open one with', async (t) => {
    const source = repository();
    const bare = addOrigin(source);
    const { task } = await finished(source);
    t.match(await refused(task, { action: 'pr', targetRepoPath: source }), { code: 'COMPLETION_FAILED', message: /changed nothing/ });
    t.equal(line(bare, 'for-each-ref', 'refs/heads/makima') + line(source, 'for-each-ref', 'refs/heads/makima'), '');
    t.match(await run(task, { action: 'branch', targetRepoPath: source }), { status: 'succeeded', message: /changed nothing/ });
  });
});

void t.test('whom a token is for', (t) => {
  const token = { GITHUB_TOKEN: 'x' };
  t.same(remoteSlug('https://user:pw@GitHub.com:443/acme/widgets.git/'), { host: 'github.com', owner: 'acme', repo: 'widgets' });
  t.same(remoteSlug('git@github.com:acme/widgets'), { host: 'github.com', owner: 'acme', repo: 'widgets' });
  t.same(remoteSlug('ssh://git@ssh.github.com:443/acme/widgets.git'), { host: 'github.com', owner: 'acme', repo: 'widgets' });
  t.same(remoteSlug('/srv/git/acme/widgets.git'), { host: null, owner: 'acme', repo: 'widgets' });
  t.equal(remoteSlug('https://github.com/widgets'), null);
  t.match(restApi(token, remoteSlug('https://github.com/acme/widgets')), { baseUrl: 'https://api.github.com' });
  t.match(restApi(token, remoteSlug('https://gitlab.com/acme/widgets')), { missing: /gitlab\.com/ });
  t.match(restApi({ ...token, GITHUB_API_URL: 'http://ghe.example/api/v3' }, remoteSlug('https://ghe.example/acme/widgets')), {
    missing: /https/,
  });
  t.match(restApi({}, remoteSlug('https://github.com/acme/widgets')), { missing: /GITHUB_TOKEN/ });
  t.end();
});

void t.test('an origin with a branch beside which git can make none says which, and what to do', async (t) => {
  const { repository, finished, refused } = await world(t);
  for (const [theirs, expected] of [
    [
      'makima',
      /^origin did not take makima\/\S+: it has a branch makima, beside which git can make no makima\/\S+\. Rename or delete that branch there/,
    ],
    ['below', /^origin did not take makima\/\S+: it has a branch makima\/\S+\/below, beside which git can make no makima\/\S+\. Rename/],
  ] as const) {
    const source = repository();
    const bare = addOrigin(source, url);
    const { task, worktree } = await finished(source);
    write(worktree.path, { 'new.txt': 'n\n' });
    sh(bare, 'branch', theirs === 'below' ? `${task.branch ?? ''}/below` : theirs, 'main');
    const { code, message } = await refused(task, { action: 'pr', targetRepoPath: source });
    t.equal(code, 'PUSH_REJECTED');
    t.match(message, expected);
  }
});

void t.test('what the target last saw of such a branch at origin, which is gone there, is no hindrance', async (t) => {
  const { dir, PATH } = scriptedGh(t);
  const { repository, finished, run } = await world(t, { inheritedEnv: { PATH, HOME: dir } });
  const source = repository();
  addOrigin(source, url);
  sh(source, 'update-ref', 'refs/remotes/origin/makima', 'main');
  const { task, worktree } = await finished(source);
  write(worktree.path, { 'new.txt': 'n\n' });
  t.match(await run(task, { action: 'pr', targetRepoPath: source }), { status: 'succeeded' });
  t.equal(line(source, 'rev-parse', 'origin/makima'), line(source, 'rev-parse', 'main'), 'it stays');
});
