import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { bringCommit } from '../../src/git/repository/bring-objects.ts';
import { keepSnapshot } from '../../src/git/snapshot/keep-snapshot.ts';
import { lookOver } from '../../src/git/snapshot/look-over.ts';
import { snapshotCommit, snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import { sealMakimaDirectory } from '../../src/git/worktree/makima-directory.ts';
import { temporaryFile, type Worktree } from '../../src/git/worktree/worktree.ts';
import { fingerprint, isolate, prepared, sh, userRepository, worktreeOf, write } from './git-fixture.ts';

const fifo = (file: string): void => {
  rmSync(file, { force: true, recursive: true });
  mkdirSync(path.dirname(file), { recursive: true });
  execFileSync('mkfifo', [file]);
};

/** A program that writes down that it ran, and that it did. */
const evil = (home: string): { script: string; trace: string } => {
  const [script, trace] = [path.join(home, 'evil.sh'), path.join(home, 'trace')];
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${trace}\ncat\n`);
  chmodSync(script, 0o755);
  return { script, trace };
};

/** What an agent writes for a worktree that it says is at a path. */
const forge = ({ gitDir }: Worktree, name: string, dotGit: string): string => {
  const adminDir = path.join(gitDir, 'worktrees', name);
  write(adminDir, { gitdir: `${dotGit}\n`, HEAD: 'ref: refs/heads/main\n', commondir: '../..\n' });
  return adminDir;
};

void t.test('a FIFO in the place of a file of git’s or makima’s holds up nobody', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  for (const name of ['gitdir', 'HEAD']) {
    fifo(path.join(forge(worktree, `of-${name}`, path.join(home, 'nowhere/.git')), name));
    t.same(await lookOver(worktree), [], name);
  }
  t.type(await snapshotTree(worktree), 'string');
  fifo(path.join(worktree.gitDir, 'refs/heads/x'));
  t.same(await lookOver(worktree), [], 'a branch');
  for (const name of [
    'packed-refs',
    'makima-refs',
    'config',
    'info/exclude',
    'objects/info/alternates',
    path.relative(worktree.gitDir, path.join(worktree.adminDir, 'index')),
  ]) {
    const { worktree: other } = await prepared(home, { 'a.txt': 'a\n' });
    fifo(path.join(other.gitDir, name.replace(path.basename(worktree.adminDir), path.basename(other.adminDir))));
    await t.rejects(lookOver(other), { code: 'GIT_FAILED', message: /is a FIFO/ }, name);
    await t.rejects(snapshotTree(other), { code: 'GIT_FAILED', message: /is a FIFO/ }, name);
    await t.rejects(keepSnapshot(other, 'task'), { code: 'GIT_FAILED', message: /is a FIFO/ }, name);
  }
});

void t.test('a worktree that the agent only says is there is not looked into, and nothing of it is kept', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  const user = userRepository(path.join(home, 'user'), { 'theirs.txt': 't\n' });
  mkdirSync(path.join(home, 'plain'));
  write(user, { 'secret.txt': 's' });
  write(path.join(home, 'plain'), { 'secret.txt': 's' });
  forge(worktree, 'user', path.join(user, '.git'));
  forge(worktree, 'plain', path.join(home, 'plain/.git'));
  const before = fingerprint(user);
  t.same(await lookOver(worktree), []);
  await keepSnapshot(worktree, 'task');
  t.equal(sh(worktree.gitDir, 'for-each-ref', '--format=%(refname)', 'refs/makima/kept-worktrees'), '');
  t.same(fingerprint(user), before);
});

void t.test('through a link in the place of git’s or makima’s own nothing is written', async (t) => {
  const home = isolate(t);
  const user = userRepository(path.join(home, 'user'));
  write(user, { 'notes.txt': 'n\n' });
  const before = fingerprint(user);
  for (const [name, target] of [
    ['refs', '.git/refs'],
    ['objects', '.git/objects'],
    ['makima-tmp', '.'],
    ['makima-tasks', '.'],
    ['info', '.'],
    ['logs', '.git/logs'],
    ['worktrees', '.'],
  ] as const) {
    const { worktree } = await prepared(home);
    rmSync(path.join(worktree.gitDir, name), { recursive: true, force: true });
    if (name === 'worktrees') mkdirSync(path.join(home, 'elsewhere', path.basename(worktree.adminDir)), { recursive: true });
    symlinkSync(name === 'worktrees' ? path.join(home, 'elsewhere') : path.join(user, target), path.join(worktree.gitDir, name));
    await t.rejects(keepSnapshot(worktree, 'task'), { code: 'GIT_FAILED', message: /is a link/ }, name);
    await t.rejects(snapshotCommit(worktree, { message: 'x' }), { code: 'GIT_FAILED', message: /is a link/ }, name);
    await t.rejects(sealMakimaDirectory(worktree), { code: 'GIT_FAILED', message: /is a link/ }, name);
  }
  const { worktree } = await prepared(home);
  rmSync(path.join(worktree.path, '.makima'), { recursive: true });
  mkdirSync(path.join(worktree.path, '.makima/.git'), { recursive: true });
  symlinkSync(path.join(user, 'notes.txt'), path.join(worktree.path, '.makima/.git/HEAD'));
  await sealMakimaDirectory(worktree);
  t.ok(lstatSync(path.join(worktree.path, '.makima/.git/HEAD')).isFile());
  symlinkSync(path.join(home, 'hooks'), path.join(worktree.gitDir, 'hooks'));
  await t.resolves(snapshotTree(worktree), 'a link to hooks is usual');
  t.same(fingerprint(user), before);
});

void t.test('a filter of the agent’s does not run in its other worktrees, nor where it says that its settings are elsewhere', async (t) => {
  const home = isolate(t);
  const { script, trace } = evil(home);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  const inner = path.join(home, 'inner');
  sh(worktree.path, 'worktree', 'add', '-q', '-b', 'inner', inner);
  appendFileSync(path.join(worktree.gitDir, 'config'), `[filter "evil"]\n\tclean = ${script}\n`);
  for (const directory of [worktree.path, inner]) write(directory, { '.gitattributes': '* filter=evil\n', 'a.txt': 'changed\n' });
  sh(home, 'init', '-q', '--bare', path.join(home, 'decoy'));
  writeFileSync(path.join(worktree.adminDir, 'commondir'), `${home}/decoy\n`);
  t.match(
    (await lookOver(worktree)).map(({ code }) => code),
    ['WORK_IN_OTHER_WORKTREES'],
  );
  await keepSnapshot(worktree, 'task');
  t.equal(sh(worktree.gitDir, 'show', 'refs/makima/kept/task:a.txt'), 'changed\n');
  t.equal(sh(worktree.gitDir, 'show', 'refs/makima/kept-worktrees/task/inner:a.txt'), 'changed\n');
  t.notOk(existsSync(trace), existsSync(trace) ? readFileSync(trace, 'utf8') : '');
});

void t.test('a commit comes from one task’s repository into another’s without a program of either', async (t) => {
  const home = isolate(t);
  const { script, trace } = evil(home);
  const { worktree: parent, repository } = await prepared(home, { 'a.txt': 'a\n' });
  const child = await worktreeOf(home, repository);
  write(child.path, { 'b.txt': 'b\n' });
  const commit = await snapshotCommit(child, { message: 'b' });
  const config = readFileSync(path.join(parent.gitDir, 'config'), 'utf8');
  writeFileSync(path.join(parent.gitDir, 'config'), `${config}[core]\n\tsshCommand = ${script}\n[url "ssh://x/"]\n\tinsteadOf = /\n`);
  await t.rejects(bringCommit(child.gitDir, parent.gitDir, commit), { code: 'GIT_FAILED' });
  writeFileSync(path.join(parent.gitDir, 'config'), `${config}[core]\n\talternateRefsCommand = ${script}\n`);
  await bringCommit(child.gitDir, parent.gitDir, commit);
  t.equal(sh(parent.gitDir, 'show', `${commit}:b.txt`), 'b\n');
  t.notOk(existsSync(trace), existsSync(trace) ? readFileSync(trace, 'utf8') : '');
});

void t.test(
  'an object that is not what it is called, and a commit that an agent gave other parents, come to no other repository',
  async (t) => {
    const home = isolate(t);
    const { worktree: parent, repository } = await prepared(home, { 'a.txt': 'a\n' });
    const said = (directory: string, ...args: string[]): string => sh(directory, ...args).trim();
    const has = said(parent.gitDir, 'rev-parse', `${parent.branch}^{commit}`);
    const over = async () => ({ over: { has, aside: await temporaryFile(parent.gitDir, 'pack') } });
    const commitIn = ({ path: directory }: Worktree, name: string): string => {
      write(directory, { [name]: `${name}\n` });
      sh(directory, 'add', '-A');
      sh(directory, '-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-q', '-m', name);
      return said(directory, 'rev-parse', 'HEAD');
    };

    const forger = await worktreeOf(home, repository);
    const forged = commitIn(forger, 'b.txt');
    const fileOf = (id: string): string => path.join(forger.gitDir, 'objects', id.slice(0, 2), id.slice(2));
    write(forger.path, { 'evil.txt': 'evil\n' });
    const honest = said(forger.path, 'rev-parse', 'HEAD:b.txt');
    const evilContent = readFileSync(fileOf(said(forger.path, 'hash-object', '-w', 'evil.txt')));
    rmSync(fileOf(honest));
    writeFileSync(fileOf(honest), evilContent);
    await t.rejects(bringCommit(forger.gitDir, parent.gitDir, forged, await over()), { code: 'GIT_FAILED' });
    t.throws(() => sh(parent.gitDir, 'cat-file', '-e', honest));

    const grafter = await worktreeOf(home, repository);
    const middle = commitIn(grafter, 'c.txt');
    const tip = commitIn(grafter, 'd.txt');
    write(grafter.gitDir, { 'info/grafts': `${tip} ${has}\n` });
    await bringCommit(grafter.gitDir, parent.gitDir, tip, await over());
    t.equal(said(parent.gitDir, 'rev-parse', `${tip}^`), middle);
    t.equal(sh(parent.gitDir, 'show', `${middle}:c.txt`), 'c.txt\n');
    t.strictSame(readdirSync(path.join(parent.gitDir, 'makima-tmp')), []);
  },
);
