/** What packing a task's repository leaves of it: everything. */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { addWorktree, expireSnapshots, packRepository, restoreWorktree, stepAside } from '../../src/git/worktree/index.ts';
import { keepSnapshot } from '../../src/git/snapshot/index.ts';
import { isolate, open, sh, userRepository, wantedOf, write } from './git-fixture.ts';

const looseIn = (gitDir: string): string[] =>
  readdirSync(path.join(gitDir, 'objects'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(name),
  );

void t.test(
  'objects of branches, stashes, the index, reflogs and of nothing at all are there after it, what is borrowed stays borrowed',
  async (t) => {
    const home = isolate(t);
    const repository = await open(home, userRepository(path.join(home, 'user'), { 'a.txt': 'a\n' }));
    const { worktree } = await addWorktree(repository, await wantedOf(home, repository));
    const { path: directory, gitDir } = worktree;
    for (let round = 0; round < 3; round += 1) {
      write(
        directory,
        Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`d${index % 7}/f${index}.txt`, `${round} ${index}\n`])),
      );
      sh(directory, 'add', '-A');
      sh(directory, 'commit', '-q', '-m', `round ${round}`);
    }
    sh(directory, 'reset', '-q', '--hard', 'HEAD~1');
    write(directory, { 'stashed.txt': 'stashed\n', 'a.txt': 'changed\n' });
    sh(directory, 'stash', '-q', '-u');
    write(directory, { 'staged.txt': 'staged\n' });
    sh(directory, 'add', 'staged.txt');
    write(directory, { 'loose.txt': 'of nothing\n' });
    sh(directory, 'hash-object', '-w', 'loose.txt');
    const before = looseIn(gitDir);
    const ids = before.map((name) => name.replace('/', ''));
    t.ok(ids.length > 200);
    const index = sh(directory, 'ls-files', '--stage');
    t.ok(await packRepository(worktree));
    t.ok(looseIn(gitDir).length < 5, 'what is reached is in a pack');
    const found = sh(directory, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n');
    t.strictSame(
      ids.filter((id) => !found.includes(id)),
      [],
    );
    sh(directory, 'fsck', '--full', '--strict');
    t.equal(sh(directory, 'ls-files', '--stage'), index);
    t.match(sh(directory, 'stash', 'list'), /stash@\{0\}/);
    t.match(sh(directory, 'log', '-g', '--format=%s'), /round 2/, 'what a reset left is in the reflog, and there');
    t.equal(sh(directory, 'count-objects', '-v').includes('alternate: '), true);
    for (let more = 0; more < 3; more += 1) {
      write(directory, { [`more${more}.txt`]: `${more}\n` });
      sh(directory, 'add', '-A');
      sh(directory, 'commit', '-q', '-m', 'more');
      t.ok(await packRepository(worktree));
    }
    const packs = readdirSync(path.join(gitDir, 'objects', 'pack')).filter((name) => name.endsWith('.pack'));
    t.ok(packs.length <= 3, `${packs.length} packs: small ones are put together`);
    sh(directory, 'fsck', '--full', '--strict');
  },
);

void t.test('old snapshots of before merges go with what nothing reaches; what was kept of the worktree comes back after it', async (t) => {
  const home = isolate(t);
  const repository = await open(home, userRepository(path.join(home, 'user'), { 'a.txt': 'a\n' }));
  const wanted = await wantedOf(home, repository);
  const { worktree } = await addWorktree(repository, wanted);
  const { path: directory, gitDir } = worktree;
  write(directory, { 'committed.txt': 'c\n' });
  sh(directory, 'add', '-A');
  sh(directory, 'commit', '-q', '-m', 'work');
  write(directory, { 'before.txt': 'before a merge\n' });
  sh(directory, 'add', '-A');
  const tree = sh(directory, 'write-tree').trim();
  const before = sh(directory, 'commit-tree', tree, '-p', 'HEAD', '-m', 'before').trim();
  sh(directory, 'update-ref', '--create-reflog', 'refs/makima/merges/w/before', before);
  sh(directory, 'rm', '-q', '-f', 'before.txt');
  write(directory, { 'loose.txt': 'stashed\n' });
  sh(directory, 'stash', '-q', '-u');
  write(directory, { 'uncommitted.txt': 'u\n', 'staged.txt': 's\n' });
  sh(directory, 'add', 'staged.txt');
  t.notOk(await expireSnapshots(worktree, 'x', new Date(Date.now() + 60_000)), 'nothing is kept of the worktree: all stays');
  t.equal(sh(directory, 'cat-file', '-t', before).trim(), 'commit');
  t.ok(await keepSnapshot(worktree, 'x'));
  await stepAside(worktree, path.dirname(directory)).drop();
  t.ok(await expireSnapshots(worktree, 'x', new Date(Date.now() - 60_000)));
  t.equal(sh(gitDir, 'cat-file', '-t', before).trim(), 'commit', 'what is young stays, also where nothing reaches it');
  t.ok(await expireSnapshots(worktree, 'x', new Date(Date.now() + 60_000)));
  t.throws(() => sh(gitDir, 'cat-file', '-e', before), 'it is gone');
  await restoreWorktree(worktree, 'x', { keptDir: wanted.keptDir, gitDir, isAway: true });
  t.equal(sh(directory, 'status', '--porcelain').trim(), '?? staged.txt\n?? uncommitted.txt');
  t.equal(readFileSync(path.join(directory, 'committed.txt'), 'utf8'), 'c\n');
  sh(directory, 'stash', 'apply', '-q');
  t.equal(readFileSync(path.join(directory, 'loose.txt'), 'utf8'), 'stashed\n');
  sh(directory, 'fsck', '--full');
});

void t.test('a repository whose agent has it borrow from elsewhere is left as it is', async (t) => {
  const home = isolate(t);
  const other = userRepository(path.join(home, 'other'), { 'b.txt': 'b\n' });
  const repository = await open(home, userRepository(path.join(home, 'user'), { 'a.txt': 'a\n' }));
  const { worktree } = await addWorktree(repository, await wantedOf(home, repository));
  write(worktree.path, { 'b.txt': 'b\n' });
  sh(worktree.path, 'add', '-A');
  sh(worktree.path, 'commit', '-q', '-m', 'b');
  appendFileSync(path.join(worktree.gitDir, 'objects/info/alternates'), `${path.join(other, '.git/objects')}\n`);
  const before = looseIn(worktree.gitDir);
  t.notOk(await packRepository(worktree));
  t.strictSame(looseIn(worktree.gitDir), before);
});
