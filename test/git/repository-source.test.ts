import t from 'tap';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkBranchName } from '../../src/git/command/ref-name.ts';
import { checkSource } from '../../src/git/repository/check-source.ts';
import { parseRepositoryUrl, repositoryName } from '../../src/git/repository/repository-source.ts';
import { fingerprint, isolate, sh, userRepository } from './git-fixture.ts';

void t.test('what a repositoryUrl means', (t) => {
  const cases: [string | null, object][] = [
    [null, { kind: 'scratch' }],
    ['', { kind: 'scratch' }],
    ['~', { kind: 'local', path: '/home/u' }],
    ['~/code/my app', { kind: 'local', path: '/home/u/code/my app' }],
    ['/srv/x/../y/', { kind: 'local', path: '/srv/y' }],
    ['/srv/a:b', { kind: 'local', path: '/srv/a:b' }],
    ['new://', { kind: 'new' }],
    ['new://shop', { kind: 'named', name: 'shop' }],
    ['new://Мой магазин', { kind: 'named', name: 'Мой магазин' }],
    ['https://github.com/a/b.git', { kind: 'remote', url: 'https://github.com/a/b.git' }],
    ['ssh://git@host:22/a', { kind: 'remote', url: 'ssh://git@host:22/a' }],
    ['git@github.com:a/b.git', { kind: 'remote', url: 'git@github.com:a/b.git' }],
    ['git://host/a', { kind: 'remote', url: 'git://host/a' }],
    ['file:///srv/a', { kind: 'remote', url: 'file:///srv/a' }],
  ];
  for (const [given, expected] of cases) t.same(parseRepositoryUrl(given, '/home/u'), expected, String(given));
  t.end();
});

void t.test('what is refused', (t) => {
  const bad = [
    'relative/path',
    './x',
    '../x',
    'name',
    '~other/x',
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    'foo::bar',
    'https::https://x/y',
    '-x',
    '--upload-pack=touch /tmp/x',
    'https://-oProxyCommand=x/y',
    'ssh://-oProxyCommand=touch/y',
    'ssh://u@-oProxyCommand=x/y',
    '-oProxyCommand=x:y',
    'host:-x',
    'ssh://host/-x',
    'ftp://host/x',
    'javascript://x/y',
    'https://',
    'https://host',
    'https:///x',
    'https://host/a\nb',
    'https://host/a b',
    '/srv/\0x',
    '/srv/a\u001bb',
    'new://../x',
    'new:///x',
    'new://.git',
    'new://-x',
    `new://${'x'.repeat(200)}`,
    'file://',
    'file:///',
    `/${'x'.repeat(5000)}`,
    'C:\\x\\y z',
  ];
  for (const given of bad)
    t.throws(() => parseRepositoryUrl(given, '/home/u'), { code: 'INVALID_REPOSITORY' }, JSON.stringify(given.slice(0, 60)));
  t.end();
});

void t.test('a message never shows a password', (t) => {
  try {
    parseRepositoryUrl('ftp://user:hunter2@host/x', '/');
    t.fail('refused');
  } catch (error) {
    t.notMatch(String(error), /hunter2/);
  }
  t.end();
});

void t.test('names of private repositories', (t) => {
  const name = (url: string, task = 't'): string => repositoryName(parseRepositoryUrl(url, '/'), task);
  t.equal(name('https://Example.org/a/b.git'), name('https://example.org/a/b.git/'));
  t.not(name('https://example.org/a/b.git'), name('https://example.org/A/b.git'));
  t.not(name('/srv/b'), name('/opt/b'));
  t.not(name('new://b'), name('/b'));
  t.equal(name('new://b', 'one'), name('new://b', 'two'));
  t.not(name('new://', 'one'), name('new://', 'two'));
  t.match(name('git@github.com:team/shop.git'), /^shop-[0-9a-f]{12}\.git$/);
  t.match(name('/srv/../..'), /^[\p{L}\p{N}-]+\.git$/u);
  t.end();
});

void t.test('the check when a task is made', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  mkdirSync(path.join(source, 'sub'));
  sh(source, 'branch', 'feature/x');
  sh(source, 'update-ref', 'refs/remotes/origin/upstream-only', 'HEAD');
  sh(source, 'worktree', 'add', '-q', path.join(home, 'linked'));
  sh(home, 'clone', '-q', '--bare', source, 'bare.git');
  mkdirSync(path.join(home, 'plain'));
  mkdirSync(path.join(home, 'empty'));
  sh(path.join(home, 'empty'), 'init', '-q');
  writeFileSync(path.join(home, 'file'), 'x');
  mkdirSync(path.join(home, 'broken'));
  writeFileSync(path.join(home, 'broken/.git'), 'gitdir: /nowhere\n');
  const before = fingerprint(source);
  const check = (name: string, branch: string | null = null): Promise<void> =>
    checkSource({ kind: 'local', path: path.join(home, name) }, branch);
  for (const [name, branch] of [
    ['source', null],
    ['source', 'feature/x'],
    ['source', 'upstream-only'],
    ['linked', null],
    ['bare.git', 'main'],
    ['source/.git', null],
  ] as const)
    await t.resolves(check(name, branch), `${name} ${String(branch)}`);
  await t.rejects(check('source', 'nope'), { code: 'BRANCH_NOT_FOUND' });
  await t.rejects(check('source', 'a..b'), { code: 'INVALID_REF' });
  await t.rejects(check('source/sub'), {
    code: 'INVALID_REPOSITORY',
    message: new RegExp(`inside the repository ${source}, which is the path to give. Give the top of a git repository`),
  });
  for (const name of ['nope', 'plain', 'file', 'broken', 'file/x']) await t.rejects(check(name), { code: 'INVALID_REPOSITORY' }, name);
  await t.rejects(check('empty'), { code: 'REPOSITORY_EMPTY' });
  await t.resolves(checkSource({ kind: 'remote', url: 'https://nowhere.invalid/x' }, 'any'));
  await t.rejects(checkSource({ kind: 'new' }, 'any'), { code: 'BRANCH_NOT_FOUND' });
  t.same(fingerprint(source), before);
});

void t.test('branch names, as git has them', async (t) => {
  for (const good of ['main', 'feature/x', 'ünï', 'a.b', 'a-b', '@']) await t.resolves(checkBranchName(good), good);
  for (const bad of [
    '',
    '-x',
    '--help',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    '/a',
    'a/',
    'a//b',
    'a.lock',
    '.a',
    'a/.b',
    '@{-1}',
    'a@{1}',
    'a\n',
    'a\0b',
    'HEAD',
    'x'.repeat(2000),
  ]) {
    await t.rejects(checkBranchName(bad), { code: 'INVALID_REF' }, JSON.stringify(bad.slice(0, 20)));
  }
});
