import t from 'tap';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { continueWorktree } from '../../src/git/worktree/continue-worktree.ts';
import { carryShare } from '../../src/git/worktree/copies/carry-share.ts';
import { carryStats } from '../../src/git/worktree/copies/carry-stats.ts';
import { copyEntry } from '../../src/git/worktree/copies/copy-entry.ts';
import { copyLinks } from '../../src/git/worktree/copies/copy-links.ts';
import { countCommands } from './count-commands.ts';
import { isolate, prepared, sh, wantedOf, write } from './git-fixture.ts';

/** The same numbers for the same seed. */
const randomOf = (seed: number): ((below: number) => number) => {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

interface Pair {
  from: string;
  to: string;
  index: string;
  /** Git in the copy, with an index of its own. */
  git: (index: string, ...args: string[]) => string;
}

const originalIndex = (from: string): string => path.join(from, '.git', 'index');

/** A copy of a repository's files, and of its index as a continuation makes it. */
const copied = async (home: string, from: string): Promise<Pair> => {
  const to = path.join(home, 'to');
  mkdirSync(to);
  const links = await copyLinks(from, to, 'leave out');
  await copyEntry(Buffer.from(from), Buffer.from(to), Buffer.alloc(0), { existing: 'replace', links, skip: [{ name: '.git', at: 'top' }] });
  const index = path.join(home, 'carried');
  copyIndexOf(from, index);
  const git = (used: string, ...args: string[]): string =>
    execFileSync('git', [`--git-dir=${from}/.git`, `--work-tree=${to}`, ...args], {
      cwd: to,
      encoding: 'latin1',
      env: { ...process.env, GIT_INDEX_FILE: used, GIT_OPTIONAL_LOCKS: '0' },
    });
  return { from, to, index, git };
};

const copyIndexOf = (from: string, index: string): void => {
  copyFileSync(originalIndex(from), index);
  const seconds = Math.floor(statSync(originalIndex(from)).mtimeMs / 1000);
  utimesSync(index, seconds, seconds);
};

/** With nothing changed since, the copying may have begun any time later. */
const carry = ({ index, from, to }: Pair, began = Date.now() + 10_000): Promise<number | null> => carryStats({ index, from, to, began });

const refresh = ({ git }: Pair, index: string): void => {
  try {
    git(index, 'update-index', '-q', '--refresh');
  } catch {
    // it says so where a file differs
  }
};

/** An index with the same entries that knows no file's stat data. */
const unknowing = ({ git, from }: Pair, index: string): string => {
  const fresh = `${index}.fresh`;
  const entries = git(originalIndex(from), 'ls-files', '-s', '-z');
  execFileSync('git', [`--git-dir=${from}/.git`, 'update-index', '-z', '--index-info'], {
    input: Buffer.from(entries, 'latin1'),
    env: { ...process.env, GIT_INDEX_FILE: fresh },
  });
  return fresh;
};

for (const format of ['sha1', 'sha256'])
  for (const version of [2, 3, 4])
    void t.test(
      `what git finds with an index of version ${version} with ${format} is what it finds when it has read every file`,
      async (t) => {
        const home = isolate(t);
        for (const seed of [1, 2, 3]) {
          const random = randomOf(seed * 10 + version);
          const root = path.join(home, `s${seed}`);
          const from = path.join(root, 'from');
          mkdirSync(from, { recursive: true });
          sh(from, 'init', '-q', `--object-format=${format}`);
          const names = Array.from(
            { length: 80 },
            (_, n) => `${'dir/'.repeat(random(3))}${random(2) === 0 ? 'long'.repeat(random(50)) : 'ü'}${n}`,
          );
          for (const name of names) {
            write(from, { [name]: 'x'.repeat(random(4)) + (random(3) === 0 ? '' : name) });
            if (random(4) === 0) chmodSync(path.join(from, name), 0o755);
          }
          writeFileSync(Buffer.concat([Buffer.from(`${from}/caf`), Buffer.from([0xe9])]), 'x');
          symlinkSync(String(names[0]), path.join(from, 'link'));
          sh(from, 'add', '-A');
          sh(from, 'commit', '-q', '-m', 'first');
          const some = (): string[] => names.filter(() => random(8) === 0);
          for (const name of some()) sh(from, 'update-index', '--assume-unchanged', name);
          sh(from, 'update-index', '--index-version', String(version));
          if (version > 2) {
            write(from, { intended: 'i' });
            sh(from, 'add', '-N', 'intended');
            sh(from, 'update-index', '--skip-worktree', String(names[1]));
          }
          if (random(2) === 0) sh(from, 'status');
          for (const name of some()) {
            const file = path.join(from, name);
            const { mtimeMs, atimeMs } = statSync(file);
            const change = random(5);
            if (change === 0) unlinkSync(file);
            else if (change === 1) chmodSync(file, 0o700);
            else if (change === 2) utimesSync(file, 5, 5);
            else writeFileSync(file, change === 3 ? 'other' : readFileSync(file, 'utf8').replace(/./g, 'y'));
            if (change === 4) utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
          }
          const pair = await copied(root, from);
          const plain = path.join(root, 'plain');
          copyIndexOf(from, plain);
          const left = await carry(pair);
          t.ok(left !== null && left < 40, `seed ${seed}: ${String(left)} are left to git`);
          t.equal(pair.git(pair.index, 'status', '--porcelain', '-z'), pair.git(plain, 'status', '--porcelain', '-z'), 'the same status');
          t.equal(pair.git(pair.index, 'ls-files', '-s', '-v', '-z'), pair.git(plain, 'ls-files', '-s', '-v', '-z'), 'the same entries');
          t.equal(pair.git(pair.index, 'fsck', '--no-dangling'), '', 'a sound index');
          refresh(pair, pair.index);
          refresh(pair, plain);
          const debug = (index: string): string => pair.git(index, 'ls-files', '--debug', '-z');
          // what git never looks at it does not refresh, and the copy's times it has from the carrying alone
          if (!pair.git(plain, 'ls-files', '-v').includes('h ')) t.equal(debug(pair.index), debug(plain));
          const fresh = unknowing(pair, pair.index);
          refresh(pair, fresh);
          for (const used of [pair.index, plain, fresh])
            pair.git(used, 'update-index', '--no-assume-unchanged', '--no-skip-worktree', ...names);
          if (version === 2)
            t.equal(pair.git(pair.index, 'diff', '--name-only', '-z'), pair.git(fresh, 'diff', '--name-only', '-z'), 'the truth');
        }
      },
    );

const clean = async (t: Parameters<typeof isolate>[0]): Promise<Pair> => {
  const home = isolate(t);
  const from = path.join(home, 'from');
  write(from, Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d${n % 5}/f${n}`, `content ${n}\n`])));
  sh(from, 'init', '-q');
  sh(from, 'add', '-A');
  sh(from, 'commit', '-q', '-m', 'first');
  return copied(home, from);
};

void t.test('where nothing has changed git has nothing to do', async (t) => {
  const pair = await clean(t);
  t.equal(await carry(pair), 0);
  const before = readFileSync(pair.index);
  pair.git(pair.index, 'update-index', '--refresh');
  t.ok(readFileSync(pair.index).equals(before), 'git had nothing to write');
  t.equal(pair.git(pair.index, 'diff-files'), '', 'by stat data alone');
});

void t.test('a file that may have changed while it was copied is left to git', async (t) => {
  const pair = await clean(t);
  t.equal(await carry(pair, statSync(path.join(pair.from, 'd0/f0')).ctimeMs), 50);
  t.not(pair.git(pair.index, 'diff-files'), '', 'git is to look');
});

void t.test('one that was changed and added when it was copied, with the size and time that it had, is seen', async (t) => {
  const pair = await clean(t);
  const began = Date.now();
  const file = path.join(pair.from, 'd1/f1');
  const { atimeMs, mtimeMs } = statSync(file);
  writeFileSync(file, 'CONTENT 1\n');
  utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
  sh(pair.from, 'add', '-A');
  copyIndexOf(pair.from, pair.index);
  await carry(pair, began);
  t.match(pair.git(pair.index, 'status', '--porcelain'), /^MM d1\/f1$/m);
});

void t.test('what git doubts in the original it doubts in the copy', async (t) => {
  const pair = await clean(t);
  // all in one second that is long past
  const then = Math.floor(Date.now() / 1000) - 3600;
  for (const top of [pair.from, pair.to]) utimesSync(path.join(top, 'd1/f1'), then, then);
  sh(pair.from, 'update-index', '--refresh');
  utimesSync(originalIndex(pair.from), then, then);
  copyIndexOf(pair.from, pair.index);
  t.equal(await carry(pair), 0);
  const copy = path.join(pair.to, 'd1/f1');
  writeFileSync(copy, 'CONTENT 1\n');
  utimesSync(copy, then, then);
  t.equal(pair.git(pair.index, '-c', 'core.trustctime=false', 'status', '--porcelain'), ' M d1/f1\n');
});

void t.test('an index that leans on another, or on a monitor, or is damaged is left as it is', async (t) => {
  const pair = await clean(t);
  const whole = readFileSync(pair.index);
  for (const args of [['--split-index'], ['--no-split-index', '--untracked-cache']]) {
    sh(pair.from, 'update-index', ...args);
    copyIndexOf(pair.from, pair.index);
    const before = readFileSync(pair.index);
    t.equal(await carry(pair), null, args.join(' '));
    t.ok(readFileSync(pair.index).equals(before));
  }
  for (const damaged of [whole.subarray(0, 200), Buffer.alloc(0), Buffer.from(whole).fill(7, 20, 24)]) {
    writeFileSync(pair.index, damaged);
    t.equal(await carry(pair), null);
  }
});

void t.test('an index in parts comes to what it comes to at once', async (t) => {
  const pair = await clean(t);
  unlinkSync(path.join(pair.to, 'd2/f2'));
  writeFileSync(path.join(pair.from, 'd3/f3'), 'other');
  const shares = (parts: number): ReturnType<typeof carryShare>[] =>
    Array.from({ length: parts }, (_, part) => carryShare({ ...pair, began: Date.now() + 10_000, part, parts }));
  const [whole] = shares(1);
  t.equal(whole?.left, 1);
  for (const parts of [2, 3, 50, 60]) {
    const carried = shares(parts);
    t.ok(Buffer.concat(carried.map((each) => each?.bytes ?? Buffer.alloc(0))).equals(whole?.bytes ?? Buffer.alloc(0)), `in ${parts}`);
    t.equal(
      carried.reduce((sum, each) => sum + (each?.left ?? NaN), 0),
      1,
    );
  }
});

void t.test('a continuation has git read none of the copies', async (t) => {
  const home = isolate(t);
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 7}/f${n}`, `${n}\n`]));
  const { repository, worktree: from } = await prepared(home, files);
  const wanted = await wantedOf(home, repository, { branch: 'makima/next' });
  // what was written this moment is not told from a change during the copy
  const settled = statSync(path.join(from.path, 'd0/f0')).ctimeMs + 100;
  while (Date.now() < settled);
  const { result: to, commands } = await countCommands(t, home)(() => continueWorktree(from, repository, wanted));
  t.same(
    commands.filter((command) => command.includes('update-index')),
    [],
  );
  t.equal(sh(to.path, 'diff-files'), '');
  t.equal(sh(to.path, 'status', '--porcelain'), '');
});
