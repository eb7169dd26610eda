import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { fingerprint, sh, write } from '../git/git-fixture.ts';
import { addOrigin, line, read, world, type World } from './completion-fixture.ts';
import { githubServer } from './github-server.ts';
import { scriptedGh } from './scripted-gh.ts';

const url = 'git@ghe.example:acme/widgets.git';

const commitOn = (repository: string, branch: string, message: string): string => {
  const commit = line(repository, 'commit-tree', '-p', branch, '-m', message, `${branch}^{tree}`);
  sh(repository, 'update-ref', `refs/heads/${branch}`, commit);
  return commit;
};

/** A task that is done on `fix`, a branch of the source and of its origin that began before it. */
const onFix = async (
  t: Test,
  { repository, finished }: World,
): Promise<{ source: string; bare: string; task: Task; worktree: Worktree }> => {
  const source = repository();
  const bare = addOrigin(source, url);
  sh(source, 'branch', 'fix', 'main');
  commitOn(source, 'fix', 'begun');
  sh(source, 'push', '-q', 'origin', 'fix');
  const { task, worktree } = await finished(source, { branch: 'fix', continuesBranch: 'fix' });
  t.equal(worktree.branch, 'fix');
  write(worktree.path, { 'new.txt': 'n\n' });
  return { source, bare, task, worktree };
};

/** Of the source, all that is not its objects. */
const all = (source: string) => fingerprint(source, { times: true, skip: ['/.git/objects'] });

void t.test('an open pull request is pushed to, and stays as its author has it', async (t) => {
  await t.test('with gh', async (t) => {
    const { dir, PATH } = scriptedGh(t);
    const made = await world(t, { inheritedEnv: { PATH, HOME: dir } });
    const { source, bare, task } = await onFix(t, made);
    writeFileSync(
      path.join(dir, 'strangers'),
      JSON.stringify([
        { number: 5, url: 'https://ghe.example/acme/widgets/pull/5', headRepositoryOwner: { login: 'stranger' } },
        { number: 6, url: 'https://ghe.example/acme/widgets/pull/6', headRepositoryOwner: { login: 'Acme' } },
      ]),
    );
    const began = line(bare, 'rev-parse', 'fix');
    const result = await made.run(task, { action: 'pr', targetRepoPath: source });
    t.match(result, {
      status: 'succeeded',
      prUrl: 'https://ghe.example/acme/widgets/pull/6',
      branch: 'fix',
      message: /^Pushed fix to origin/,
    });
    t.equal(line(bare, 'rev-parse', 'fix'), result.commitSha);
    t.equal(line(source, 'rev-parse', 'fix'), result.commitSha);
    t.equal(line(bare, 'rev-parse', 'fix~1'), began);
    t.notMatch(read(dir, 'calls'), /\[pr\]\[(?:edit|create)\]/);
    t.match(
      await made.run(task, { action: 'pr', targetRepoPath: source }),
      { prUrl: result.prUrl, commitSha: result.commitSha },
      'once more',
    );
  });
  await t.test('by the REST API; where there is none, one is opened', async (t) => {
    const server = await githubServer(t, 'sesame');
    const { PATH } = scriptedGh(t, { signedIn: false });
    const made = await world(t, { inheritedEnv: { PATH, GITHUB_TOKEN: 'sesame', GITHUB_API_URL: server.url } });
    const { source, task } = await onFix(t, made);
    server.pulls.push({ number: 1, title: 'Theirs', body: 'As I wrote it', head: 'fix', base: 'release' });
    const result = await made.run(task, { action: 'pr', targetRepoPath: source });
    t.equal(result.prUrl, 'https://ghe.example/acme/widgets/pull/1');
    t.strictSame(server.pulls, [{ number: 1, title: 'Theirs', body: 'As I wrote it', head: 'fix', base: 'release' }]);
    t.notOk(server.requests.some((each) => /^(?:POST|PATCH)/.test(each)));
    server.pulls.length = 0;
    t.match(await made.run(task, { action: 'pr', targetRepoPath: source }), { message: /^Opened the pull request .* from fix into main/ });
    t.match(server.pulls, [{ title: task.name, head: 'fix', base: 'main' }]);
    t.equal(server.pulls.length, 1);
  });
});

void t.test('what has gone on elsewhere is left as it is, and nothing else is changed', async (t) => {
  const { dir, PATH } = scriptedGh(t);
  const made = await world(t, { inheritedEnv: { PATH, HOME: dir } });
  await t.test('at origin: not even the branch here moves', async (t) => {
    const { source, bare, task } = await onFix(t, made);
    const theirs = commitOn(bare, 'fix', 'theirs');
    const before = all(source);
    t.match(await made.refused(task, { action: 'pr', targetRepoPath: source }), {
      code: 'BRANCH_MOVED',
      message: /fix of origin is at .*nothing was changed/,
    });
    t.equal(line(bare, 'rev-parse', 'fix'), theirs);
    t.strictSame(all(source), before);
    t.notOk(existsSync(path.join(dir, 'open')));
    sh(source, 'pull', '-q', 'origin', 'fix:fix');
    t.match(await made.refused(task, { action: 'branch', targetRepoPath: source }), { code: 'BRANCH_MOVED' });
    await made.run(task, { action: 'merge', targetRepoPath: source, targetBranch: 'fix' });
    const pushed = await made.run(task, { action: 'pr', targetRepoPath: source });
    t.equal(line(bare, 'rev-parse', 'fix'), line(source, 'rev-parse', 'fix'), 'what was merged is pushed');
    t.equal(line(bare, 'merge-base', theirs, pushed.commitSha ?? ''), theirs);
  });
  await t.test('here, or written anew by the agent', async (t) => {
    const { source, bare, task, worktree } = await onFix(t, made);
    const began = line(bare, 'rev-parse', 'fix');
    sh(worktree.path, 'commit', '-q', '--amend', '--allow-empty', '-m', 'otherwise');
    const before = all(source);
    for (const action of ['branch', 'merge', 'pr'] as const)
      t.match(await made.refused(task, { action, targetRepoPath: source }), { code: 'BRANCH_MOVED' }, action);
    t.strictSame(all(source), before);
    t.equal(line(bare, 'rev-parse', 'fix'), began);
  });
  await t.test('a pull request needs another branch to go into', async (t) => {
    const { source, task } = await onFix(t, made);
    const before = all(source);
    t.match(await made.refused(task, { action: 'pr', targetRepoPath: source, targetBranch: 'fix' }), {
      code: 'COMPLETION_FAILED',
      message: /another targetBranch/,
    });
    t.strictSame(all(source), before);
  });
});
