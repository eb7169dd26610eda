import t from 'tap';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cloneStandalone } from '../../src/git/delivery/clone-standalone.ts';
import { missingContent } from '../../src/git/snapshot/missing-content.ts';
import { snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import { copyFiles } from '../../src/git/worktree/copies/copy-files.ts';
import { cacheOf, isolate, open, prepared, sh, worktreeOf, write } from './git-fixture.ts';

void t.test('a stand-alone copy: commits, uncommitted and untracked work, nothing of makima’s', async (t) => {
  const home = isolate(t);
  const { worktree, source } = await prepared(home, {
    'a.txt': 'a\n',
    'deleted.txt': 'd\n',
    'mode.sh': 'm\n',
    '.gitignore': 'node_modules\n',
  });
  write(worktree.path, { 'committed.txt': 'c' });
  sh(worktree.path, 'add', '-A');
  sh(worktree.path, 'commit', '-q', '-m', 'agent');
  write(worktree.path, {
    'a.txt': 'changed\n',
    'untracked ü.txt': 'u',
    'node_modules/x': 'x',
    '.makima/orchestrate.sh': 'o',
    'staged.txt': 's',
  });
  sh(worktree.path, 'add', 'staged.txt');
  unlinkSync(path.join(worktree.path, 'deleted.txt'));
  chmodSync(path.join(worktree.path, 'mode.sh'), 0o755);
  const target = path.join(home, 'out', 'my copy');
  await cloneStandalone(worktree, target);
  t.same(readdirSync(path.join(home, 'out')), ['my copy']);
  t.equal(sh(target, 'status', '--porcelain'), ' M a.txt\n D deleted.txt\n M mode.sh\n?? staged.txt\n?? "untracked \\303\\274.txt"\n');
  t.equal(sh(target, 'log', '--format=%s'), 'agent\nfirst\n');
  t.equal(sh(target, 'branch', '--show-current').trim(), worktree.branch);
  t.equal(sh(target, 'config', 'remote.origin.url').trim(), source);
  t.same(readdirSync(target).sort(), ['.git', '.gitignore', 'a.txt', 'committed.txt', 'mode.sh', 'staged.txt', 'untracked ü.txt']);
  t.notOk(existsSync(path.join(target, '.git/objects/info/alternates')));
  t.match(sh(target, 'for-each-ref', '--format=%(refname)'), /^refs\/heads\/makima\/test-\d+\nrefs\/remotes\/origin\/main\n$/);
  rmSync(path.join(home, 'makima'), { recursive: true });
  rmSync(source, { recursive: true });
  t.equal(sh(target, 'fsck'), '');
});

void t.test('a stand-alone copy of a repository that names its objects by sha256', async (t) => {
  const home = isolate(t);
  const source = path.join(home, 'source');
  sh(home, 'init', '-q', '--object-format=sha256', source);
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'first');
  const worktree = await worktreeOf(home, await open(home, source));
  write(worktree.path, { 'a.txt': 'a' });
  await cloneStandalone(worktree, path.join(home, 'copy'));
  t.equal(sh(path.join(home, 'copy'), 'log', '--format=%s'), 'first\n');
  t.equal(sh(path.join(home, 'copy'), 'status', '--porcelain'), '?? a.txt\n');
});

void t.test('where a copy may not go', async (t) => {
  const home = isolate(t);
  const { worktree, repository } = await prepared(home);
  const other = await worktreeOf(home, repository);
  const taken = path.join(home, 'taken');
  mkdirSync(taken);
  await t.rejects(cloneStandalone(worktree, taken), { code: 'TARGET_EXISTS' }, 'an empty directory exists too');
  symlinkSync('/nowhere', path.join(home, 'dangling'));
  await t.rejects(cloneStandalone(worktree, path.join(home, 'dangling')), { code: 'TARGET_EXISTS' });
  writeFileSync(path.join(home, 'file'), '');
  for (const inside of [worktree.path, other.path, worktree.gitDir, cacheOf(repository)])
    await t.rejects(
      cloneStandalone(worktree, path.join(inside, 'deep/copy'), { forbidden: [path.join(home, 'makima')] }),
      { code: 'INVALID_PATH' },
      inside,
    );
  symlinkSync(taken, path.join(home, 'link'));
  await t.rejects(cloneStandalone(worktree, path.join(home, 'link/copy')), { code: 'INVALID_PATH' });
  await t.rejects(cloneStandalone(worktree, path.join(home, 'file/copy')), { code: 'INVALID_PATH' });
  await t.rejects(cloneStandalone(worktree, 'relative'), { code: 'INVALID_PATH' });
  if (process.platform === 'linux')
    await t.rejects(cloneStandalone(worktree, '/proc/deep/copy'), { code: 'INVALID_PATH' }, 'where nobody makes a directory');
  await t.rejects(cloneStandalone(worktree, path.join(home, 'makima/worktrees-new/x'), { forbidden: [path.join(home, 'makima')] }), {
    code: 'INVALID_PATH',
  });
  t.same(readdirSync(taken), []);
});

void t.test('a copy that fails leaves nothing, not even the directories above it', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const controller = new AbortController();
  const copying = cloneStandalone(worktree, path.join(home, 'new/deep/copy'), { signal: controller.signal });
  controller.abort(new Error('stopped'));
  await t.rejects(copying, /stopped/);
  t.notOk(existsSync(path.join(home, 'new')));
});

void t.test('the origin of a copy is the source’s own, unless that names a program', async (t) => {
  const home = isolate(t);
  for (const [given, expected] of [
    ['git@example.org:a/b.git', 'git@example.org:a/b.git'],
    ['../b.git', path.join(home, 'b.git')],
    ['ext::sh -c true', null],
  ] as const) {
    const { source, worktree } = await prepared(home);
    sh(source, 'remote', 'add', 'origin', given);
    const target = path.join(home, crypto.randomUUID());
    await cloneStandalone(worktree, target);
    t.equal(sh(target, 'config', 'remote.origin.url').trim(), expected ?? source);
  }
});

void t.test('a copy of a scratch task has no origin', async (t) => {
  const home = isolate(t);
  const worktree = await worktreeOf(home, await open(home, null));
  write(worktree.path, { 'a.txt': 'a' });
  const target = path.join(home, 'copy');
  await cloneStandalone(worktree, target);
  t.equal(sh(target, 'remote'), '');
  t.equal(sh(target, 'status', '--porcelain'), '?? a.txt\n');
});

void t.test('content that is missing in the parent: text, modes, deletions, until it is brought over', async (t) => {
  const home = isolate(t);
  const { worktree: child, repository } = await prepared(home, {
    'a.txt': 'a\n',
    'deleted.txt': 'd\n',
    'mode.sh': 'm\n',
    'same.txt': 's\n',
  });
  const parent = await worktreeOf(home, repository);
  const missing = async (): Promise<string[]> =>
    missingContent(
      { gitDir: child.gitDir, tree: await snapshotTree(child), baseCommit: child.baseCommit },
      { gitDir: parent.gitDir, tree: await snapshotTree(parent) },
    );
  t.same(await missing(), []);
  write(child.path, { 'a.txt': 'child\n', 'new/ü\n.txt': 'n', '.makima/x': 'x' });
  sh(child.path, 'commit', '-qam', 'agent');
  unlinkSync(path.join(child.path, 'deleted.txt'));
  chmodSync(path.join(child.path, 'mode.sh'), 0o755);
  t.same((await missing()).sort(), ['a.txt', 'deleted.txt', 'mode.sh', 'new/ü\n.txt']);
  await copyFiles(child.path, parent.path, ['a.txt', 'new', 'mode.sh']);
  write(parent.path, { 'same.txt': 'the parent goes on\n', 'own.txt': 'o' });
  t.same(await missing(), ['deleted.txt']);
  unlinkSync(path.join(parent.path, 'deleted.txt'));
  t.same(await missing(), []);
  t.equal(readFileSync(path.join(parent.path, 'a.txt'), 'utf8'), 'child\n');
});
