import t from 'tap';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { diffFiles } from '../../src/git/snapshot/diff.ts';
import { continueWorktree } from '../../src/git/worktree/continue-worktree.ts';
import { fingerprint, isolate, open, prepared, sh, userRepository, wantedOf, worktreeOf, write } from './git-fixture.ts';

const skip = ['/.git', '/.makima'];

void t.test('everything that the other worktree holds, and that one stays as it is', async (t) => {
  const home = isolate(t);
  const { repository, worktree: from } = await prepared(home, {
    'a.txt': 'a\n',
    'deleted.txt': 'd\n',
    'staged-delete.txt': 'd\n',
    'mode.sh': 'm\n',
    '.gitignore': 'ignored\n*.log\n',
  });
  write(from.path, { 'commit.txt': 'c\n' });
  sh(from.path, 'add', '-A');
  sh(from.path, 'commit', '-q', '-m', 'agent');
  write(from.path, { 'a.txt': 'staged\n', 'both.txt': 'staged\n' });
  sh(from.path, 'add', '-A');
  write(from.path, { 'both.txt': 'then changed\n', 'untracked ü\n.txt': 'u', 'ignored/deep/x.log': 'i', 'debug.log': 'l' });
  unlinkSync(path.join(from.path, 'deleted.txt'));
  sh(from.path, 'rm', '-q', '--cached', 'staged-delete.txt');
  chmodSync(path.join(from.path, 'mode.sh'), 0o755);
  mkdirSync(path.join(from.path, 'empty/directory'), { recursive: true });
  symlinkSync('a.txt', path.join(from.path, 'link'));
  symlinkSync('nowhere', path.join(from.path, 'dangling'));
  symlinkSync(realpathSync('/usr/bin'), path.join(from.path, 'out'));
  linkSync(path.join(from.path, 'a.txt'), path.join(from.path, 'hard.log'));
  writeFileSync(Buffer.concat([Buffer.from(`${from.path}/caf`), Buffer.from([0xe9])]), 'x');
  mkdirSync(path.join(from.path, 'locked.log'));
  writeFileSync(path.join(from.path, 'locked.log/x'), 'x');
  chmodSync(path.join(from.path, 'locked.log'), 0o555);
  spawnSync('mkfifo', [path.join(from.path, 'pipe')]);
  sh(home, 'init', '-q', path.join(from.path, 'ignored/nested'));
  write(from.path, { '.makima/orchestrate.sh': 'mine alone' });
  unlinkSync(path.join(from.path, 'pipe'));
  const status = sh(from.path, 'status', '--porcelain', '--ignored');
  const before = [fingerprint(from.path), fingerprint(from.adminDir)];
  const to = await continueWorktree(from, repository, await wantedOf(home, repository, { branch: 'makima/next' }));
  t.same([fingerprint(from.path), fingerprint(from.adminDir)], before, 'the other one, times included');
  t.same(fingerprint(to.path, { times: false, skip }), fingerprint(from.path, { times: false, skip }));
  t.equal(sh(to.path, 'status', '--porcelain', '--ignored'), status);
  t.equal(sh(to.path, 'rev-parse', 'HEAD'), sh(from.path, 'rev-parse', 'HEAD'));
  t.equal(sh(to.path, 'branch', '--show-current').trim(), 'makima/next');
  t.same([to.baseCommit, to.origin], [from.baseCommit, from.origin]);
  t.same(await diffFiles(to), await diffFiles(from));
  t.not(readFileSync(path.join(to.path, '.git'), 'utf8'), readFileSync(path.join(from.path, '.git'), 'utf8'));
  chmodSync(path.join(from.path, 'locked.log'), 0o755);
  chmodSync(path.join(to.path, 'locked.log'), 0o755);
});

void t.test('it can be repeated, and undone by a failure', async (t) => {
  const home = isolate(t);
  const { repository, worktree: from } = await prepared(home);
  write(from.path, { 'u.txt': 'u' });
  const wanted = await wantedOf(home, repository, { branch: 'makima/next' });
  await continueWorktree(from, repository, wanted);
  const to = await continueWorktree(from, repository, wanted);
  t.equal(readFileSync(path.join(to.path, 'u.txt'), 'utf8'), 'u');
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  const other = await wantedOf(home, repository);
  await t.rejects(continueWorktree(from, repository, { ...other, signal: controller.signal }), /stopped/);
  t.same([existsSync(other.path), existsSync(other.gitDir)], [false, false]);
  rmSync(from.path, { recursive: true });
  await t.rejects(continueWorktree(from, repository, other), { code: 'WORKTREE_NOT_FOUND' });
});

void t.test('a merge that is open is open in the new one too', async (t) => {
  const home = isolate(t);
  const { repository, worktree: from } = await prepared(home, { 'a.txt': 'a\n' });
  sh(from.path, 'checkout', '-q', '-b', 'side');
  write(from.path, { 'a.txt': 'side\n' });
  sh(from.path, 'commit', '-qam', 'side');
  sh(from.path, 'checkout', '-q', '-');
  write(from.path, { 'a.txt': 'ours\n' });
  sh(from.path, 'commit', '-qam', 'ours');
  spawnSync('git', ['merge', 'side'], { cwd: from.path });
  const to = await continueWorktree(from, repository, await wantedOf(home, repository, { branch: 'makima/next' }));
  t.equal(sh(to.path, 'ls-files', '--unmerged'), sh(from.path, 'ls-files', '--unmerged'));
  t.equal(sh(to.path, 'rev-parse', 'MERGE_HEAD'), sh(from.path, 'rev-parse', 'MERGE_HEAD'));
});

void t.test('from a worktree of another source: commits and staged files come along', async (t) => {
  const home = isolate(t);
  const { worktree: from } = await prepared(home);
  const other = await open(home, null, 'scratch');
  write(from.path, { 'c.txt': 'c' });
  sh(from.path, 'add', '-A');
  sh(from.path, 'commit', '-q', '-m', 'agent');
  write(from.path, { 's.txt': 'staged' });
  sh(from.path, 'add', '-A');
  write(from.path, { 's.txt': 'changed' });
  const before = fingerprint(from.path);
  const to = await continueWorktree(
    from,
    other,
    await wantedOf(home, other, { base: { branch: null, local: null, commit: from.baseCommit } }),
  );
  t.same(fingerprint(from.path), before);
  t.equal(sh(to.path, 'status', '--porcelain'), 'AM s.txt\n');
  t.equal(sh(to.path, 'show', ':s.txt'), 'staged');
  t.equal(sh(to.path, 'log', '--format=%s'), 'agent\nfirst\n');
  t.same(
    (await diffFiles(to)).map((change) => change.path),
    ['c.txt', 's.txt'],
  );
});

void t.test('submodules of the new one are its own', async (t) => {
  const home = isolate(t);
  const library = userRepository(path.join(home, 'library'), { 'lib.txt': 'lib' });
  const source = userRepository(path.join(home, 'source'));
  sh(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib');
  sh(source, 'commit', '-q', '-m', 'library');
  const repository = await open(home, source);
  const from = await worktreeOf(home, repository);
  write(from.path, { 'lib/own.txt': 'own' });
  sh(path.join(from.path, 'lib'), 'add', '-A');
  sh(path.join(from.path, 'lib'), 'commit', '-q', '-m', 'own');
  const to = await continueWorktree(from, repository, await wantedOf(home, repository, { branch: 'makima/next' }));
  t.equal(sh(path.join(to.path, 'lib'), 'rev-parse', 'HEAD'), sh(path.join(from.path, 'lib'), 'rev-parse', 'HEAD'));
  const before = fingerprint(from.adminDir);
  write(to.path, { 'lib/next.txt': 'next' });
  sh(path.join(to.path, 'lib'), 'add', '-A');
  sh(path.join(to.path, 'lib'), 'commit', '-q', '-m', 'next');
  t.same(fingerprint(from.adminDir), before);
  t.equal(sh(path.join(to.path, 'lib'), 'rev-parse', '--show-toplevel').trim(), path.join(to.path, 'lib'));
});
