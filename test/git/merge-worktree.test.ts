import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync, chmodSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { MakimaError, type ErrorCode } from '../../src/errors.ts';
import { beforeRef } from '../../src/git/merge/receiving.ts';
import { abortedRef, meanwhileRef } from '../../src/git/merge/undo.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { isolate, open, sh, userRepository, worktreeOf, write } from './git-fixture.ts';
import {
  commit,
  conflictsIn,
  inside,
  merge,
  mergeOrFail,
  pair,
  planned,
  put,
  resolve,
  sourceOf,
  stateOf,
  TestJournal,
  undo,
  undoHalf,
} from './merge-fixture.ts';

const rejectsWith = async (t: Test, promise: Promise<unknown>, code: ErrorCode): Promise<void> => {
  const outcome: unknown = await promise.then(
    () => 'it resolved',
    (error: unknown) => error,
  );
  t.equal(outcome instanceof MakimaError ? outcome.code : outcome, code);
};

const text = (root: string, file: string): string => readFileSync(path.join(root, file), 'utf8');

void t.test('a merge takes what is committed, uncommitted and untracked, and what is ignored never', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n', '.gitignore': '*.log\n' });
  put(child.path, { committed: '1\n' });
  inside(child, 'add', '-A');
  inside(child, 'commit', '-qm', 'one');
  put(child.path, { staged: '2\n' });
  inside(child, 'add', 'staged');
  put(child.path, { a: 'changed\n', untracked: '3\n', 'x.log': 'ignored\n', '.makima/orchestrate.sh': 'never\n' });
  const source = await sourceOf(child);
  const plan = await merge(parent, source);
  t.equal(inside(parent, 'rev-parse', 'HEAD').trim(), plan?.record.commit);
  t.strictSame(inside(parent, 'ls-tree', '-r', '--name-only', 'HEAD').trim().split('\n'), [
    '.gitignore',
    'a',
    'committed',
    'staged',
    'untracked',
  ]);
  t.equal(text(parent.path, 'a'), 'changed\n');
  t.notOk(existsSync(path.join(parent.path, 'x.log')));
  t.equal(inside(parent, 'status', '--porcelain'), '');
  t.equal(inside(parent, 'log', '-1', '--format=%an <%ae>').trim(), 'User <user@example.org>');
  t.equal(await merge(parent, await sourceOf(child, source)), null, 'a second time there is nothing to do');
});

void t.test("the parent's own work stays uncommitted, and staged where it was, where the merge has nothing to do with it", async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n', b: 'b\n', c: 'c\n' });
  put(parent.path, { a: 'staged\n' });
  inside(parent, 'add', 'a');
  put(parent.path, { a: 'staged\nand more\n', own: 'own\n' });
  put(child.path, { b: 'theirs\n', c: null, 'new/file': 'new\n' });
  const head = inside(parent, 'rev-parse', 'HEAD').trim();
  await mergeOrFail(parent, child);
  t.equal(inside(parent, 'status', '--porcelain'), 'MM a\n?? own\n');
  t.equal(inside(parent, 'show', ':a'), 'staged\n');
  t.equal(text(parent.path, 'a'), 'staged\nand more\n');
  t.equal(inside(parent, 'rev-parse', 'HEAD^1').trim(), head, 'the first parent is where the branch was');
  t.strictSame(inside(parent, 'diff', '--name-status', head, 'HEAD').trim().split('\n'), ['M\tb', 'D\tc', 'A\tnew/file']);
});

void t.test("the parent's own work takes part where the merge touches it, in a commit of its own", async (t) => {
  const { parent, child } = await pair(t, { a: '1\n2\n3\n4\n5\n6\n7\n', b: 'b\n' });
  put(parent.path, { a: 'own\n2\n3\n4\n5\n6\n7\n', own: 'own\n' });
  put(child.path, { a: '1\n2\n3\n4\n5\n6\ntheirs\n' });
  await mergeOrFail(parent, child);
  t.equal(text(parent.path, 'a'), 'own\n2\n3\n4\n5\n6\ntheirs\n');
  t.equal(inside(parent, 'status', '--porcelain'), '');
  t.strictSame(inside(parent, 'log', '--first-parent', '--format=%s', '-2').trim().split('\n'), ['Merge the part', 'Work of its own']);
});

void t.test('what both have already is merged without a word, and only then counts as committed', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(parent.path, { by: 'hand\n' });
  put(child.path, { by: 'hand\n' });
  await mergeOrFail(parent, child);
  t.equal(inside(parent, 'show', 'HEAD:by'), 'hand\n', 'a commit that says it has the work has it');
});

void t.test('abort gives back the index, modes, times and line ends, and keeps what it takes away', async (t) => {
  const { parent, child } = await pair(t, {
    f: 'a\n',
    crlf: 'a\n',
    '.gitattributes': 'crlf text eol=lf\n',
    secret: 's\n',
    '.gitignore': 'build/\n',
  });
  put(parent.path, { f: 'staged\n' });
  inside(parent, 'add', 'f');
  put(parent.path, {
    f: 'not staged\n',
    crlf: 'own\r\nlines\r\n',
    secret: 'own\n',
    untracked: 'u\n',
    'build/out': 'built\n',
    intended: 'i\n',
  });
  inside(parent, 'add', '-N', 'intended');
  chmodSync(path.join(parent.path, 'secret'), 0o600);
  utimesSync(path.join(parent.path, 'secret'), 1_000_000, 1_000_000);
  put(child.path, { f: 'theirs\n', crlf: 'theirs\n', secret: 'theirs\n', '.gitignore': '', untracked: 'theirs\n', intended: 'theirs\n' });
  const before = stateOf(parent);
  const plan = await mergeOrFail(parent, child);
  t.equal(plan.record.conflicts.length, 5);
  await resolve(parent, plan.record, 'secret', 'theirs', null);
  put(parent.path, { since: 'made since\n', 'build/more': 'built since\n' });
  inside(parent, 'add', '-A');
  await undo(parent, plan);
  const after = stateOf(parent);
  t.equal(text(parent.path, 'build/out'), 'built\n', 'what was ignored before stays');
  t.equal(text(parent.path, 'build/more'), 'built since\n');
  rmSync(path.join(parent.path, 'build/more'));
  t.strictSame({ ...after, files: stateOf(parent).files }, before);
  t.equal(statSync(path.join(parent.path, 'secret')).mode & 0o777, 0o600);
  t.equal(statSync(path.join(parent.path, 'secret')).mtimeMs, 1_000_000_000);
  t.equal(text(parent.path, 'crlf'), 'own\r\nlines\r\n');
  t.equal(inside(parent, 'show', ':f'), 'staged\n');
  t.equal(inside(parent, 'show', `${abortedRef(parent)}:since`), 'made since\n');
  t.equal(inside(parent, 'show', `${beforeRef(parent)}^2:f`), 'staged\n', 'what was staged is held by a ref');
});

void t.test('what is written while a merge is undone is kept before it is taken away', async (t) => {
  const { parent, child } = await pair(t, { f: 'base\n' });
  put(parent.path, { f: 'ours\n' });
  put(child.path, { f: 'theirs\n' });
  const merged = await mergeOrFail(parent, child);
  await undo(
    parent,
    merged,
    new TestJournal((point) => point === 'merge index restored' && put(parent.path, { late: 'late\n', f: 'late too\n' })),
  );
  t.equal(text(parent.path, 'f'), 'ours\n');
  t.notOk(existsSync(path.join(parent.path, 'late')));
  for (const [file, held] of [
    ['late', 'late\n'],
    ['f', 'late too\n'],
  ] as const)
    t.equal(inside(parent, 'show', `${meanwhileRef(parent)}:${file}`), held);
  t.throws(() => inside(parent, 'show', `${abortedRef(parent)}:late`));
});

void t.test('a lock that the agent holds is waited for, and told from a conflict', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(child.path, { b: 'b\n' });
  const before = stateOf(parent);
  const lock = path.join(parent.adminDir, 'index.lock');
  writeFileSync(lock, '');
  await rejectsWith(t, merge(parent, await sourceOf(child), { lockWaitMs: 100 }), 'REPOSITORY_BUSY');
  t.ok(existsSync(lock), "another's lock is left alone");
  t.strictSame(stateOf(parent), before);
  const merged = merge(parent, await sourceOf(child));
  setImmediate(() => rmSync(lock));
  t.not(await merged, null);
  t.equal(text(parent.path, 'b'), 'b\n');
});

void t.test('a lock that a killed daemon left is no hindrance', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(child.path, { b: 'b\n' });
  writeFileSync(path.join(parent.adminDir, 'index.lock'), 'makima\n');
  t.not(await merge(parent, await sourceOf(child), { lockWaitMs: 100 }), null);
});

void t.test("a merge of the agent's own is not merged into", async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(parent.path, { a: 'ours\n' });
  inside(parent, 'commit', '-qam', 'ours');
  put(child.path, { a: 'theirs\n' });
  inside(child, 'commit', '-qam', 'theirs');
  inside(parent, 'fetch', '-q', child.gitDir, child.branch);
  t.throws(() => inside(parent, 'merge', 'FETCH_HEAD'));
  const before = stateOf(parent);
  await rejectsWith(t, mergeOrFail(parent, child), 'MERGE_IN_PROGRESS');
  t.strictSame(stateOf(parent), before);
});

void t.test('a file that git ignores here is never written over', async (t) => {
  const { parent, child } = await pair(t, { '.gitignore': 'local\nlogs/\n' });
  put(parent.path, { local: 'precious\n', 'logs/x': 'precious\n' });
  for (const work of [{ local: 'theirs\n', '.gitignore': '' }, { logs: 'a file\n' }, { 'local/in': 'theirs\n', '.gitignore': '' }]) {
    put(child.path, { local: null, logs: null, '.gitignore': 'local\nlogs/\n' });
    put(child.path, work);
    const before = stateOf(parent);
    await rejectsWith(t, mergeOrFail(parent, child), 'MERGE_BLOCKED');
    t.strictSame(stateOf(parent), before);
  }
});

void t.test('a worktree that is gone', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(child.path, { b: 'b\n' });
  const source = await sourceOf(child);
  rmSync(parent.path, { recursive: true });
  await rejectsWith(t, merge(parent, source), 'WORKTREE_NOT_FOUND');
  rmSync(child.path, { recursive: true });
  await rejectsWith(t, sourceOf(child), 'WORKTREE_NOT_FOUND');
});

void t.test('manual takes the file as it stands, without markers that neither side had', async (t) => {
  const { parent, child } = await pair(t, { f: 'a\n', docs: '<<<<<<< as an example\n' });
  put(parent.path, { f: 'ours\n', docs: '<<<<<<< as an example\nours\n' });
  put(child.path, { f: 'theirs\n', docs: '<<<<<<< as an example\ntheirs\n' });
  const { record } = await mergeOrFail(parent, child);
  await rejectsWith(t, resolve(parent, record, 'f', 'manual', null), 'CONFLICT_MARKERS_LEFT');
  await rejectsWith(t, resolve(parent, record, 'no such file', 'ours', null), 'CONFLICT_NOT_FOUND');
  put(parent.path, { f: 'both\n', docs: '<<<<<<< as an example\nboth\n' });
  await resolve(parent, record, 'f', 'manual', null);
  await resolve(parent, record, 'docs', 'manual', null);
  await commit(parent, record, 'by hand');
  t.equal(inside(parent, 'show', 'HEAD:f'), 'both\n');
  t.equal(inside(parent, 'log', '-1', '--format=%s').trim(), 'by hand');
});

void t.test('what the agent resolves with git itself counts', async (t) => {
  const { parent, child } = await pair(t, { f: 'a\n' });
  put(parent.path, { f: 'ours\n' });
  put(child.path, { f: 'theirs\n' });
  const { record } = await mergeOrFail(parent, child);
  put(parent.path, { f: 'both\n' });
  inside(parent, 'add', 'f');
  t.strictSame(await conflictsIn(parent, record), []);
  inside(parent, 'commit', '-qm', 'concluded by git');
  const head = inside(parent, 'rev-parse', 'HEAD').trim();
  t.equal(await commit(parent, record, 'too late'), head);
});

void t.test('a subtask that goes on after its merge does not stand against its own earlier lines', async (t) => {
  const { parent, child } = await pair(t, { f: 'a\n' });
  put(child.path, { f: 'a\nfirst\n' });
  const first = await sourceOf(child);
  await merge(parent, first);
  put(parent.path, { f: 'mine\na\nfirst\n' });
  inside(parent, 'commit', '-qam', 'mine');
  put(child.path, { f: 'a\nfirst, changed\n' });
  const plan = await merge(parent, await sourceOf(child, first));
  t.strictSame(plan?.record.conflicts, []);
  t.equal(text(parent.path, 'f'), 'mine\na\nfirst, changed\n');
});

void t.test('what is staged alone, and no longer in the file, stays staged', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n', b: 'b\n' });
  put(parent.path, { a: 'staged alone\n' });
  inside(parent, 'add', 'a');
  put(parent.path, { a: 'a\n' });
  put(child.path, { b: 'theirs\n' });
  await mergeOrFail(parent, child);
  t.equal(inside(parent, 'show', ':a'), 'staged alone\n');
  t.equal(inside(parent, 'status', '--porcelain'), 'MM a\n');
});

void t.test('a merge that was broken off is taken back where it still is the merge, and what the agent did since stays', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n', b: 'b\n', c: 'c\n' });
  put(child.path, { a: 'theirs\n', b: 'theirs\n', 'd/new': 'theirs\n' });
  const before = stateOf(parent);
  const plan = await planned(parent, await sourceOf(child));
  if (plan === null) return t.fail('there was nothing to merge');
  // two of the three files were written when the daemon died, and one of them the agent has changed since
  put(parent.path, { a: 'theirs\n', 'd/new': 'theirs\n' });
  await undoHalf(parent, plan.record);
  t.strictSame(stateOf(parent), before);
  put(parent.path, { a: 'theirs, and on\n', 'd/new': 'theirs\n', own: 'own\n' });
  await undoHalf(parent, plan.record);
  t.strictSame(
    [text(parent.path, 'a'), text(parent.path, 'own'), existsSync(path.join(parent.path, 'd'))],
    ['theirs, and on\n', 'own\n', false],
  );
});

void t.test('submodules are merged, told as conflicts, resolved and put back', async (t) => {
  const home = isolate(t);
  const library = userRepository(path.join(home, 'library'), { lib: '1\n' });
  const source = userRepository(path.join(home, 'source'), {});
  sh(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib');
  sh(source, 'commit', '-qm', 'a library');
  const repository = await open(home, source);
  const [parent, child, other] = [
    await worktreeOf(home, repository),
    await worktreeOf(home, repository),
    await worktreeOf(home, repository),
  ];
  const inLibrary = (worktree: Worktree, content: string): string => {
    write(path.join(worktree.path, 'lib'), { lib: content });
    sh(path.join(worktree.path, 'lib'), 'commit', '-qam', content.trim());
    return sh(path.join(worktree.path, 'lib'), 'rev-parse', 'HEAD').trim();
  };
  const theirs = inLibrary(child, '2\n');
  const plan = await mergeOrFail(parent, child);
  t.strictSame(plan.record.conflicts, []);
  t.equal(text(parent.path, 'lib/lib'), '2\n');
  t.equal(inside(parent, 'rev-parse', 'HEAD:lib').trim(), theirs);
  t.equal(inside(parent, 'status', '--porcelain'), '');

  const others = inLibrary(other, '3\n');
  const before = stateOf(parent);
  const conflicted = await mergeOrFail(parent, other);
  t.match(conflicted.record.conflicts, [{ kind: 'submodule' }]);
  await resolve(parent, conflicted.record, 'lib', 'theirs', other);
  t.equal(text(parent.path, 'lib/lib'), '3\n');
  await undo(parent, conflicted);
  t.strictSame(stateOf(parent), before);
  for (const [strategy, expected] of [
    ['ours', theirs],
    ['manual', theirs],
    ['theirs', others],
  ] as const) {
    const again = await mergeOrFail(parent, other);
    await resolve(parent, again.record, 'lib', strategy, other);
    t.strictSame(await conflictsIn(parent, again.record), []);
    t.equal(inside(parent, 'rev-parse', ':lib').trim(), expected, strategy);
    if (strategy === 'theirs') await commit(parent, again.record, 'theirs');
    else await undo(parent, again);
  }
  t.equal(inside(parent, 'rev-parse', 'HEAD:lib').trim(), others);
  t.equal(inside(parent, 'status', '--porcelain'), '');
});
