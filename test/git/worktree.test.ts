import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, appendFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { diffFiles } from '../../src/git/snapshot/diff.ts';
import { keepSnapshot } from '../../src/git/snapshot/keep-snapshot.ts';
import { snapshotCommit, snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import { sealMakimaDirectory } from '../../src/git/worktree/makima-directory.ts';
import { removeWorktree } from '../../src/git/worktree/remove-worktree.ts';
import { restoreWorktree } from '../../src/git/worktree/restore-worktree.ts';
import { writeTaskCard } from '../../src/git/worktree/task-card.ts';
import { sampleTask } from '../support/sample-task.ts';
import { fingerprint, isolate, open, prepared, sh, userRepository, wantedOf, worktreeOf, write } from './git-fixture.ts';

void t.test('what an earlier attempt left is replaced, whatever point it had reached', async (t) => {
  const home = isolate(t);
  const { repository } = await prepared(home);
  const wanted = await wantedOf(home, repository, { branch: 'makima/again' });
  // the beginning of the repository alone
  mkdirSync(path.join(wanted.gitDir, 'objects/info'), { recursive: true });
  await addWorktree(repository, wanted);
  // all of it, and half of the files gone
  rmSync(path.join(wanted.path, 'README.md'));
  await addWorktree(repository, wanted);
  // the repository, no directory
  rmSync(wanted.path, { recursive: true });
  await addWorktree(repository, wanted);
  // the directory without its repository, empty but for its .git file
  rmSync(wanted.gitDir, { recursive: true });
  const { worktree } = await addWorktree(repository, wanted);
  t.equal(sh(worktree.path, 'status', '--porcelain', '-b'), '## makima/again\n');
});

void t.test('a worktree whose directory was deleted leaves its repository behind: it is kept, and a second one beside it', async (t) => {
  const home = isolate(t);
  const { repository } = await prepared(home);
  const wanted = await wantedOf(home, repository, { branch: 'makima/mine' });
  const lose = async (message: string): Promise<string> => {
    const { worktree } = await addWorktree(repository, wanted);
    await writeTaskCard({ task: sampleTask(), worktree, isDeleted: false });
    sh(worktree.path, 'commit', '-q', '--allow-empty', '-m', message);
    const commit = sh(worktree.path, 'rev-parse', 'HEAD').trim();
    rmSync(worktree.path, { recursive: true });
    return commit;
  };
  const lost = [await lose('one'), await lose('two')];
  await addWorktree(repository, wanted);
  const kept = readdirSync(wanted.keptDir).map((name) => sh(path.join(wanted.keptDir, name), 'rev-parse', 'makima/mine').trim());
  t.same(kept.sort(), lost.sort());
  t.equal(sh(wanted.path, 'log', '--format=%s'), 'first\n');
});

void t.test('a directory that is not ours is left alone', async (t) => {
  const home = isolate(t);
  const { repository } = await prepared(home);
  const taken = path.join(home, 'taken');
  write(taken, { 'mine.txt': 'mine' });
  const wanted = await wantedOf(home, repository, { path: taken });
  await t.rejects(addWorktree(repository, wanted), { code: 'TARGET_EXISTS' });
  symlinkSync('/nowhere', path.join(home, 'dangling'));
  await t.rejects(addWorktree(repository, { ...wanted, path: path.join(home, 'dangling') }), { code: 'TARGET_EXISTS' });
  sh(home, 'init', '-q', path.join(home, 'repository'));
  await t.rejects(addWorktree(repository, { ...wanted, path: path.join(home, 'repository') }), { code: 'TARGET_EXISTS' });
  t.equal(readFileSync(path.join(taken, 'mine.txt'), 'utf8'), 'mine');
  t.ok(existsSync(path.join(home, 'repository/.git/HEAD')));
  t.notOk(existsSync(wanted.gitDir));
});

void t.test('a failed one leaves nothing: a required filter that is not installed is named', async (t) => {
  const home = isolate(t);
  const { source } = await prepared(home);
  appendFileSync(
    path.join(home, 'gitconfig'),
    '[filter "lfs"]\n\tclean = git-lfs-missing clean\n\tsmudge = git-lfs-missing smudge\n\tprocess = git-lfs-missing filter-process\n\trequired = true\n',
  );
  const pointer =
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
  const blob = spawnSync('git', ['hash-object', '-w', '--stdin'], { cwd: source, input: pointer, encoding: 'utf8' }).stdout.trim();
  write(source, { '.gitattributes': '*.bin filter=lfs -text\n' });
  sh(source, 'add', '.gitattributes');
  sh(source, 'update-index', '--add', '--cacheinfo', `100644,${blob},big.bin`);
  sh(source, 'commit', '-q', '-m', 'pointer');
  const repository = await open(home, source);
  const wanted = await wantedOf(home, repository);
  await t.rejects(addWorktree(repository, wanted), { code: 'GIT_FAILED', message: /filter/i });
  t.notOk(existsSync(wanted.path));
  t.notOk(existsSync(wanted.gitDir));
  // not required, not configured: pointer files with a warning
  writeFileSync(path.join(home, 'gitconfig'), '[user]\n\tname = User\n\temail = user@example.org\n');
  const { worktree, warnings } = await addWorktree(repository, wanted);
  t.match(warnings.join(), /Git LFS, which is not installed/);
  t.equal(readFileSync(path.join(worktree.path, 'big.bin'), 'utf8'), pointer);
});

void t.test('a filter of the user’s own configuration is applied, to the checkout and to the snapshot', async (t) => {
  const home = isolate(t);
  appendFileSync(path.join(home, 'gitconfig'), '[filter "rot"]\n\tclean = tr a-z b-za\n\tsmudge = tr b-za a-z\n\trequired = true\n');
  const { worktree } = await prepared(home, { '.gitattributes': '*.rot filter=rot\n', 'a.rot': 'abc\n' });
  t.equal(sh(worktree.gitDir, 'show', 'main:a.rot'), 'bcd\n');
  t.equal(readFileSync(path.join(worktree.path, 'a.rot'), 'utf8'), 'abc\n');
  writeFileSync(path.join(worktree.path, 'a.rot'), 'xyz\n');
  t.equal(sh(worktree.gitDir, 'show', `${await snapshotTree(worktree)}:a.rot`), 'yza\n');
});

void t.test('configuration that an agent writes into its repository runs nothing of ours', async (t) => {
  const home = isolate(t);
  const { worktree, repository, source } = await prepared(home, { '.gitattributes': '* filter=evil diff=evil\n', 'a.txt': 'a\n' });
  const trace = path.join(home, 'trace');
  const script = path.join(home, 'evil.sh');
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${trace}\ncat\n`);
  chmodSync(script, 0o755);
  appendFileSync(
    path.join(worktree.gitDir, 'config'),
    `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${home}/hooks\n\tsshCommand = ${script}\n\talternateRefsCommand = ${script}\n\tpager = ${script}\n\tgitProxy = ${script}\n[filter "evil"]\n\tclean = ${script}\n\tsmudge = ${script}\n\tprocess = ${script}\n\trequired\n[diff "evil"]\n\tcommand = ${script}\n\ttextconv = ${script}\n[diff]\n\texternal = ${script}\n[credential]\n\thelper = ${script}\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = ${script}\n`,
  );
  mkdirSync(path.join(home, 'hooks'));
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change', 'pre-commit']) {
    writeFileSync(path.join(home, 'hooks', hook), readFileSync(script));
    chmodSync(path.join(home, 'hooks', hook), 0o755);
  }
  // the .git file in the worktree leads to a repository of the agent's
  const fake = path.join(home, 'fake');
  sh(home, 'init', '-q', fake);
  appendFileSync(path.join(fake, '.git/config'), `[core]\n\tfsmonitor = ${script}\n`);
  rmSync(path.join(worktree.path, '.git'));
  writeFileSync(path.join(worktree.path, '.git'), `gitdir: ${fake}/.git\n`);
  writeFileSync(path.join(worktree.path, 'b.txt'), 'b\n');
  t.same(
    (await diffFiles(worktree)).map((change) => change.path),
    ['b.txt'],
  );
  await snapshotCommit(worktree, { message: 'x' });
  await keepSnapshot(worktree, 'some-task');
  await worktreeOf(home, repository);
  await open(home, source);
  await removeWorktree(worktree, { keptDir: path.join(home, 'kept') });
  t.notOk(existsSync(trace), existsSync(trace) ? readFileSync(trace, 'utf8') : '');
});

void t.test('removal keeps everything first, can be repeated, and takes read-only directories', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  write(worktree.path, { 'committed.txt': 'c', 'untracked.txt': 'u', 'README.md': 'changed' });
  sh(worktree.path, 'add', 'committed.txt');
  sh(worktree.path, 'commit', '-q', '-m', 'agent');
  const commit = sh(worktree.path, 'rev-parse', 'HEAD').trim();
  mkdirSync(path.join(worktree.path, 'readonly/deep'), { recursive: true });
  writeFileSync(path.join(worktree.path, 'readonly/deep/file'), '');
  chmodSync(path.join(worktree.path, 'readonly/deep'), 0o555);
  const kept = await keepSnapshot(worktree, 'task-1');
  write(worktree.path, { 'later.txt': 'l' });
  sh(worktree.path, 'stash', '-u', '-q');
  const keptDir = path.join(home, 'makima/kept');
  await removeWorktree(worktree, { keptDir });
  await removeWorktree(worktree, { keptDir });
  t.notOk(existsSync(worktree.path));
  t.notOk(existsSync(worktree.gitDir));
  const repository = path.join(keptDir, path.basename(worktree.gitDir));
  t.equal(sh(repository, 'rev-parse', 'refs/makima/kept/task-1').trim(), kept);
  t.equal(sh(repository, 'show', 'stash@{0}^3:later.txt'), 'l', 'the agent’s stash is kept too');
  const show = (file: string): string => sh(repository, 'show', `refs/makima/kept/task-1:${file}`);
  t.same([show('committed.txt'), show('untracked.txt'), show('README.md')], ['c', 'u', 'changed']);
  t.equal(sh(repository, 'rev-parse', 'refs/makima/kept/task-1^').trim(), commit);
});

void t.test('a removal that breaks off is still known by its repository', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const keptDir = path.join(home, 'makima/kept');
  writeFileSync(keptDir, '');
  await t.rejects(removeWorktree(worktree, { keptDir }));
  t.notOk(existsSync(worktree.path));
  t.ok(existsSync(worktree.gitDir));
  rmSync(keptDir);
  await removeWorktree(worktree, { keptDir });
  t.notOk(existsSync(worktree.gitDir));
});

void t.test('keeping twice loses neither', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  write(worktree.path, { 'first.txt': '1' });
  const first = await keepSnapshot(worktree, 'task-1');
  rmSync(path.join(worktree.path, 'first.txt'));
  await keepSnapshot(worktree, 'task-1');
  t.equal(sh(worktree.gitDir, 'merge-base', '--is-ancestor', String(first), 'refs/makima/kept/task-1'), '');
});

void t.test('a worktree that was removed by hand comes back as its branch, with what was kept of it before', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const places = { keptDir: path.join(home, 'makima/kept'), gitDir: worktree.gitDir };
  write(worktree.path, { 'committed.txt': 'c' });
  sh(worktree.path, 'add', 'committed.txt');
  sh(worktree.path, 'commit', '-q', '-m', 'agent');
  const commit = sh(worktree.path, 'rev-parse', 'HEAD').trim();
  const removeByHandAndBack = async (): Promise<string[]> => {
    rmSync(worktree.path, { recursive: true });
    await keepSnapshot(worktree, 'task-1');
    await removeWorktree(worktree, places);
    await restoreWorktree(worktree, 'task-1', places);
    return [sh(worktree.path, 'rev-parse', worktree.branch).trim(), sh(worktree.path, 'status', '--porcelain')];
  };
  t.same(await removeByHandAndBack(), [commit, ''], 'the last commit is a commit still');

  write(worktree.path, { 'untracked.txt': 'u' });
  await keepSnapshot(worktree, 'task-1');
  await removeWorktree(worktree, places);
  await restoreWorktree(worktree, 'task-1', places);
  t.same(await removeByHandAndBack(), [commit, '?? untracked.txt\n']);
});

void t.test('.makima is committed by no form of git add, and survives clean and stash', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const script = path.join(worktree.path, '.makima/orchestrate.sh');
  writeFileSync(script, 'echo hi\n');
  writeFileSync(path.join(worktree.path, 'work.txt'), 'w');
  for (const args of [
    ['-A'],
    ['.'],
    ['-A', '-f'],
    ['-f', '.'],
    ['-f', '.makima'],
    ['-f', '.makima/'],
    ['-f', '.makima/orchestrate.sh'],
    ['-f', '.makima/.git/HEAD'],
    ['-f', '--', ':(glob)**'],
    ['-A', '-f', '--ignore-errors'],
    ['-N', '-f', '.makima/orchestrate.sh'],
  ]) {
    spawnSync('git', ['add', ...args], { cwd: worktree.path });
    t.equal(sh(worktree.path, 'ls-files', '.makima'), '', `git add ${args.join(' ')}`);
  }
  spawnSync('git', ['commit', '-qam', 'all'], { cwd: worktree.path });
  t.equal(sh(worktree.path, 'ls-tree', '-r', '--name-only', 'HEAD', '.makima'), '');
  sh(worktree.path, 'clean', '-fdxq');
  spawnSync('git', ['stash', '-a'], { cwd: worktree.path });
  t.ok(existsSync(script));
  t.equal(sh(worktree.path, 'status', '--porcelain', '--ignored', '.makima').trim(), '!! .makima/');
});

void t.test('.makima forced into the index by plumbing is in no snapshot, and a link in its place is not followed', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const blob = sh(worktree.path, 'rev-parse', 'HEAD:README.md').trim();
  sh(worktree.path, 'update-index', '--add', '--cacheinfo', `100644,${blob},.makima/secret`);
  writeFileSync(path.join(worktree.path, '.makima/secret'), 'hello\n');
  rmSync(path.join(worktree.path, '.makima/.git'), { recursive: true });
  writeFileSync(path.join(worktree.path, 'work.txt'), 'w');
  t.equal(sh(worktree.gitDir, 'ls-tree', '-r', '--name-only', await snapshotTree(worktree)), 'README.md\nwork.txt\n');
  sh(worktree.path, 'commit', '-q', '-m', 'forced');
  const commit = await snapshotCommit(worktree, { message: 'snapshot' });
  t.equal(sh(worktree.gitDir, 'ls-tree', '-r', '--name-only', commit), 'README.md\nwork.txt\n');
  rmSync(path.join(worktree.path, '.makima'), { recursive: true });
  const elsewhere = path.join(home, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, path.join(worktree.path, '.makima'));
  writeFileSync(path.join(await sealMakimaDirectory(worktree), 'x'), '');
  t.same(readdirSync(elsewhere), []);
});

void t.test('a .makima that the repository itself tracks stays as it is in the base', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { '.makima/kept.txt': 'k', 'a.txt': 'a' });
  writeFileSync(path.join(worktree.path, '.makima/kept.txt'), 'changed');
  t.equal(await snapshotTree(worktree), sh(worktree.gitDir, 'rev-parse', 'main^{tree}').trim());
  t.same(await diffFiles(worktree), []);
});

void t.test('submodules: offline from the user’s source, nested ones too; without them a warning', async (t) => {
  const home = isolate(t);
  const inner = userRepository(path.join(home, 'inner'), { 'inner.txt': 'inner' });
  const library = userRepository(path.join(home, 'library'), { 'lib.txt': 'lib' });
  sh(library, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'deps/inner');
  sh(library, 'commit', '-q', '-m', 'inner');
  const source = userRepository(path.join(home, 'source'));
  sh(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '--name', 'the library', library, 'vendor/the library');
  sh(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive');
  sh(source, 'commit', '-q', '-m', 'library');
  const before = fingerprint(source);
  const repository = await open(home, source);
  rmSync(library, { recursive: true });
  rmSync(inner, { recursive: true });
  const { worktree, warnings } = await addWorktree(repository, await wantedOf(home, repository));
  t.same(warnings, []);
  t.equal(readFileSync(path.join(worktree.path, 'vendor/the library/lib.txt'), 'utf8'), 'lib');
  t.equal(readFileSync(path.join(worktree.path, 'vendor/the library/deps/inner/inner.txt'), 'utf8'), 'inner');
  t.equal(sh(path.join(worktree.path, 'vendor/the library'), 'config', 'remote.origin.url').trim(), library);
  t.equal(sh(worktree.path, 'status', '--porcelain'), '');
  t.same(await diffFiles(worktree), []);
  t.same(fingerprint(source), before);
  const remote = await open(home, pathToFileURL(source).href);
  const other = await addWorktree(remote, await wantedOf(home, remote));
  t.equal(other.warnings.length, 1);
  t.match(other.warnings[0], /vendor\/the library/);
  t.equal(readFileSync(path.join(other.worktree.path, 'README.md'), 'utf8'), 'hello\n');
});

void t.test('a directory in which only an empty .git was made is replaced, and one with anything in it is not', async (t) => {
  const home = isolate(t);
  const repository = await open(home, userRepository(path.join(home, 'source')));
  const wanted = await wantedOf(home, repository);
  write(wanted.path, { '.git': '' });
  const { worktree } = await addWorktree(repository, wanted);
  t.equal(sh(worktree.path, 'status', '--porcelain'), '');
  const other = await wantedOf(home, repository);
  write(other.path, { '.git': '', file: '' });
  await t.rejects(addWorktree(repository, other), { code: 'TARGET_EXISTS' });
});
