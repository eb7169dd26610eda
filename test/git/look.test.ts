/** A look at a worktree: that it sees whatever git sees, and how little it takes where nothing has changed. */
import t, { type Test } from 'tap';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { countCommands } from './count-commands.ts';
import { isolate, prepared, sh, write } from './git-fixture.ts';

/** What git itself makes of a worktree, by a copy of its index. */
const byGit = (worktree: Worktree): string => {
  const index = path.join(worktree.gitDir, 'of-the-test');
  copyFileSync(path.join(worktree.adminDir, 'index'), index);
  // older than any file of it
  utimesSync(index, 1, 1);
  const env = { ...process.env, GIT_INDEX_FILE: index, GIT_DIR: worktree.adminDir, GIT_WORK_TREE: worktree.path };
  const run = (...args: string[]): string => execFileSync('git', args, { cwd: worktree.path, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  run('add', '-A');
  return run('write-tree');
};

/** Looks until a look finds nothing new: what was written just now is looked at again by the next one. */
const settle = async (look: () => Promise<unknown>, counted: Awaited<ReturnType<typeof countCommands>>): Promise<string[]> => {
  let commands: string[] = [];
  for (let attempt = 0; attempt < 200; attempt += 1) {
    commands = (await counted(look)).commands;
    if (commands.length <= 1) break;
  }
  return commands;
};

const files = { 'a.txt': 'a\n', 'b/c.txt': 'c\n', 'b/d/e.txt': 'e\n', 'f.sh': '#!/bin/sh\n', '.gitignore': '*.log\n' };

void t.test('every kind of change is seen by the next look, and one without takes one command', async (t) => {
  const home = isolate(t);
  const counted = countCommands(t, home);
  const { worktree } = await prepared(home, files);
  const inside = (...args: string[]): string => sh(worktree.path, ...args);
  const at = (name: string): string => path.join(worktree.path, name);
  const steps: Record<string, () => void> = {
    'nothing yet': () => undefined,
    'an edit': () => write(worktree.path, { 'a.txt': 'A\n' }),
    'an edit of the same size with the same time': () => {
      const time = new Date(1_700_000_000_000);
      utimesSync(at('a.txt'), time, time);
      inside('status');
      writeFileSync(at('a.txt'), 'B\n');
      utimesSync(at('a.txt'), time, time);
    },
    'a new file': () => write(worktree.path, { 'b/new.txt': 'new\n' }),
    'another content of it': () => write(worktree.path, { 'b/new.txt': 'NEW\n' }),
    'a new directory': () => write(worktree.path, { 'x/y/z.txt': 'z\n' }),
    'an ignored file': () => write(worktree.path, { 'x/y/some.log': 'log\n' }),
    'that file, not ignored any more': () => write(worktree.path, { '.gitignore': '' }),
    'that file, ignored again, and another one': () => write(worktree.path, { '.gitignore': '*.log\n', 'x/.gitignore': '*\n' }),
    'an ignored file that is added all the same': () => inside('add', '-f', 'x/y/some.log'),
    'a bit': () => chmodSync(at('f.sh'), 0o755),
    'a link': () => symlinkSync('../a.txt', at('b/link')),
    'a link elsewhere': () => {
      rmSync(at('b/link'));
      symlinkSync('../b.txt', at('b/link'));
    },
    'a file in the place of a directory': () => {
      rmSync(at('b/d'), { recursive: true });
      writeFileSync(at('b/d'), 'file\n');
    },
    'a directory in the place of a file': () => {
      rmSync(at('a.txt'));
      write(worktree.path, { 'a.txt/inside': 'inside\n' });
    },
    'a link in the place of a directory': () => {
      renameSync(at('x'), at('moved'));
      symlinkSync('moved', at('x'));
    },
    'a file gone': () => rmSync(at('b/c.txt')),
    'what is staged': () => inside('add', '-A'),
    'a commit': () => inside('commit', '-q', '-m', 'all'),
    'a stash': () => {
      write(worktree.path, { 'f.sh': 'stashed\n' });
      inside('stash');
    },
    'a file that is only meant to be added': () => {
      write(worktree.path, { 'intended.txt': 'intended\n' });
      inside('add', '-N', 'intended.txt');
    },
    'another commit checked out': () => inside('checkout', '-q', '--force', '--detach', worktree.baseCommit),
    'an edit of a file that is not to be looked at': () => {
      inside('update-index', '--assume-unchanged', 'f.sh');
      write(worktree.path, { 'f.sh': 'assumed\n' });
    },
    'and of one that is': () => {
      inside('update-index', '--no-assume-unchanged', 'f.sh');
      write(worktree.path, { 'f.sh': 'not assumed\n' });
    },
    'ends of lines that the attributes change': () =>
      write(worktree.path, { '.gitattributes': '*.crlf text\n', 'x.crlf': 'one\r\ntwo\r\n' }),
    'the same as they are': () => write(worktree.path, { '.gitattributes': '*.crlf -text\n' }),
    "attributes in git's own directory": () => {
      write(worktree.gitDir, { 'info/attributes': '*.crlf text\n' });
    },
    settings: () => {
      rmSync(at('.gitattributes'));
      rmSync(path.join(worktree.gitDir, 'info/attributes'));
      inside('config', 'core.autocrlf', 'input');
    },
    'names of any bytes': () => {
      const name = Buffer.concat([Buffer.from(`${worktree.path}/`), Buffer.from([0xff, 0x0a, 0x22])]);
      writeFileSync(name, 'bytes\n');
    },
  };
  for (const [name, step] of Object.entries(steps)) {
    step();
    const isHidden = name.includes('not to be looked at');
    const expected = isHidden ? null : byGit(worktree);
    const seen = await snapshotTree(worktree);
    if (expected === null) t.match(inside('cat-file', 'blob', `${seen}:f.sh`), 'assumed', name);
    else t.equal(seen, expected, name);
    if (isHidden) continue;
    t.strictSame(
      (await settle(() => snapshotTree(worktree), counted)).map((line) => / status /.test(line)),
      [true],
      `${name}, looked at again`,
    );
    t.equal(await snapshotTree(worktree), expected, `${name}, the same again`);
  }
});

void t.test('askers at the same time share a look', async (t) => {
  const home = isolate(t);
  const counted = countCommands(t, home);
  const { worktree } = await prepared(home, files);
  await settle(() => snapshotTree(worktree), counted);
  const { commands, result } = await counted(() => Promise.all(Array.from({ length: 20 }, () => snapshotTree(worktree))));
  t.equal(new Set(result).size, 1);
  t.ok(commands.length <= 2, `${commands.length} commands for 20`);
});

void t.test('what was remembered and is gone, or was tampered with, is made again', async (t) => {
  const home = isolate(t);
  const counted = countCommands(t, home);
  const { worktree } = await prepared(home, files);
  write(worktree.path, { 'a.txt': 'changed\n', 'new/new.txt': 'new\n' });
  const tree = await snapshotTree(worktree);
  await settle(() => snapshotTree(worktree), counted);
  sh(worktree.path, 'prune', '--expire=now');
  t.throws(() => sh(worktree.path, 'cat-file', '-e', tree), 'nothing holds a snapshot');
  t.equal(await snapshotTree(worktree), tree, 'after a clean-up that took its objects');
  t.match(sh(worktree.path, 'cat-file', 'blob', `${tree}:new/new.txt`), 'new');
  const kept = path.join(worktree.gitDir, 'makima-look', path.basename(worktree.adminDir));
  t.ok(readFileSync(kept).length > 0);
  writeFileSync(kept, 'nothing');
  t.equal(await snapshotTree(worktree), tree, 'with the copy of the index broken');
  rmSync(kept);
  t.equal(await snapshotTree(worktree), tree, 'without it');
  writeFileSync(path.join(worktree.adminDir, 'index'), 'broken');
  t.equal(await snapshotTree(worktree), tree, 'with the index itself broken');
});

void t.test('of what is staged alone the tree is made again where a clean-up took it', async (t) => {
  const home = isolate(t);
  const counted = countCommands(t, home);
  const { worktree } = await prepared(home, files);
  write(worktree.path, { 'staged/staged.txt': 'staged\n' });
  sh(worktree.path, 'add', '-A');
  const tree = await snapshotTree(worktree);
  await settle(() => snapshotTree(worktree), counted);
  sh(worktree.path, 'prune', '--expire=now');
  t.throws(() => sh(worktree.path, 'cat-file', '-e', tree), 'the index names the file, and no tree');
  t.equal(await snapshotTree(worktree), tree);
  t.match(sh(worktree.path, 'cat-file', 'blob', `${tree}:staged/staged.txt`), 'staged');
  t.equal((await settle(() => snapshotTree(worktree), counted)).length, 1);
});

void t.test('objects that a look would write again are young after it, so that a clean-up under way spares them', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, files);
  write(worktree.path, { 'a.txt': 'changed\n' });
  const tree = await snapshotTree(worktree);
  const objects = [tree, sh(worktree.path, 'rev-parse', `${tree}:a.txt`).trim()].map((id) =>
    path.join(worktree.gitDir, 'objects', id.slice(0, 2), id.slice(2)),
  );
  for (const file of objects) utimesSync(file, 1, 1);
  renameSync(path.join(worktree.path, 'a.txt'), path.join(worktree.path, 'z.log'));
  copyFileSync(path.join(worktree.path, 'z.log'), path.join(worktree.path, 'a.txt'));
  t.equal(await snapshotTree(worktree), tree);
  for (const file of objects) t.ok(statSync(file).mtimeMs > 1_000_000);
});

void t.test('whatever stands where a look writes, the worktree is looked at', async (t) => {
  const home = isolate(t);
  const { worktree } = await prepared(home, files);
  const kept = path.join(worktree.gitDir, 'makima-look');
  const change = (content: string): string => {
    write(worktree.path, { 'a.txt': content });
    return byGit(worktree);
  };
  rmSync(kept, { recursive: true, force: true });
  writeFileSync(kept, '');
  let expected = change('a file in the place of its directory\n');
  t.equal(await snapshotTree(worktree), expected);
  rmSync(kept);
  write(worktree.gitDir, { [`makima-look/${path.basename(worktree.adminDir)}/x`]: '' });
  expected = change('a directory in the place of its copy\n');
  t.equal(await snapshotTree(worktree), expected);
});

/** A small tree of names that get into each other's way. */
const name = fc.array(fc.constantFrom('a', 'b', 'a.b', 'a-b', 'é', 'A B'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
interface Change {
  name: string;
  content: string | null;
  run: boolean;
  link: boolean;
}
const change: fc.Arbitrary<Change> = fc.record({
  name,
  content: fc.constantFrom('', 'one\n', 'two\n', 'three\r\n', null),
  run: fc.boolean(),
  link: fc.boolean(),
});

const apply = (root: string, { name: relative, content, run, link }: Change): void => {
  const file = path.join(root, relative);
  rmSync(file, { recursive: true, force: true });
  if (content === null) return;
  for (let parent = path.dirname(file); parent !== root; parent = path.dirname(parent)) {
    const stat = (() => {
      try {
        return readFileSync(parent);
      } catch {
        return null;
      }
    })();
    if (stat !== null) rmSync(parent);
  }
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch {
    return;
  }
  if (link) symlinkSync('nowhere', file);
  else writeFileSync(file, content, { mode: run ? 0o755 : 0o644 });
};

const holds = async (t: Test): Promise<void> => {
  const home = isolate(t);
  const { worktree } = await prepared(home, files);
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('add -A', 'commit -aqm x', null),
      async (changes, command) => {
        for (const each of changes) apply(worktree.path, each);
        t.equal(await snapshotTree(worktree), byGit(worktree));
        if (command !== null) {
          try {
            sh(worktree.path, ...command.split(' '));
          } catch {
            // there was nothing to commit
          }
        }
        t.equal(await snapshotTree(worktree), byGit(worktree));
      },
    ),
    { numRuns: 60 },
  );
};

void t.test('a look makes the tree that git makes, whatever files, links and directories do', holds);
