/** How many git commands an action takes: each is a process that the daemon has to make, and no machine makes it faster. */
import t from 'tap';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { diffFiles } from '../../src/git/snapshot/diff.ts';
import { previewOnce, receivingSide } from '../../src/git/merge/preview.ts';
import { lookOver } from '../../src/git/snapshot/look-over.ts';
import { type MergeSource, planSource } from '../../src/git/snapshot/merge-source.ts';
import { requireFinished, requireNoMarkers } from '../../src/git/snapshot/require-finished.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import { createPreparedWorktrees } from '../../src/git/worktree/prepared/prepared-worktrees.ts';
import { continueWorktree } from '../../src/git/worktree/continue-worktree.ts';
import { removeWorktree } from '../../src/git/worktree/remove-worktree.ts';
import { countCommands } from './count-commands.ts';
import { isolate, open, sh, userRepository, wantedOf, write } from './git-fixture.ts';
import { merge, pair, sourceOf } from './merge-fixture.ts';

void t.test('commands of a start, a continuation, a look and a removal', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), { 'a.txt': 'a\n' });
  const counted = countCommands(t, home);
  const start = () =>
    counted(async () => {
      const repository = await open(home, source);
      return { repository, ...(await addWorktree(repository, await wantedOf(home, repository))) };
    });
  const first = await start();
  t.ok(first.commands.length <= 9, `the first start on a source: ${first.commands.length}`);
  const second = await start();
  t.ok(second.commands.length <= 1, `a later one, of a source that stands as it did: ${second.commands.length}`);
  const over = Promise.withResolvers<undefined>();
  const prepared = createPreparedWorktrees({
    directory: path.join(home, 'makima', 'prepared'),
    worktrees: path.join(home, 'makima', 'worktrees'),
    perBase: 1,
    maxBytes: 1024 ** 3,
    quietMs: 0,
    reached: (point) => {
      if (point === 'preparation over') over.resolve(undefined);
    },
    report: (_what, error) => t.fail(String(error)),
  });
  const alive = setInterval(() => undefined, 1000);
  t.teardown(async () => {
    clearInterval(alive);
    await prepared.close();
  });
  const startPrepared = () =>
    counted(() =>
      prepared.duringStart(async () => {
        const repository = await open(home, source);
        return addWorktree(repository, await wantedOf(home, repository), {}, prepared);
      }),
    );
  await startPrepared();
  await over.promise;
  t.same((await startPrepared()).commands, [], 'one with a prepared worktree');
  t.equal(prepared.counts().taken, 1);
  await prepared.close();
  execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'more'], { cwd: source });
  const changed = await start();
  t.ok(changed.commands.length <= 6, `one of a source with something new: ${changed.commands.length}`);
  const { repository, worktree } = second.result;
  const scratch = await counted(async () => {
    const empty = await open(home, null);
    return addWorktree(empty, await wantedOf(home, empty));
  });
  t.same(scratch.commands, [], 'a scratch directory');
  write(worktree.path, { 'b.txt': 'b\n' });
  t.equal((await counted(() => lookOver(worktree))).commands.length, 2, 'a look over a worktree in which nothing is strange');
  const wanted = await wantedOf(home, repository);
  const continued = await counted(() => continueWorktree(worktree, repository, wanted));
  t.ok(continued.commands.length <= 4, `a continuation: ${continued.commands.length}`);
  t.same((await counted(() => removeWorktree(continued.result, { keptDir: wanted.keptDir }))).commands, [], 'putting away what is kept');
});

void t.test('commands of a diff and of a merge', async (t) => {
  const { home, parent, child } = await pair(t, { 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const counted = countCommands(t, home);
  write(child.path, { 'new.txt': 'new\n' });
  sh(child.path, 'add', '-A');
  sh(child.path, 'commit', '-q', '-m', 'new');
  write(child.path, { 'left.txt': 'left\n' });
  const diff = await counted(() => diffFiles(child));
  t.ok(diff.commands.length <= 5, `the first diff: ${diff.commands.length}`);
  write(child.path, { 'left.txt': 'more\n' });
  t.strictSame(
    (await counted(() => diffFiles(child))).commands.map((line) => / (status|cat-file|diff-tree) /.exec(line)?.[1]),
    ['status', 'diff-tree'],
    'one of a worktree that has changed',
  );
  const named = (commands: readonly string[]): string[] =>
    commands.map((line) => line.replace(/^(?:-c \S+ )*/, '').replace(/^(\S+).*/, '$1')).sort();
  const bring = (previous: MergeSource | null) =>
    counted(async () => {
      await requireFinished(child);
      const source = await sourceOf(child, previous);
      await requireNoMarkers(child.gitDir, child.baseCommit, source.commit);
      const done = await merge(parent, source);
      t.ok(done);
      return source;
    });
  const merged = await bring(null);
  // the settings of the parent's repository are read once, and what the source had lies in a pack
  const least = ['diff-tree', 'merge-tree', 'pack-objects', 'read-tree', 'status', 'status', 'update-ref', 'update-ref'];
  t.strictSame(named(merged.commands), ['cat-file', 'config', 'diff-tree', ...least].sort(), 'a merge with work that was not committed');
  t.notOk(
    merged.commands.some((line) => / fetch /.test(line)),
    'a fetch would be six more',
  );
  write(child.path, { 'left.txt': 'still more\n', 'b.txt': 'changed\n' });
  t.strictSame(named((await bring(merged.result)).commands), least, 'one of a subtask that has gone on');
  write(child.path, { 'left.txt': 'and more\n' });
  const preview = async () => {
    const [ours, theirs] = await Promise.all([receivingSide(parent), planSource(child, merged.result)]);
    return previewOnce(parent, ours, { gitDir: child.gitDir, source: theirs });
  };
  const looked = await counted(preview);
  t.strictSame(looked.result.files, ['left.txt']);
  t.strictSame(named(looked.commands), ['merge-tree', 'status', 'status'], 'a preview of what has changed');
});
