import t from 'tap';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveBase } from '../../src/git/default-branch.ts';
import { addWorktree } from '../../src/git/add-worktree.ts';
import { fingerprint, isolate, open, sh, userRepository, worktreeOf, write } from './git-fixture.ts';

void t.test('a local repository: the private one has its branches, and the user’s is byte for byte as it was', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'My Project'));
  sh(source, 'branch', 'feature/x');
  sh(source, 'tag', 'v1');
  sh(source, 'remote', 'add', 'origin', 'https://example.org/team/project.git');
  write(source, { 'uncommitted.txt': 'mine' });
  const before = fingerprint(source);
  const repository = await open(home, source);
  t.match(path.basename(repository.gitDir), /^my-project-[0-9a-f]{12}\.git$/);
  t.equal(sh(repository.gitDir, 'rev-parse', 'main', 'feature/x', 'v1', 'refs/makima/source/HEAD'), sh(source, 'rev-parse', 'main', 'feature/x', 'v1', 'HEAD'));
  t.equal(sh(repository.gitDir, 'config', 'remote.origin.url').trim(), 'https://example.org/team/project.git', 'origin is the user’s origin');
  t.same(fingerprint(source), before);
  await worktreeOf(home, repository);
  await open(home, source);
  t.same(fingerprint(source), before);
});

void t.test('without an origin of its own there is none: a push cannot land in the user’s checkout', async (t) => {
  const home = isolate(t);
  const repository = await open(home, userRepository(path.join(home, 'source')));
  t.equal(sh(repository.gitDir, 'remote'), '');
});

void t.test('objects are hard links, and the private repository lives on when the source is gone', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const repository = await open(home, source);
  t.notOk(existsSync(path.join(repository.gitDir, 'objects/info/alternates')));
  rmSync(source, { recursive: true });
  t.equal(sh(repository.gitDir, 'fsck', '--connectivity-only'), '');
  t.equal(sh(repository.gitDir, 'show', 'main:README.md'), 'hello\n');
});

void t.test('opened again: source refs are exact, branches are made and moved forward only, nothing of the agents is lost', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  for (const branch of ['rewound', 'gone', 'busy']) sh(source, 'branch', branch);
  const repository = await open(home, source);
  const first = sh(source, 'rev-parse', 'main').trim();
  const busy = path.join(home, 'busy');
  sh(repository.gitDir, 'worktree', 'add', '-q', busy, 'busy');
  sh(repository.gitDir, 'update-ref', 'refs/heads/rewound', sh(repository.gitDir, 'commit-tree', '-m', 'own', '-p', 'main', 'main^{tree}').trim());
  const own = sh(repository.gitDir, 'rev-parse', 'rewound');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'second');
  sh(source, 'branch', '-f', 'rewound');
  sh(source, 'branch', '-f', 'busy');
  sh(source, 'branch', '-D', 'gone');
  sh(source, 'branch', 'new');
  await open(home, source);
  const second = sh(source, 'rev-parse', 'main').trim();
  t.equal(sh(repository.gitDir, 'rev-parse', 'main').trim(), second, 'moved forward');
  t.equal(sh(repository.gitDir, 'rev-parse', 'new').trim(), second, 'made');
  t.equal(sh(repository.gitDir, 'rev-parse', 'rewound'), own, 'an agent’s commit stays');
  t.equal(sh(repository.gitDir, 'rev-parse', 'busy').trim(), first, 'never under a checkout');
  t.equal(sh(repository.gitDir, 'rev-parse', 'gone').trim(), first, 'a branch deleted in the source stays');
  t.equal(sh(repository.gitDir, 'for-each-ref', '--format=%(refname:lstrip=4) %(objectname)', 'refs/makima/source/heads'), `busy ${second}\nmain ${second}\nnew ${second}\nrewound ${second}\n`);
  t.equal((await resolveBase(repository, 'busy')).commit, second, 'a base is the source’s branch');
});

void t.test('an agent’s branch that stands in the way of a new source branch does not stop the others', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const repository = await open(home, source);
  sh(repository.gitDir, 'branch', 'topic', 'main');
  sh(source, 'branch', 'topic/one');
  sh(source, 'branch', 'other');
  await open(home, source);
  t.equal(sh(repository.gitDir, 'rev-parse', 'other'), sh(source, 'rev-parse', 'main'));
  t.equal((await resolveBase(repository, 'topic/one')).commit, sh(source, 'rev-parse', 'main').trim());
});

void t.test('a repository without a commit says so, and leaves nothing behind', async (t) => {
  const home = isolate(t);
  const source = path.join(home, 'empty');
  mkdirSync(source);
  sh(source, 'init', '-q');
  await t.rejects(open(home, source), { code: 'REPOSITORY_EMPTY' });
  await t.rejects(open(home, pathToFileURL(source).href), { code: 'REPOSITORY_EMPTY' });
  t.same(readdirSync(path.join(home, 'makima/repositories')), []);
});

void t.test('a detached HEAD without any branch works', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  sh(source, 'checkout', '-q', '--detach');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'detached');
  sh(source, 'branch', '-D', 'main');
  const repository = await open(home, source);
  t.same(await resolveBase(repository, null), { branch: null, commit: sh(source, 'rev-parse', 'HEAD').trim() });
  const worktree = await worktreeOf(home, repository);
  t.equal(readFileSync(path.join(worktree.path, 'README.md'), 'utf8'), 'hello\n');
});

void t.test('a shallow clone works, first and again', async (t) => {
  const home = isolate(t);
  const upstream = userRepository(path.join(home, 'upstream'));
  for (const message of ['second', 'third']) sh(upstream, 'commit', '-q', '--allow-empty', '-m', message);
  const source = path.join(home, 'shallow');
  sh(home, 'clone', '-q', '--depth', '1', pathToFileURL(upstream).href, source);
  const repository = await open(home, source);
  t.equal(sh(repository.gitDir, 'rev-list', '--count', 'main').trim(), '1');
  sh(upstream, 'commit', '-q', '--allow-empty', '-m', 'fourth');
  sh(source, 'fetch', '-q', '--depth', '1');
  sh(source, 'reset', '-q', '--hard', 'origin/main');
  await open(home, source);
  const { commit } = await resolveBase(repository, null);
  t.equal(commit, sh(upstream, 'rev-parse', 'main').trim());
  await worktreeOf(home, repository);
});

void t.test('a source that borrows objects is copied in full', async (t) => {
  const home = isolate(t);
  const lender = userRepository(path.join(home, 'lender'));
  sh(home, 'clone', '-q', '--shared', lender, path.join(home, 'borrower'));
  const repository = await open(home, path.join(home, 'borrower'));
  rmSync(lender, { recursive: true });
  t.equal(sh(repository.gitDir, 'fsck', '--connectivity-only'), '');
});

void t.test('linked worktrees, bare repositories and names in any alphabet', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'Проект 日本 "quoted" \' $HOME'));
  sh(source, 'worktree', 'add', '-q', '-b', 'side', path.join(home, 'linked'));
  sh(path.join(home, 'linked'), 'commit', '-q', '--allow-empty', '-m', 'side');
  const linked = await open(home, path.join(home, 'linked'));
  t.equal(sh(linked.gitDir, 'rev-parse', 'refs/makima/source/HEAD'), sh(source, 'rev-parse', 'side'));
  const named = await open(home, source);
  t.equal((await resolveBase(named, null)).branch, 'main');
  sh(home, 'clone', '-q', '--bare', source, path.join(home, 'bare.git'));
  const bare = await open(home, path.join(home, 'bare.git'));
  t.equal((await resolveBase(bare, 'side')).commit, sh(source, 'rev-parse', 'side').trim());
});

void t.test('a clone URL: kept and fetched again; its HEAD is the default; unreachable later is a warning', async (t) => {
  const home = isolate(t);
  const upstream = userRepository(path.join(home, 'upstream'));
  sh(upstream, 'checkout', '-q', '-b', 'trunk');
  sh(upstream, 'commit', '-q', '--allow-empty', '-m', 'trunk');
  const url = pathToFileURL(upstream).href;
  const repository = await open(home, url);
  t.same(await resolveBase(repository, null), { branch: 'trunk', commit: sh(upstream, 'rev-parse', 'trunk').trim() });
  t.equal(sh(repository.gitDir, 'config', 'remote.origin.url').trim(), url);
  t.equal(sh(repository.gitDir, 'rev-parse', 'origin/main'), sh(upstream, 'rev-parse', 'main'));
  sh(upstream, 'commit', '-q', '--allow-empty', '-m', 'more');
  await open(home, url);
  t.equal((await resolveBase(repository, null)).commit, sh(upstream, 'rev-parse', 'trunk').trim());
  renameSync(upstream, `${upstream}-moved`);
  await t.rejects(open(home, url), { code: 'INVALID_REPOSITORY' }, 'a path that is gone is not an unreachable network');
  await t.rejects(open(home, 'http://127.0.0.1:1/team/project.git'), { code: 'GIT_UNREACHABLE' });
  const cached = (await open(home, `${url}-moved`)).gitDir;
  const remote = 'http://127.0.0.1:1/team/cached.git';
  const { repositoryName } = await import('../../src/git/repository-source.ts');
  renameSync(cached, path.join(path.dirname(cached), repositoryName({ kind: 'remote', url: remote }, 'x')));
  const stale = await open(home, remote);
  t.equal(stale.warnings.length, 1);
  t.equal((await resolveBase(stale, null)).branch, 'trunk');
});

void t.test('the default branch: origin/HEAD, main, master, develop, HEAD', async (t) => {
  const home = isolate(t);
  const cases: [string, string[], string, string][] = [
    ['one', ['master', 'topic'], 'topic', 'master'],
    ['two', ['develop', 'topic'], 'topic', 'develop'],
    ['three', ['topic', 'other'], 'other', 'other'],
    ['four', ['develop', 'master', 'main'], 'develop', 'main'],
  ];
  for (const [name, branches, head, expected] of cases) {
    const source = userRepository(path.join(home, name));
    sh(source, 'checkout', '-q', '--detach');
    sh(source, 'branch', '-D', 'main');
    for (const branch of branches) sh(source, 'branch', branch);
    sh(source, 'checkout', '-q', head);
    t.equal((await resolveBase(await open(home, source), null)).branch, expected, name);
  }
  const upstream = userRepository(path.join(home, 'upstream'));
  sh(upstream, 'checkout', '-q', '-b', 'trunk');
  sh(home, 'clone', '-q', upstream, 'clone');
  sh(path.join(home, 'clone'), 'checkout', '-q', 'main');
  t.equal((await resolveBase(await open(home, path.join(home, 'clone')), null)).branch, 'trunk', 'origin/HEAD before main');
  const repository = await open(home, upstream);
  await t.rejects(resolveBase(repository, 'nope'), { code: 'BRANCH_NOT_FOUND' });
  await t.rejects(resolveBase(repository, '--upload-pack=x'), { code: 'INVALID_REF' });
  await t.rejects(resolveBase(repository, 'main^{tree}'), { code: 'INVALID_REF' });
});

void t.test('new repositories: one per name, one per task, with one commit by makima on main', async (t) => {
  const home = isolate(t);
  const [a, b, c, d] = [await open(home, 'new://shop', 't1'), await open(home, 'new://shop', 't2'), await open(home, 'new://', 't1'), await open(home, 'new://', 't2')];
  const e = await open(home, null, 't1');
  t.equal(a.gitDir, b.gitDir);
  t.equal(new Set([a, c, d, e].map((repository) => repository.gitDir)).size, 4);
  t.equal((await resolveBase(a, null)).branch, 'main');
  t.equal(sh(e.gitDir, 'log', '--format=%an <%ae>', 'main').trim(), 'makima <makima@localhost>');
  t.equal(sh(e.gitDir, 'ls-tree', 'main'), '');
  t.match(await worktreeOf(home, e), { origin: null, sourcePath: null });
});

void t.test('twenty tasks open one source and add a worktree at once', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const made = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const repository = await open(home, source, `task-${index}`);
      const { commit } = await resolveBase(repository, null);
      return addWorktree(repository, { path: path.join(home, 'worktrees', `same-${index}`, 'repo'), branch: `makima/t-${index}`, commit });
    }),
  );
  t.equal(new Set(made.map(({ worktree }) => worktree.adminDir)).size, 20);
  for (const { worktree } of made) t.equal(sh(worktree.path, 'status', '--porcelain', '-b'), `## ${worktree.branch}\n`);
});

void t.test('a hostile source runs nothing', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), { 'a.txt': 'a', '.gitattributes': '* filter=evil diff=evil\n' });
  const trace = path.join(home, 'trace');
  const script = path.join(home, 'evil.sh');
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${trace}\ncat\n`);
  chmodSync(script, 0o755);
  appendFileSync(
    path.join(source, '.git/config'),
    `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${home}\n\tsshCommand = ${script}\n\talternateRefsCommand = ${script}\n\teditor = ${script}\n[filter "evil"]\n\tclean = ${script}\n\tsmudge = ${script}\n[diff "evil"]\n\tcommand = ${script}\n\ttextconv = ${script}\n[diff]\n\texternal = ${script}\n[uploadpack]\n\tpackObjectsHook = ${script}\n[remote "origin"]\n\turl = ext::${script}\n\tuploadpack = ${script}\n[credential]\n\thelper = ${script}\n`,
  );
  for (const hook of ['post-checkout', 'reference-transaction', 'pre-auto-gc']) {
    writeFileSync(path.join(source, '.git/hooks', hook), readFileSync(script));
    chmodSync(path.join(source, '.git/hooks', hook), 0o755);
  }
  const repository = await open(home, source);
  await worktreeOf(home, repository);
  await open(home, source);
  t.notOk(existsSync(trace), existsSync(trace) ? readFileSync(trace, 'utf8') : '');
  t.equal(sh(repository.gitDir, 'remote'), '', 'a program is no origin');
});

void t.test('name and e-mail of the source’s own configuration come along', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  sh(source, 'config', 'user.email', 'work@example.org');
  const repository = await open(home, source);
  t.equal(sh(repository.gitDir, 'config', 'user.email').trim(), 'work@example.org');
  sh(source, 'config', 'user.email', 'other@example.org');
  await open(home, source);
  t.equal(sh(repository.gitDir, 'config', '--local', '--get-all', 'user.email').trim(), 'other@example.org');
});

void t.test('a clone that is broken off leaves nothing, and what a crash left is cleared', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const first = await open(home, source);
  const name = path.basename(first.gitDir);
  rmSync(first.gitDir, { recursive: true });
  mkdirSync(path.join(path.dirname(first.gitDir), `${name}.tmp-crashed`));
  const { openRepository } = await import('../../src/git/open-repository.ts');
  const controller = new AbortController();
  const opening = openRepository({ kind: 'local', path: source }, { repositoriesDir: path.dirname(first.gitDir), taskId: 'x', signal: controller.signal });
  controller.abort(new Error('stopped'));
  await t.rejects(opening, /stopped/);
  await open(home, source);
  t.same(readdirSync(path.dirname(first.gitDir)), [name]);
});
