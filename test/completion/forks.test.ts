import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { sh, write } from '../git/git-fixture.ts';
import { addOrigin, line, read, world } from './completion-fixture.ts';
import { githubServer } from './github-server.ts';
import { scriptedGh } from './scripted-gh.ts';

const url = 'git@ghe.example:acme/widgets.git';

void t.test('in a clone of a fork, with gh: against the repository it is a fork of', async (t) => {
  const { dir, PATH } = scriptedGh(t, { parent: 'octo/gadgets' });
  const { repository, finished, run } = await world(t, { inheritedEnv: { PATH, HOME: dir } });
  const prepare = async (configure: (source: string) => void, targetBranch: string | null = null) => {
    const source = repository();
    const bare = addOrigin(source, url);
    configure(source);
    const { task, worktree } = await finished(source);
    write(worktree.path, { 'new.txt': 'n\n' });
    const earlier = existsSync(path.join(dir, 'calls')) ? read(dir, 'calls').length : 0;
    const { message, commitSha } = await run(task, { action: 'pr', targetRepoPath: source, targetBranch });
    t.equal(line(bare, 'rev-parse', task.branch ?? ''), commitSha, 'the branch is in the fork');
    const calls = read(dir, 'calls').slice(earlier).trim().split('\n').slice(1);
    rmSync(path.join(dir, 'open'), { force: true });
    return {
      message,
      branch: task.branch ?? '',
      views: calls.filter((call) => call.startsWith('[repo]')),
      create: calls.at(-1) ?? '',
      list: calls.find((call) => call.startsWith('[pr][list]')) ?? '',
    };
  };
  const remote = (source: string, name: string, where: string): string =>
    sh(source, 'remote', 'add', name, `https://ghe.example/${where}.git`);

  await t.test('as the server says', async (t) => {
    // somebody else's pull request from a branch of that name
    writeFileSync(
      path.join(dir, 'strangers'),
      JSON.stringify([{ number: 3, url: 'https://ghe.example/octo/gadgets/pull/3', headRepositoryOwner: { login: 'stranger' } }]),
    );
    const { message, branch, views, create, list } = await prepare(() => undefined);
    rmSync(path.join(dir, 'strangers'));
    t.same(views, [
      '[repo][view][ghe.example/acme/widgets][--json][parent]',
      '[repo][view][ghe.example/octo/gadgets][--json][defaultBranchRef]',
    ]);
    t.match(list, `[--repo][ghe.example/octo/gadgets][--head][${branch}]`);
    t.match(create, `[pr][create][--repo][ghe.example/octo/gadgets][--head][acme:${branch}]`);
    t.ok(create.endsWith('[--base][develop]'));
    t.match(message, `into develop of octo/gadgets, of which origin is a fork`);
  });
  await t.test('updated where it is open already', async (t) => {
    writeFileSync(
      path.join(dir, 'strangers'),
      JSON.stringify(
        [3, 4].map((number) => ({
          number,
          url: `https://ghe.example/octo/gadgets/pull/${number}`,
          headRepositoryOwner: { login: number === 4 ? 'ACME' : 'stranger' },
        })),
      ),
    );
    const { message, create } = await prepare(() => undefined, 'release');
    rmSync(path.join(dir, 'strangers'));
    t.match(message, /^Updated .*pull\/4 .* into release of octo\/gadgets/);
    t.match(create, '[pr][edit][4][--repo][ghe.example/octo/gadgets]');
  });
  await t.test('the remote upstream, without asking', async (t) => {
    const { views, create } = await prepare((source) => remote(source, 'upstream', 'third/place'), 'main');
    t.same(views, []);
    t.match(create, '[--repo][ghe.example/third/place][--head][acme:');
  });
  await t.test('what the user has set with gh', async (t) => {
    const own = await prepare((source) => {
      remote(source, 'upstream', 'octo/gadgets');
      sh(source, 'config', 'remote.origin.gh-resolved', 'base');
    });
    t.same(own.views, []);
    t.match(own.create, `[--repo][ghe.example/acme/widgets][--head][${own.branch}]`);
    t.match(own.message, / into main$/);
    const named = await prepare((source) => sh(source, 'config', 'remote.origin.gh-resolved', 'third/place'));
    t.match(named.create, '[--repo][ghe.example/third/place]');
  });
  await t.test('a remote upstream on another server does not count', async (t) => {
    const { create } = await prepare((source) => sh(source, 'remote', 'add', 'upstream', 'https://gitlab.example/third/place.git'));
    t.match(create, '[--repo][ghe.example/octo/gadgets]');
  });
});

void t.test('in a clone of a fork, by the REST API', async (t) => {
  const server = await githubServer(t, 'sesame', { owner: 'octo', name: 'gadgets', default_branch: 'develop' });
  const { repository, finished, run } = await world(t, {
    inheritedEnv: { PATH: '/nowhere', GITHUB_TOKEN: 'sesame', GITHUB_API_URL: server.url },
  });
  const source = repository();
  addOrigin(source, url);
  const { task, worktree } = await finished(source, { progressSummary: 'One.' });
  write(worktree.path, { 'new.txt': 'n\n' });
  const result = await run(task, { action: 'pr', targetRepoPath: source });
  t.match(result, {
    prUrl: 'https://ghe.example/octo/gadgets/pull/1',
    message: / into develop of octo\/gadgets, of which origin is a fork$/,
  });
  t.match(server.pulls, [{ head: `acme:${task.branch ?? ''}`, base: 'develop' }]);
  t.match(await run({ ...task, progressSummary: 'Two.' }, { action: 'pr', targetRepoPath: source }), {
    prUrl: result.prUrl,
    message: /^Updated/,
  });
  t.match(server.pulls, [{ body: /^Two\./ }]);
  t.equal(server.pulls.length, 1);
  t.notOk(
    server.requests.some((request) => request.includes('acme/widgets/pulls')),
    'nothing in the fork',
  );
});
