import t from 'tap';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { checkRelativePath } from '../../src/files/relative-path.ts';
import { copyFiles } from '../../src/git/worktree/copies/copy-files.ts';
import { copyWorktreeInclude } from '../../src/git/worktree/copies/worktree-include.ts';
import { fingerprint, isolate, sh, userRepository, write } from './git-fixture.ts';

void t.test('relative paths', (t) => {
  for (const [given, expected] of [
    ['a', 'a'],
    ['./a//b/', 'a/b'],
    ['a b/ü\n', 'a b/ü\n'],
    ['.gitignore', '.gitignore'],
    ['-x', '-x'],
    ['a/.makima', 'a/.makima'],
    ['..a', '..a'],
  ] as const)
    t.equal(checkRelativePath(given), expected);
  for (const bad of [
    '',
    '.',
    './',
    '/',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../b',
    'a/..',
    '~/x',
    '.git',
    '.git/config',
    '.GIT/config',
    'a/.git/x',
    '.makima',
    '.Makima/x',
    './.makima/x',
    'a\0b',
    'x'.repeat(5000),
  ]) {
    t.throws(() => checkRelativePath(bad), { code: 'INVALID_PATH' }, JSON.stringify(bad.slice(0, 20)));
  }
  t.end();
});

void t.test('files and directories are copied with modes and links, missing ones are named', async (t) => {
  const root = t.testdir({
    from: { 'a.txt': 'a', dir: { deep: { 'b.txt': 'b' }, empty: {}, '.git': { config: 'secret' } } },
    to: { 'a.txt': 'old', dir: { 'stays.txt': 's' } },
  });
  const [from, to] = [path.join(root, 'from'), path.join(root, 'to')];
  chmodSync(path.join(from, 'a.txt'), 0o751);
  symlinkSync('/etc/passwd', path.join(from, 'dir/out'));
  const result = await copyFiles(from, to, ['a.txt', 'dir/', 'gone.txt', 'gone/too.txt', 'a.txt/x']).catch((error: unknown) => error);
  t.match(result, { code: 'INVALID_PATH' }, 'a file in the place of a directory');
  t.equal(readFileSync(path.join(to, 'a.txt'), 'utf8'), 'old', 'and nothing was copied');
  t.same(await copyFiles(from, to, ['a.txt', 'dir/', 'gone.txt', 'gone/too.txt']), {
    copied: ['a.txt', 'dir'],
    missing: ['gone.txt', 'gone/too.txt'],
  });
  t.equal(readFileSync(path.join(to, 'a.txt'), 'utf8'), 'a');
  t.equal(lstatSync(path.join(to, 'a.txt')).mode & 0o777, 0o751);
  t.same(readdirSync(path.join(to, 'dir')).sort(), ['deep', 'empty', 'out', 'stays.txt']);
  t.equal(readlinkSync(path.join(to, 'dir/out')), '/etc/passwd', 'a link is copied as a link');
  mkdirSync(path.join(root, 'new'));
  t.same(await copyFiles(from, path.join(root, 'new'), ['dir/deep/b.txt']), { copied: ['dir/deep/b.txt'], missing: [] });
  t.equal(readFileSync(path.join(root, 'new/dir/deep/b.txt'), 'utf8'), 'b');
});

void t.test('no way out through a link, on either side', async (t) => {
  const root = t.testdir({ from: { 'a.txt': 'a', dir: { 'x.txt': 'x' } }, to: {}, outside: { 'secret.txt': 'secret' } });
  const [from, to, outside] = [path.join(root, 'from'), path.join(root, 'to'), path.join(root, 'outside')];
  symlinkSync(outside, path.join(from, 'out'));
  await t.rejects(copyFiles(from, to, ['out/secret.txt']), { code: 'INVALID_PATH' });
  symlinkSync(outside, path.join(to, 'dir'));
  await t.rejects(copyFiles(from, to, ['dir/x.txt']), { code: 'INVALID_PATH' });
  await copyFiles(from, to, ['dir']);
  t.ok(lstatSync(path.join(to, 'dir')).isDirectory(), 'a link in the place of a directory is replaced');
  symlinkSync(path.join(outside, 'secret.txt'), path.join(to, 'a.txt'));
  await copyFiles(from, to, ['a.txt']);
  t.same(fingerprint(outside, { times: false }), fingerprint(path.join(root, 'outside'), { times: false }));
  t.equal(readFileSync(path.join(outside, 'secret.txt'), 'utf8'), 'secret', 'never written through a link');
  t.same(readdirSync(outside), ['secret.txt']);
});

void t.test('.worktreeinclude: what matches and is not tracked, as gitignore has it', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), {
    '.gitignore': '.env*\nnode_modules\nsecrets/\n',
    '.worktreeinclude': '# local settings\n.env*\n!.env.example\nsecrets/\n/config/*.local\n*.tracked\nü *.txt\n',
    'a.tracked': 'tracked',
  });
  write(source, {
    '.env': 'A=1',
    '.env.example': 'no',
    'sub/.env.local': 'B=2',
    'secrets/deep/key': 'k',
    'config/db.local': 'd',
    'other/config/db.local': 'no',
    'ü x.txt': 'ü',
    'plain.txt': 'no',
    'taken/.env': 'from the source',
    'node_modules/x/.env': 'n',
  });
  symlinkSync('/etc/passwd', path.join(source, '.env-link'));
  const outside = path.join(home, 'outside');
  write(outside, { '.env': 'outside' });
  symlinkSync(outside, path.join(source, 'linked'));
  const before = fingerprint(source);
  const to = path.join(home, 'to');
  write(to, { 'taken/.env': 'own' });
  symlinkSync(outside, path.join(to, 'config'));
  const { copied, truncated } = await copyWorktreeInclude(source, to);
  t.equal(truncated, false);
  t.same(copied.sort(), ['.env', '.env-link', 'node_modules/x/.env', 'secrets/deep/key', 'sub/.env.local', 'ü x.txt']);
  t.equal(readFileSync(path.join(to, 'sub/.env.local'), 'utf8'), 'B=2');
  t.equal(readFileSync(path.join(to, 'taken/.env'), 'utf8'), 'own', 'what is there stays');
  t.equal(readlinkSync(path.join(to, '.env-link')), '/etc/passwd');
  t.same(readdirSync(outside), ['.env'], 'nothing through a link in the worktree');
  t.same(fingerprint(source), before);
});

void t.test('.worktreeinclude: none, a link, a bare repository', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const to = path.join(home, 'to');
  mkdirSync(to);
  const nothing = { copied: [], truncated: false };
  t.same(await copyWorktreeInclude(source, to), nothing);
  writeFileSync(path.join(source, '.env'), 'x');
  writeFileSync(path.join(home, 'patterns'), '.env\n');
  symlinkSync(path.join(home, 'patterns'), path.join(source, '.worktreeinclude'));
  t.same(await copyWorktreeInclude(source, to), nothing);
  rmSync(path.join(source, '.worktreeinclude'));
  sh(home, 'clone', '-q', '--bare', source, 'bare.git');
  t.same(await copyWorktreeInclude(path.join(home, 'bare.git'), to), nothing);
  t.notOk(existsSync(path.join(to, '.env')));
});
