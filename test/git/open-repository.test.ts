import t from 'tap';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveBase, staleBase } from '../../src/git/repository/default-branch.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import { cacheOf, fingerprint, isolate, open, sh, userRepository, wantedOf, worktreeOf, write } from './git-fixture.ts';

void t.test('a local repository: a task’s has its branches, and the user’s is byte for byte as it was', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'My Project'));
  sh(source, 'branch', 'feature/x');
  sh(source, 'tag', 'v1');
  sh(source, 'remote', 'add', 'origin', 'https://example.org/team/project.git');
  write(source, { 'uncommitted.txt': 'mine' });
  const before = fingerprint(source);
  const repository = await open(home, source);
  t.match(path.basename(cacheOf(repository)), /^my-project-[0-9a-f]{12}\.git$/);
  const { path: inside } = await worktreeOf(home, repository);
  t.equal(sh(inside, 'rev-parse', 'main', 'origin/main', 'feature/x', 'v1'), sh(source, 'rev-parse', 'main', 'main', 'feature/x', 'v1'));
  t.equal(sh(inside, 'config', 'remote.origin.url').trim(), 'https://example.org/team/project.git', 'origin is the user’s origin');
  t.same(fingerprint(source), before);
  await worktreeOf(home, repository);
  await open(home, source);
  t.same(fingerprint(source), before);
});

void t.test('without an origin of its own there is none: a push cannot land in the user’s checkout', async (t) => {
  const home = isolate(t);
  const { path: inside } = await worktreeOf(home, await open(home, userRepository(path.join(home, 'source'))));
  t.equal(sh(inside, 'remote'), '');
});

void t.test('objects are hard links, and the cache lives on when the source is gone', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const repository = await open(home, source);
  t.notOk(existsSync(path.join(cacheOf(repository), 'objects/info/alternates')));
  rmSync(source, { recursive: true });
  t.equal(sh(cacheOf(repository), 'fsck', '--connectivity-only'), '');
  const worktree = await worktreeOf(home, repository);
  t.equal(sh(worktree.path, 'show', 'main:README.md'), 'hello\n');
});

void t.test('opened again: the cache is exact, and loses no object that a task may borrow', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  for (const branch of ['rewound', 'gone']) sh(source, 'branch', branch);
  sh(source, 'checkout', '-q', 'gone');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'only here');
  const gone = sh(source, 'rev-parse', 'gone').trim();
  sh(source, 'checkout', '-q', 'main');
  const worktree = await worktreeOf(home, await open(home, source), 'gone');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'second');
  sh(source, 'branch', '-f', 'rewound');
  sh(source, 'branch', '-D', 'gone');
  sh(source, 'branch', 'new');
  sh(source, 'reflog', 'expire', '--expire=now', '--all');
  sh(source, 'gc', '-q', '--prune=now');
  const repository = await open(home, source);
  const second = sh(source, 'rev-parse', 'main').trim();
  t.same([...repository.facts.branches].sort(), [
    ['main', second],
    ['new', second],
    ['rewound', second],
  ]);
  t.equal((await resolveBase(repository, 'rewound')).commit, second);
  sh(cacheOf(repository), 'gc', '-q', '--auto');
  t.equal(sh(worktree.path, 'log', '-1', '--format=%H %s', 'HEAD').trim(), `${gone} only here`);
  t.equal(sh(worktree.path, 'fsck', '--connectivity-only', '--no-dangling'), '');
});

void t.test('what agents do to their repositories reaches neither each other nor the cache nor the next task', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), { 'a.txt': 'a\n' });
  sh(source, 'branch', 'feature');
  const before = fingerprint(source);
  const repository = await open(home, source);
  const [one, other] = [await worktreeOf(home, repository), await worktreeOf(home, repository)];
  const cache = fingerprint(cacheOf(repository));
  const mine = sh(one.path, 'rev-parse', 'HEAD').trim();
  for (const { path: inside } of [one, other]) {
    write(inside, { 'a.txt': `${inside}\n` });
    sh(inside, 'stash', '-q');
  }
  sh(one.path, 'config', 'user.name', 'Somebody');
  sh(one.path, 'config', 'commit.gpgsign', 'true');
  sh(one.path, 'config', 'core.hooksPath', '/nowhere');
  sh(one.path, 'config', 'core.worktree', '/tmp');
  const hooks = path.join(one.gitDir, 'hooks');
  mkdirSync(hooks, { recursive: true });
  writeFileSync(path.join(hooks, 'pre-commit'), '#!/bin/sh\nexit 1\n');
  chmodSync(path.join(hooks, 'pre-commit'), 0o755);
  sh(other.path, 'checkout', '-q', 'main');
  sh(other.path, 'commit', '-q', '--allow-empty', '-m', 'on main');
  sh(other.path, 'branch', '-D', 'feature');
  sh(other.path, 'tag', 'mine');
  sh(other.path, 'stash', 'pop', '-q');
  t.equal(readFileSync(path.join(other.path, 'a.txt'), 'utf8'), `${other.path}\n`, 'each gets its own stash back');
  sh(other.path, 'gc', '-q', '--prune=now');
  const { path: next } = await worktreeOf(home, await open(home, source));
  t.equal(sh(next, 'rev-parse', 'main', 'feature', 'HEAD'), `${mine}\n${mine}\n${mine}\n`, 'the next task sees the source');
  sh(next, 'checkout', '-q', 'main');
  sh(next, 'commit', '-q', '--allow-empty', '-m', 'mine');
  t.equal(sh(next, 'log', '-1', '--format=%an').trim(), 'User');
  t.equal(sh(next, 'tag'), '');
  t.match(sh(next, 'worktree', 'list'), /^\S+ +\(bare\)\n\S+ +[0-9a-f]+ \[main\]\n$/, 'it has one worktree');
  t.same(
    fingerprint(cacheOf(repository), { times: false, skip: ['/makima-heads.json'] }),
    Object.fromEntries(
      Object.entries(cache)
        .filter(([name]) => name !== '/makima-heads.json')
        .map(([name, print]) => [name, name.endsWith('/') ? print : print.replace(/ \d+$/, '')]),
    ),
  );
  t.same(fingerprint(source), before);
});

void t.test('what a clone would have: origin/… as the source knows it, a branch where it differs, and both names of a base', async (t) => {
  const home = isolate(t);
  const upstream = userRepository(path.join(home, 'upstream'));
  sh(upstream, 'branch', 'shared');
  sh(upstream, 'branch', 'ahead');
  sh(home, 'clone', '-q', upstream, 'clone');
  const source = path.join(home, 'clone');
  sh(upstream, 'commit', '-q', '--allow-empty', '-m', 'newer');
  sh(source, 'fetch', '-q');
  for (const branch of ['ahead', 'only-here']) {
    sh(source, 'checkout', '-q', branch === 'ahead' ? branch : '-b', ...(branch === 'ahead' ? [] : [branch]));
    sh(source, 'commit', '-q', '--allow-empty', '-m', branch);
  }
  sh(source, 'checkout', '-q', 'main');
  const repository = await open(home, source);
  const { path: inside } = await worktreeOf(home, repository);
  const at = (ref: string): string => sh(source, 'rev-parse', ref);
  const rev = (ref: string): string => sh(inside, 'rev-parse', ref);
  t.equal(rev('main'), at('main'));
  t.equal(rev('origin/main'), at('origin/main'), 'what origin has is not what the source has');
  t.equal(rev('origin/HEAD'), at('origin/HEAD'));
  t.equal(rev('ahead'), at('ahead'), 'a branch that is elsewhere than origin’s');
  t.equal(rev('origin/ahead'), at('origin/ahead'));
  t.equal(rev('origin/only-here'), at('only-here'));
  sh(inside, 'checkout', '-q', 'shared');
  t.equal(
    sh(inside, 'rev-parse', '--abbrev-ref', 'shared@{upstream}').trim(),
    'origin/shared',
    'a branch of origin is checked out as in a clone',
  );
  sh(inside, 'checkout', '-q', 'only-here');
  t.equal(rev('HEAD'), at('only-here'));
  const newer = await worktreeOf(home, repository, 'origin/main');
  t.equal(sh(newer.path, 'rev-parse', 'HEAD', 'main', 'origin/main'), at('origin/main').repeat(3));
  t.match(
    await staleBase(repository, await resolveBase(repository, null)),
    /^main is 1 commit behind origin\/main in .*clone, .*baseBranch "origin\/main"/,
  );
  for (const base of ['origin/main', 'shared', 'only-here', 'ahead'])
    t.equal(await staleBase(repository, await resolveBase(repository, base)), null, base);
});

void t.test('a branch of the source that git cannot keep beside a task’s own is left out, and stays in origin/', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  sh(source, 'branch', 'makima');
  sh(source, 'checkout', '-q', 'makima');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'theirs');
  const worktree = await worktreeOf(home, await open(home, source), 'makima');
  t.equal(sh(worktree.path, 'rev-parse', 'HEAD', 'origin/makima'), sh(source, 'rev-parse', 'makima').repeat(2));
  t.equal(sh(worktree.path, 'for-each-ref', 'refs/heads/makima', '--format=%(refname:short)').trim(), worktree.branch);
  sh(worktree.path, 'commit', '-q', '--allow-empty', '-m', 'ours');
});

void t.test('a source that has `makima` first and `makima/x` later, or the other way, is fetched as it stands', async (t) => {
  const home = isolate(t);
  const upstream = userRepository(path.join(home, 'upstream'));
  sh(upstream, 'branch', 'makima');
  const clone = path.join(home, 'clone');
  sh(home, 'clone', '-q', upstream, clone);
  for (const source of [clone, pathToFileURL(upstream).href]) await worktreeOf(home, await open(home, source), 'makima');
  sh(upstream, 'branch', '-m', 'makima', 'makima/x');
  sh(clone, 'fetch', '-q', '--prune');
  sh(clone, 'branch', 'makima/x');
  for (const source of [clone, pathToFileURL(upstream).href]) {
    const worktree = await worktreeOf(home, await open(home, source), 'makima/x');
    t.equal(sh(worktree.path, 'rev-parse', 'HEAD', 'origin/makima/x', 'makima/x'), sh(upstream, 'rev-parse', 'main').repeat(3));
    await t.rejects(worktreeOf(home, await open(home, source), 'makima'), { code: 'BRANCH_NOT_FOUND' });
  }
  sh(upstream, 'branch', '-m', 'makima/x', 'makima');
  sh(clone, 'branch', '-D', 'makima/x');
  sh(clone, 'fetch', '-q', '--prune');
  for (const source of [clone, pathToFileURL(upstream).href]) await worktreeOf(home, await open(home, source), 'makima');
});

void t.test('a repository without a commit says so, and leaves nothing behind', async (t) => {
  const home = isolate(t);
  const source = path.join(home, 'empty');
  mkdirSync(source);
  sh(source, 'init', '-q');
  await t.rejects(open(home, source), { code: 'REPOSITORY_EMPTY' });
  await t.rejects(open(home, pathToFileURL(source).href), { code: 'REPOSITORY_EMPTY' });
  t.same(readdirSync(path.join(home, 'makima/caches')), []);
});

void t.test('a detached HEAD without any branch works', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  sh(source, 'checkout', '-q', '--detach');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'detached');
  sh(source, 'branch', '-D', 'main');
  const repository = await open(home, source);
  t.same(await resolveBase(repository, null), { branch: null, local: null, commit: sh(source, 'rev-parse', 'HEAD').trim() });
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
  t.equal(sh((await worktreeOf(home, repository)).path, 'rev-list', '--count', 'main').trim(), '1');
  sh(upstream, 'commit', '-q', '--allow-empty', '-m', 'fourth');
  sh(source, 'fetch', '-q', '--depth', '1');
  sh(source, 'reset', '-q', '--hard', 'origin/main');
  const again = await open(home, source);
  t.equal((await resolveBase(again, null)).commit, sh(upstream, 'rev-parse', 'main').trim());
  const worktree = await worktreeOf(home, again);
  t.equal(sh(worktree.path, 'log', '--format=%s'), 'fourth\n');
});

void t.test('a source that borrows objects is copied in full', async (t) => {
  const home = isolate(t);
  const lender = userRepository(path.join(home, 'lender'));
  sh(home, 'clone', '-q', '--shared', lender, path.join(home, 'borrower'));
  const repository = await open(home, path.join(home, 'borrower'));
  rmSync(lender, { recursive: true });
  t.equal(sh(cacheOf(repository), 'fsck', '--connectivity-only'), '');
});

void t.test('linked worktrees, bare repositories and names in any alphabet', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'Проект 日本 "quoted" \' $HOME'));
  sh(source, 'worktree', 'add', '-q', '-b', 'side', path.join(home, 'linked'));
  sh(path.join(home, 'linked'), 'commit', '-q', '--allow-empty', '-m', 'side');
  const linked = await open(home, path.join(home, 'linked'));
  t.equal(sh(cacheOf(linked), 'rev-parse', 'refs/makima/source/HEAD'), sh(source, 'rev-parse', 'side'));
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
  t.same(await resolveBase(repository, null), { branch: 'trunk', local: 'trunk', commit: sh(upstream, 'rev-parse', 'trunk').trim() });
  const { path: inside } = await worktreeOf(home, repository);
  t.equal(sh(inside, 'config', 'remote.origin.url').trim(), url);
  t.equal(sh(inside, 'rev-parse', 'origin/main', 'origin/HEAD'), sh(upstream, 'rev-parse', 'main', 'trunk'));
  sh(inside, 'fetch', '-q');
  sh(upstream, 'commit', '-q', '--allow-empty', '-m', 'more');
  t.equal((await resolveBase(await open(home, url), null)).commit, sh(upstream, 'rev-parse', 'trunk').trim());
  renameSync(upstream, `${upstream}-moved`);
  await t.rejects(open(home, url), { code: 'INVALID_REPOSITORY' }, 'a path that is gone is not an unreachable network');
  await t.rejects(open(home, 'http://127.0.0.1:1/team/project.git'), { code: 'GIT_UNREACHABLE' });
  const cached = cacheOf(await open(home, `${url}-moved`));
  const remote = 'http://127.0.0.1:1/team/cached.git';
  const { repositoryName } = await import('../../src/git/repository/repository-source.ts');
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
  const [a, b, c, d] = [
    await open(home, 'new://shop', 't1'),
    await open(home, 'new://shop', 't2'),
    await open(home, 'new://', 't1'),
    await open(home, 'new://', 't2'),
  ];
  const e = await open(home, null, 't1');
  t.equal(a.name, b.name);
  t.equal(new Set([a, c, d, e].map((repository) => repository.name)).size, 4);
  t.equal((await resolveBase(a, null)).branch, 'main');
  const worktree = await worktreeOf(home, e);
  t.equal(sh(worktree.path, 'log', '--format=%an <%ae>', 'main').trim(), 'makima <makima@localhost>');
  t.equal(sh(worktree.path, 'ls-tree', 'main'), '');
  t.equal(sh(worktree.path, 'status', '--porcelain', '-b'), `## ${worktree.branch}\n`);
  t.equal(sh(worktree.path, 'fsck', '--full'), '');
  t.match(worktree, { origin: null, sourcePath: null });
});

void t.test('twenty tasks open one source and add a worktree at once', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const made = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const repository = await open(home, source, `task-${index}`);
      return addWorktree(repository, await wantedOf(home, repository));
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
  t.equal(sh((await worktreeOf(home, repository)).path, 'remote'), '', 'a program is no origin');
});

void t.test('hooks of the source that a commit would run are told of, and a setup command can install them for one task', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  t.equal((await open(home, source)).hooksNotRun, null, 'git’s own samples are none');
  const hook = (directory: string, name: string): void => {
    mkdirSync(path.join(source, directory), { recursive: true });
    writeFileSync(path.join(source, directory, name), '#!/bin/sh\nexit 1\n');
    chmodSync(path.join(source, directory, name), 0o755);
  };
  hook('.git/hooks', 'pre-commit');
  hook('.git/hooks', 'post-checkout');
  const repository = await open(home, source);
  t.match(repository.hooksNotRun, /\(pre-commit\) are not run .* makima\.json/);
  hook('.husky', 'commit-msg');
  sh(source, 'config', 'core.hooksPath', '.husky');
  t.match((await open(home, source)).hooksNotRun, /\(commit-msg\)/);
  const [one, other] = [await worktreeOf(home, repository), await worktreeOf(home, repository)];
  sh(one.path, 'config', 'core.hooksPath', path.join(source, '.husky'));
  t.throws(() => sh(one.path, 'commit', '-q', '--allow-empty', '-m', 'x'));
  sh(other.path, 'commit', '-q', '--allow-empty', '-m', 'x');
});

void t.test('name and e-mail of the source’s own configuration come along, whatever characters they have', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const name = 'A "quoted" \\ name; # ü\tx';
  sh(source, 'config', 'user.email', 'work@example.org');
  sh(source, 'config', 'user.name', name);
  const first = await worktreeOf(home, await open(home, source));
  t.same(
    ['user.email', 'user.name'].map((key) => sh(first.path, 'config', '--local', key)),
    ['work@example.org\n', `${name}\n`],
  );
  sh(source, 'config', 'user.email', 'other@example.org');
  const second = await worktreeOf(home, await open(home, source));
  t.equal(sh(second.path, 'config', '--local', '--get-all', 'user.email').trim(), 'other@example.org');
});

void t.test('a clone that is broken off leaves nothing, and what a crash left is cleared', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const first = await open(home, source);
  const cacheDir = cacheOf(first);
  const name = path.basename(cacheDir);
  rmSync(cacheDir, { recursive: true });
  mkdirSync(path.join(path.dirname(cacheDir), `${name}.tmp-crashed`));
  const { openRepository } = await import('../../src/git/repository/open-repository.ts');
  const controller = new AbortController();
  const opening = openRepository(
    { kind: 'local', path: source },
    { cachesDir: path.dirname(cacheDir), taskId: 'x', signal: controller.signal },
  );
  controller.abort(new Error('stopped'));
  await t.rejects(opening, /stopped/);
  await open(home, source);
  t.same(readdirSync(path.dirname(cacheDir)), [name]);
});
