import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { commitOf } from '../../src/git/command/commits.ts';
import { keepSnapshot } from '../../src/git/snapshot/keep-snapshot.ts';
import { lookOver } from '../../src/git/snapshot/look-over.ts';
import { requireFinished, requireNoMarkers } from '../../src/git/snapshot/require-finished.ts';
import { snapshotCommit, snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { isolate, prepared, sh, write } from './git-fixture.ts';

const found = async (worktree: Worktree): Promise<Record<string, string>> =>
  Object.fromEntries((await lookOver(worktree)).map(({ code, message }) => [code, message]));
const commit = (cwd: string, message: string): void => void sh(cwd, 'commit', '-q', '--allow-empty', '-m', message);
const fails = (cwd: string, ...args: string[]): void => {
  try {
    execFileSync('git', args, { cwd, stdio: 'pipe' });
  } catch {
    return;
  }
  throw new Error(`git ${args.join(' ')} did not fail`);
};

void t.test('of ordinary work nothing is told: commits, edits, new and ignored files, the source’s own branches', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n', '.gitignore': 'ignored/\n' });
  t.same(await lookOver(worktree), []);
  write(worktree.path, { 'a.txt': 'b\n', 'new.txt': 'n', 'ignored/x': 'i' });
  sh(worktree.path, 'add', '-A');
  commit(worktree.path, 'agent');
  write(worktree.path, { 'a.txt': 'c\n', 'other.txt': 'o' });
  sh(worktree.path, 'branch', 'same');
  sh(worktree.path, 'branch', 'behind', 'HEAD^');
  t.same(await lookOver(worktree), []);
  await t.resolves(requireFinished(worktree));
});

void t.test('commits on another branch, wherever the agent ended', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  sh(worktree.path, 'checkout', '-q', '-b', 'feature/y');
  commit(worktree.path, 'one');
  commit(worktree.path, 'two');
  t.same(await lookOver(worktree), [], 'the branch that is checked out is the work');
  sh(worktree.path, 'checkout', '-q', worktree.branch);
  t.match(await found(worktree), { WORK_ON_OTHER_BRANCHES: /2 on feature\/y/ });
  sh(worktree.path, 'pack-refs', '--all');
  t.match(await found(worktree), { WORK_ON_OTHER_BRANCHES: /2 on feature\/y/ }, 'packed ones too');
  sh(worktree.path, 'checkout', '-q', 'main');
  commit(worktree.path, 'on main');
  t.match((await found(worktree))['WORK_ON_OTHER_BRANCHES'], /2 on feature\/y\. /);
  sh(worktree.path, 'checkout', '-q', worktree.branch);
  t.match((await found(worktree))['WORK_ON_OTHER_BRANCHES'], /1 on main/, 'also on the base branch');
  sh(worktree.path, 'merge', '-q', 'feature/y', 'main');
  t.same(await lookOver(worktree), []);
});

void t.test('of very many branches the first are counted, and all are told', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const base = sh(worktree.path, 'rev-parse', 'HEAD').trim();
  const commits = (names: readonly string[], text: string): string =>
    names
      .map(
        (name) =>
          `commit refs/heads/${name}\ncommitter a <a@b> 1 +0000\ndata ${text.length + name.length}\n${text}${name}\nfrom ${base}\n\n`,
      )
      .join('');
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: worktree.gitDir,
    input: commits(
      Array.from({ length: 60 }, (_, at) => `w${at}`),
      'x',
    ),
  });
  for (let at = 0; at < 1000; at += 1)
    writeFileSync(path.join(worktree.gitDir, `refs/heads/same${at}`), readFileSync(path.join(worktree.gitDir, 'refs/heads/w0')));
  t.match((await found(worktree))['WORK_ON_OTHER_BRANCHES'], /1 on same0, .* and 1050 more\. /);
});

void t.test('a stash, and worktrees that the agent made: their commits, their edits, a detached head', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  write(worktree.path, { 'a.txt': 'stashed\n' });
  sh(worktree.path, 'stash', '-q');
  t.match(await found(worktree), { WORK_STASHED: /git stash list/ });
  sh(worktree.path, 'stash', 'drop', '-q');
  const inner = path.join(worktree.path, '.claude/worktrees/x');
  sh(worktree.path, 'worktree', 'add', '-q', '-b', 'worktree-x', inner);
  t.same(await lookOver(worktree), [], 'one that holds nothing');
  write(inner, { 'a.txt': 'inner\n', 'dirty.txt': 'd' });
  t.match(await found(worktree), { WORK_IN_OTHER_WORKTREES: inner });
  sh(inner, 'add', '-A');
  commit(inner, 'inner');
  t.match(await found(worktree), { WORK_ON_OTHER_BRANCHES: /1 on worktree-x/, WORK_IN_OTHER_WORKTREES: undefined });
  sh(inner, 'checkout', '-q', '--detach');
  commit(inner, 'detached');
  t.match(await found(worktree), { WORK_ON_OTHER_BRANCHES: /2 on the detached HEAD of .*\/x/ });
});

void t.test('the files of a worktree inside are in no snapshot, and are kept before a deletion', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  const inner = path.join(worktree.path, '.claude/worktrees/x');
  sh(worktree.path, 'worktree', 'add', '-q', '-b', 'worktree-x', inner);
  write(inner, { 'inner.txt': 'i' });
  write(worktree.path, { 'own.txt': 'o' });
  const listed = async (): Promise<string> => sh(worktree.gitDir, 'ls-tree', '-r', '--name-only', await snapshotTree(worktree));
  t.equal(await listed(), 'a.txt\nown.txt\n');
  sh(worktree.path, 'add', '-A');
  commit(worktree.path, 'with a link to the worktree inside');
  t.match(sh(worktree.path, 'ls-tree', '-r', 'HEAD'), /^160000 .*worktrees\/x$/m, 'git itself has it');
  t.equal(await listed(), 'a.txt\nown.txt\n');
  sh(home, 'init', '-q', path.join(worktree.path, 'nested'));
  write(worktree.path, { 'nested/n.txt': 'n' });
  t.equal(await listed(), 'a.txt\nnested/n.txt\nown.txt\n', 'another repository’s are, since they are nowhere else');
  t.match(await found(worktree), { NESTED_REPOSITORY: /nested/ });
  await keepSnapshot(worktree, 'task');
  t.equal(sh(worktree.gitDir, 'show', 'refs/makima/kept-worktrees/task/x:inner.txt'), 'i');
});

void t.test('what is unfinished is told, and not brought out', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  const { path: cwd } = worktree;
  sh(cwd, 'checkout', '-q', '-b', 'side');
  write(cwd, { 'a.txt': 'side\n' });
  sh(cwd, 'commit', '-qam', 'side');
  sh(cwd, 'checkout', '-q', worktree.branch);
  write(cwd, { 'a.txt': 'ours\n' });
  sh(cwd, 'commit', '-qam', 'ours');
  const operations: [begin: string[], abort: string[], told: RegExp][] = [
    [['merge', 'side'], ['merge', '--abort'], /a merge/],
    [['rebase', 'side'], ['rebase', '--abort'], /a rebase/],
    [['cherry-pick', 'side'], ['cherry-pick', '--abort'], /a cherry-pick/],
    [['revert', '--no-edit', 'side'], ['revert', '--abort'], /a revert/],
  ];
  for (const [begin, abort, told] of operations) {
    fails(cwd, ...begin);
    t.match(await found(worktree), { OPERATION_UNFINISHED: told }, begin.join(' '));
    await t.rejects(requireFinished(worktree), { code: 'WORK_UNFINISHED' }, begin.join(' '));
    sh(cwd, ...abort);
    await t.resolves(requireFinished(worktree), abort.join(' '));
  }
  sh(cwd, 'bisect', 'start');
  t.match(await found(worktree), { OPERATION_UNFINISHED: /a bisect/ });
  sh(cwd, 'bisect', 'reset');
  write(cwd, { 'a.txt': 'stashed\n' });
  sh(cwd, 'stash', '-q');
  write(cwd, { 'a.txt': 'on top\n' });
  sh(cwd, 'commit', '-qam', 'on top');
  fails(cwd, 'stash', 'pop');
  await t.rejects(
    requireFinished(worktree),
    { code: 'WORK_UNFINISHED', message: /unresolved conflicts/ },
    'a stash that conflicts leaves no sign but the index',
  );
});

void t.test('markers that were committed as they stood are refused; text about conflicts and headings are not', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n', 'about.md': '<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n' });
  const { path: cwd, gitDir, baseCommit } = worktree;
  write(cwd, {
    'heading.rst': 'Title \n=======\n\ttext  \n',
    'about.md': '<<<<<<< ours\n1\n=======\n3\n>>>>>>> theirs\n',
    'trailing.txt': 'space \n\n\n',
  });
  sh(cwd, 'add', '-A');
  commit(cwd, 'text');
  await t.resolves(requireNoMarkers(gitDir, baseCommit, await snapshotCommit(worktree, { message: 'x' })));
  sh(cwd, 'checkout', '-q', '-b', 'side');
  write(cwd, { 'a.txt': 'side\n' });
  sh(cwd, 'commit', '-qam', 'side');
  sh(cwd, 'checkout', '-q', '-');
  write(cwd, { 'a.txt': 'ours\n' });
  sh(cwd, 'commit', '-qam', 'ours');
  fails(cwd, 'merge', 'side');
  sh(cwd, 'commit', '-qam', 'merged, it seems');
  t.match(readFileSync(path.join(cwd, 'a.txt'), 'utf8'), /^<<<<<<< HEAD$/m);
  await t.resolves(requireFinished(worktree));
  await t.rejects(requireNoMarkers(gitDir, baseCommit, (await commitOf(worktree.adminDir, 'HEAD')) ?? ''), {
    code: 'WORK_UNFINISHED',
    details: { files: ['a.txt'] },
  });
});

void t.test('markers with a carriage return are markers; a file of nothing but the first two is looked through once', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  const { path: cwd, gitDir, baseCommit } = worktree;
  write(cwd, {
    'many.txt': `${'<<<<<<< a\n'.repeat(100_000)}${'=======\n'.repeat(100_000)}`,
    'long.txt': `<<<<<<< a\n=======${'='.repeat(10)}\n>>>>>>> b\n`,
  });
  await t.resolves(requireNoMarkers(gitDir, baseCommit, await snapshotCommit(worktree, { message: 'x' })));
  write(cwd, { 'crlf.txt': '<<<<<<< HEAD\r\nours\r\n=======\r\ntheirs\r\n>>>>>>> side\r\n' });
  await t.rejects(requireNoMarkers(gitDir, baseCommit, await snapshotCommit(worktree, { message: 'x' })), {
    code: 'WORK_UNFINISHED',
    details: { files: ['crlf.txt'] },
  });
});

void t.test('files that are too large to be meant, committed or not, where git does not ignore them', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { '.gitignore': 'ignored\n' });
  const large = (name: string): void => {
    mkdirSync(path.dirname(path.join(worktree.path, name)), { recursive: true });
    writeFileSync(path.join(worktree.path, name), '');
    truncateSync(path.join(worktree.path, name), 60 * 1024 * 1024);
  };
  large('ignored');
  t.same(await lookOver(worktree), []);
  large('deep/model.bin');
  t.match(await found(worktree), { LARGE_FILES: /deep\/model\.bin \(60 MiB\)/ });
  sh(worktree.path, 'add', '-A');
  commit(worktree.path, 'large');
  t.match(await found(worktree), { LARGE_FILES: /deep\/model\.bin \(60 MiB\)/ });
});
