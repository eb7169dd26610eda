import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readShownPath, showPath } from '../../src/git/command/index.ts';
import { contentsAt, snapshotTree } from '../../src/git/snapshot/index.ts';
import { isolate, prepared, sh, write } from './git-fixture.ts';

void t.test('files as a snapshot and the base commit have them, of any name', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, { 'kept.txt': 'old\n', 'gone.txt': 'gone\n', 'dir/in.txt': 'in\n', empty: '' });
  write(worktree.path, { 'kept.txt': 'new\n', 'new\nline "x".txt': 'n\n', ' lead': 'l\n', 'big.txt': 'b'.repeat(3 * 1024 * 1024) });
  sh(worktree.path, 'rm', '-q', 'gone.txt');
  const bytes = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x22, 0x0a, 0x2e]);
  writeFileSync(Buffer.concat([Buffer.from(`${worktree.path}/`), bytes]), 'latin\n');
  writeFileSync(path.join(home, 'secret'), 'secret\n');
  symlinkSync(path.join(home, 'secret'), path.join(worktree.path, 'link'));
  symlinkSync(home, path.join(worktree.path, 'out'));
  const now = await snapshotTree(worktree);
  const base = worktree.baseCommit;
  const wanted = [
    { path: 'missing\nx blob 3', trees: [now] },
    { path: 'kept.txt', trees: [now] },
    { path: 'kept.txt', trees: [base] },
    { path: 'gone.txt', trees: [now] },
    { path: 'gone.txt', trees: [now, base] },
    { path: 'new\nline "x".txt', trees: [now] },
    { path: ' lead', trees: [now] },
    { path: showPath(bytes), trees: [now] },
    { path: 'dir', trees: [now] },
    { path: 'dir/in.txt', trees: [now] },
    { path: 'empty', trees: [now] },
    { path: 'big.txt', trees: [now] },
    { path: 'link', trees: [now] },
    { path: 'out/secret', trees: [now] },
    { path: '', trees: [now] },
  ];
  const found = await contentsAt(worktree, wanted);
  t.strictSame(
    found.map((each) => each && [each.tree === base ? 'base' : 'now', each.content?.toString() ?? null]),
    [
      null,
      ['now', 'new\n'],
      ['base', 'old\n'],
      null,
      ['base', 'gone\n'],
      ['now', 'n\n'],
      ['now', 'l\n'],
      ['now', 'latin\n'],
      null,
      ['now', 'in\n'],
      ['now', ''],
      ['now', null],
      ['now', path.join(home, 'secret')],
      null,
      null,
    ],
    'of a link what it says, never what it leads to',
  );
  t.strictSame(await contentsAt(worktree, []), []);
});

void t.test('names that JSON cannot hold come back as they were', (t) => {
  for (const name of [[0xff], [0x22, 0xfe, 0x5c], [0x0a, 0x80, 0x7f, 0x20]]) {
    const bytes = Buffer.from(name);
    t.ok(
      readShownPath(showPath(bytes)).some((each) => each.equals(bytes)),
      showPath(bytes),
    );
  }
  for (const plain of ['a', '"a"', 'é', '"\\351'] as const) t.strictSame(readShownPath(plain), [Buffer.from(plain)]);
  t.end();
});
