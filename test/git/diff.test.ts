import t, { type Test } from 'tap';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { showPath } from '../../src/git/command/show-path.ts';
import { diffFiles, diffPatch } from '../../src/git/snapshot/diff.ts';
import { snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { fingerprint, isolate, prepared, sh, write } from './git-fixture.ts';

const patchOf = async (worktree: Worktree): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  const patch: AsyncIterable<Buffer> = await diffPatch(worktree);
  for await (const chunk of patch) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Applies the patch on a fresh checkout of the base, as a user would, and compares every file. */
const appliesExactly = async (t: Test, home: string, worktree: Worktree): Promise<void> => {
  const patch = await patchOf(worktree);
  const check = path.join(home, `check-${crypto.randomUUID()}`);
  // over the transport: a local clone has the snapshot's objects too, and a patch without contents would apply
  sh(home, 'clone', '-q', pathToFileURL(worktree.gitDir).href, check);
  sh(check, 'fetch', '-q', 'origin', worktree.baseCommit);
  sh(check, 'checkout', '-q', worktree.baseCommit);
  if (patch.length > 0) {
    const applied = spawnSync('git', ['apply', '--index', '--whitespace=nowarn', '-'], { cwd: check, input: patch });
    t.equal(applied.status, 0, applied.stderr.toString());
  }
  t.same(files(check), files(worktree.path));
  t.equal(sh(check, 'write-tree').trim(), await snapshotTree(worktree));
};

/** Git keeps files, links and the executable bit; neither empty directories nor other modes. */
const files = (root: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fingerprint(root, { times: false, skip: ['/.git', '/.makima'] }))
      .filter(([, value]) => !value.startsWith('dir'))
      .map(([name, value]) => [
        name,
        value.startsWith('link') ? value : value.replace(/ (\d+)$/, (_, mode: string) => (Number.parseInt(mode, 8) & 0o100 ? ' x' : ' -')),
      ]),
  );

void t.test('every kind of change is in the patch and in the list', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, {
    'modified.txt': 'one\ntwo\n',
    'deleted.txt': 'gone\n',
    'renamed.txt': 'a long enough text\nto be found again\nunder another name\n',
    'mode.sh': '#!/bin/sh\n',
    typechange: 'file\n',
    'crlf.txt': 'a\r\nb\r\n',
    'binary.bin': Buffer.from([0, 1, 2, 255]),
    '.gitignore': 'ignored/\n',
  });
  const root = worktree.path;
  write(root, {
    'modified.txt': 'one\n2\nthree',
    'new dir/ü "quoted" \t.txt': 'new\n',
    'new\nline': 'x',
    'ignored/x': 'x',
    'crlf.txt': 'a\r\nc\r\n',
    'binary.bin': Buffer.from([0, 9, 9, 255]),
    empty: '',
    '-dash': 'd',
    ':(top)magic': 'm',
  });
  unlinkSync(path.join(root, 'deleted.txt'));
  write(root, { 'moved/elsewhere.txt': readFileSync(path.join(root, 'renamed.txt')) });
  unlinkSync(path.join(root, 'renamed.txt'));
  chmodSync(path.join(root, 'mode.sh'), 0o755);
  unlinkSync(path.join(root, 'typechange'));
  symlinkSync('/nowhere', path.join(root, 'typechange'));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'latin1\n');
  write(root, { '.makima/orchestrate.sh': 'secret' });
  const held = { times: true, skip: ['/objects', '/makima-tmp'] };
  const before = fingerprint(worktree.adminDir, held);
  const list = await diffFiles(worktree);
  t.same(fingerprint(worktree.adminDir, held), before, 'the agent’s index is untouched');
  t.same(
    list.sort((a, b) => (a.path < b.path ? -1 : 1)),
    [
      { path: '"caf\\351"', status: 'added', additions: 1, deletions: 0 },
      { path: '-dash', status: 'added', additions: 1, deletions: 0 },
      { path: ':(top)magic', status: 'added', additions: 1, deletions: 0 },
      { path: 'binary.bin', status: 'modified', additions: null, deletions: null },
      { path: 'crlf.txt', status: 'modified', additions: 1, deletions: 1 },
      { path: 'deleted.txt', status: 'deleted', additions: 0, deletions: 1 },
      { path: 'empty', status: 'added', additions: 0, deletions: 0 },
      { path: 'mode.sh', status: 'modified', additions: 0, deletions: 0 },
      { path: 'modified.txt', status: 'modified', additions: 2, deletions: 1 },
      { path: 'moved/elsewhere.txt', oldPath: 'renamed.txt', status: 'renamed', additions: 0, deletions: 0 },
      { path: 'new\nline', status: 'added', additions: 1, deletions: 0 },
      { path: 'new dir/ü "quoted" \t.txt', status: 'added', additions: 1, deletions: 0 },
      { path: 'typechange', status: 'type-changed', additions: 1, deletions: 1 },
    ],
  );
  rmSync(path.join(root, 'ignored'), { recursive: true });
  await appliesExactly(t, home, worktree);
});

void t.test('staged, committed and uncommitted work all count', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  write(worktree.path, { committed: 'c' });
  sh(worktree.path, 'add', '-A');
  sh(worktree.path, 'commit', '-q', '-m', 'agent');
  write(worktree.path, { staged: 's' });
  sh(worktree.path, 'add', 'staged');
  write(worktree.path, { untracked: 'u' });
  t.same(
    (await diffFiles(worktree)).map((change) => change.path),
    ['committed', 'staged', 'untracked'],
  );
  await appliesExactly(t, home, worktree);
});

void t.test('no configuration of the user’s or the agent’s spoils the patch', async (t) => {
  const home = isolate(t);
  const settings =
    '[diff]\n\tnoprefix = true\n\tmnemonicPrefix = true\n\trenames = copies\n\tcontext = 0\n\tinterHunkContext = 9\n\tsuppressBlankEmpty = true\n\twordRegex = .\n\tignoreSubmodules = all\n\torderFile = /nonexistent\n\trelative = true\n\tsubmodule = log\n\tsrcPrefix = x/\n[core]\n\tquotePath = false\n\tpager = false\n\tsafecrlf = true\n[color]\n\tui = always\n\tdiff = always\n[status]\n\tshowUntrackedFiles = no\n[core]\n\tabbrev = 4\n';
  appendFileSync(path.join(home, 'gitconfig'), settings);
  const { worktree } = await prepared(home, { 'a.txt': 'one\n\n\nfour\n', 'b.txt': 'b\n' });
  appendFileSync(path.join(worktree.gitDir, 'config'), settings);
  write(worktree.path, { 'a.txt': 'one\n\n\nfive\n', 'ünï.txt': 'u\r\nv\n' });
  await appliesExactly(t, home, worktree);
  t.match((await patchOf(worktree)).toString(), /^diff --git a\/a\.txt b\/a\.txt$/m);
});

void t.test('any content under any name comes back exactly', async (t) => {
  const home = isolate(t);
  const component = fc
    .oneof(
      fc.constantFrom('a', 'b', 'dir', ' ', '"', "'", '\\', 'ü', '日本', '\n', '\t', '*', '$x', '-x', 'new file', '.hidden'),
      fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
    )
    .filter((name) => !/^\.+$|[/\0]|^\.git|^\.makima$/iu.test(name) && Buffer.byteLength(name) < 200 && name.isWellFormed());
  // `git apply` cannot read what `git diff` makes of an empty file, or of a mode alone, below a directory whose name ends with a space.
  const name = fc
    .array(component, { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'))
    .filter((joined) => !joined.includes(' /'));
  const content = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom('', 'x', 'a\r\nb', '\n\n', ' \t\n', 'a\nb\nc\nd\ne\nf\ng\n', '-- \n', 'diff --git a/x b/x\n'),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );
  const state = fc.dictionary(name, fc.record({ content, mode: fc.constantFrom('file', 'exec', 'link') }), { maxKeys: 6 });
  const lay = (root: string, wanted: Record<string, { content: string | Buffer; mode: string }>): void => {
    for (const [file, { content: bytes, mode }] of Object.entries(wanted)) {
      const target = path.join(root, file);
      try {
        mkdirSync(path.dirname(target), { recursive: true });
        if (mode === 'link') symlinkSync(`to-${file.length}`, target);
        else writeFileSync(target, bytes, { mode: mode === 'exec' ? 0o755 : 0o644 });
      } catch (error) {
        // one name is another's directory
        if (!(error instanceof Error && 'code' in error && ['EEXIST', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENOENT'].includes(String(error.code))))
          throw error;
      }
    }
  };
  await fc.assert(
    fc.asyncProperty(state, state, async (before, after) => {
      const source = path.join(home, `property-${crypto.randomUUID()}`);
      mkdirSync(source);
      lay(source, before);
      const { worktree } = await prepared(source, {});
      for (const file of Object.keys(before))
        if (file.length % 2 === 0) rmSync(path.join(worktree.path, file), { force: true, recursive: true });
      lay(worktree.path, after);
      await appliesExactly(t, home, worktree);
    }),
    { numRuns: 8 },
  );
});

void t.test('an edit in the same second as the last git add, of the same size, is seen in a later second', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  const file = path.join(worktree.path, 'racy.txt');
  const secondOf = (name: string): number => Math.floor(statSync(name).ctimeMs / 1000);
  let added: number;
  do {
    writeFileSync(file, 'aaaa');
    added = secondOf(file);
    sh(worktree.path, 'add', 'racy.txt');
    writeFileSync(file, 'bbbb');
  } while (secondOf(file) !== added || secondOf(path.join(worktree.adminDir, 'index')) !== added);
  // the clock alone decides whether git looks into the file
  while (Math.floor(Date.now() / 1000) <= added);
  t.equal(sh(worktree.gitDir, 'show', `${await snapshotTree(worktree)}:racy.txt`), 'bbbb');
});

void t.test('files that an agent hides from git are seen; those a sparse checkout leaves out are not deleted', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'assumed.txt': 'a', 'skipped.txt': 's', 'sparse.txt': 'x' });
  sh(worktree.path, 'update-index', '--assume-unchanged', 'assumed.txt');
  sh(worktree.path, 'update-index', '--skip-worktree', 'skipped.txt', 'sparse.txt');
  write(worktree.path, { 'assumed.txt': 'changed', 'skipped.txt': 'changed' });
  unlinkSync(path.join(worktree.path, 'sparse.txt'));
  t.same(
    (await diffFiles(worktree)).map(({ path: file, status }) => [file, status]),
    [
      ['assumed.txt', 'modified'],
      ['skipped.txt', 'modified'],
    ],
  );
});

void t.test('a broken or missing index, a conflict and a stale lock do not matter', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  write(worktree.path, { 'b.txt': 'b\n' });
  const index = path.join(worktree.adminDir, 'index');
  const expected = ['b.txt'];
  writeFileSync(`${index}.lock`, '');
  t.same(
    (await diffFiles(worktree)).map((change) => change.path),
    expected,
    'locked',
  );
  unlinkSync(`${index}.lock`);
  writeFileSync(index, 'no index');
  t.same(
    (await diffFiles(worktree)).map((change) => change.path),
    expected,
    'broken',
  );
  t.equal(readFileSync(index, 'utf8'), 'no index', 'and left as it is');
  unlinkSync(index);
  t.same(
    (await diffFiles(worktree)).map((change) => change.path),
    expected,
    'missing',
  );
  sh(worktree.path, 'reset', '-q');
  sh(worktree.path, 'checkout', '-q', '-b', 'side');
  write(worktree.path, { 'a.txt': 'side\n' });
  sh(worktree.path, 'commit', '-qam', 'side');
  sh(worktree.path, 'checkout', '-q', '-');
  write(worktree.path, { 'a.txt': 'ours\n' });
  sh(worktree.path, 'commit', '-qam', 'ours');
  spawnSync('git', ['merge', 'side'], { cwd: worktree.path });
  t.match(sh(worktree.path, 'status', '--porcelain'), /^UU a\.txt/);
  t.match((await patchOf(worktree)).toString(), /^\+<<<<<<< HEAD$/m);
  t.match(sh(worktree.path, 'status', '--porcelain'), /^UU a\.txt/, 'the conflict is still open');
});

void t.test('repositories that an agent made inside are taken as files', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n', '.gitignore': 'node_modules\n' });
  const nested = (name: string, withCommit: boolean): string => {
    const directory = path.join(worktree.path, name);
    mkdirSync(directory, { recursive: true });
    sh(directory, 'init', '-q');
    write(directory, { 'file.txt': name, '.gitignore': '*.log\n', 'x.log': 'log' });
    if (withCommit) {
      sh(directory, 'add', '-A');
      sh(directory, 'commit', '-q', '-m', name);
    }
    return directory;
  };
  nested('committed', true);
  nested('empty one', false);
  nested('added', true);
  nested('deep/er', true);
  nested('deep/er/inner', true);
  nested('node_modules/x', true);
  spawnSync('git', ['add', 'added'], { cwd: worktree.path });
  sh(worktree.path, 'commit', '-q', '-m', 'a link to a commit that nobody else has');
  const names = (await diffFiles(worktree)).filter((change) => !change.path.endsWith('.gitignore')).map((change) => change.path);
  t.same(names, ['added/file.txt', 'committed/file.txt', 'deep/er/file.txt', 'deep/er/inner/file.txt', 'empty one/file.txt']);
  const check = path.join(home, 'check');
  sh(home, 'clone', '-q', worktree.gitDir, check);
  sh(check, 'checkout', '-q', worktree.baseCommit);
  t.equal(spawnSync('git', ['apply', '-'], { cwd: check, input: await patchOf(worktree) }).status, 0);
  t.equal(readFileSync(path.join(check, 'deep/er/inner/file.txt'), 'utf8'), 'deep/er/inner');
});

void t.test('a patch that nobody reads leaves no file, and a missing worktree is named', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home);
  write(worktree.path, { 'b.txt': 'b\n' });
  (await diffPatch(worktree)).destroy();
  t.same(Object.keys(fingerprint(path.join(worktree.gitDir, 'makima-tmp'))), []);
  rmSync(worktree.path, { recursive: true });
  await t.rejects(diffPatch(worktree), { code: 'WORKTREE_NOT_FOUND' });
  await t.rejects(diffFiles(worktree), { code: 'WORKTREE_NOT_FOUND' });
});

void t.test('a path as it is shown', (t) => {
  t.equal(showPath(Buffer.from('ü\n"')), 'ü\n"');
  t.equal(showPath(Buffer.from([0x61, 0x22, 0xff, 0x5c, 0x0a])), '"a\\"\\377\\\\\\012"');
  t.end();
});
