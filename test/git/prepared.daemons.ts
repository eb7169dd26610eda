import t from 'tap';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import type { Repository } from '../../src/git/repository/repository.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import {
  createPreparedWorktrees,
  type PreparedOptions,
  type PreparedWorktrees,
} from '../../src/git/worktree/prepared/prepared-worktrees.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { fingerprint, isolate, open, sh, userRepository, wantedOf, write } from './git-fixture.ts';

/** What a home keeps ready, and the end of what it does in the background. */
const poolIn = (t: Test, home: string, more: Partial<PreparedOptions> = {}) => {
  const worktrees = path.join(home, 'makima', 'worktrees');
  mkdirSync(worktrees, { recursive: true });
  let waiting = Promise.withResolvers<undefined>();
  const points: string[] = [];
  const reported: unknown[] = [];
  const prepared = createPreparedWorktrees({
    directory: path.join(home, 'makima', 'prepared'),
    worktrees,
    perBase: 2,
    maxBytes: 1024 ** 3,
    quietMs: 0,
    reached(point) {
      points.push(point);
      more.reached?.(point);
      if (point === 'preparation over') waiting.resolve(undefined);
    },
    report: (_what, error) => void reported.push(error),
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'reached')),
  });
  // what is done in the background holds no process
  const alive = setInterval(() => undefined, 1000);
  t.teardown(async () => {
    clearInterval(alive);
    await prepared.close();
  });
  const quiet = async <T>(work: () => Promise<T>): Promise<T> => {
    waiting = Promise.withResolvers<undefined>();
    const result = await prepared.duringStart(work);
    await waiting.promise;
    return result;
  };
  return { prepared, points, reported, quiet, directory: path.join(home, 'makima', 'prepared') };
};

const start = async (
  home: string,
  repository: Repository,
  prepared?: PreparedWorktrees,
  baseBranch: string | null = null,
): Promise<Worktree> => (await addWorktree(repository, await wantedOf(home, repository, {}, baseBranch), {}, prepared)).worktree;

const inside = (worktree: Worktree, ...args: string[]): string => sh(worktree.path, ...args);

/** All that can be told of a new worktree, its own name and times apart. */
const lookAt = (worktree: Worktree) => ({
  files: fingerprint(worktree.path, { times: false, skip: ['/.git'] }),
  repository: readdirSync(worktree.gitDir, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(path.basename(worktree.path), 'w'))
    // where git had a lock for a moment
    .filter((name) => name !== 'refs/heads/makima')
    .sort(),
  config: readFileSync(path.join(worktree.gitDir, 'config'), 'utf8'),
  refs: inside(worktree, 'for-each-ref').replaceAll(worktree.branch, 'own'),
  index: inside(worktree, 'ls-files', '--stage'),
  reflog: inside(worktree, 'reflog').replace(/^[0-9a-f]+ /gm, ''),
  head: inside(worktree, 'symbolic-ref', 'HEAD').replace(worktree.branch, 'own'),
  origHead: inside(worktree, 'rev-parse', 'ORIG_HEAD'),
  status: inside(worktree, 'status', '--porcelain', '--ignored'),
  fsck: inside(worktree, 'fsck', '--no-dangling'),
});

const files = { 'README.md': 'hello\n', 'src/a.txt': 'a\n', 'src/deep/b.txt': 'b\n', 'bin/run': '#!/bin/sh\n' };

void t.test('a prepared worktree is in every way what is made when it is asked for', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  symlinkSync('src/a.txt', path.join(source, 'link'));
  execFileSync('sh', ['-c', 'chmod +x bin/run && git add -A && git commit -qm more && git tag v1 && git branch other'], { cwd: source });
  const { prepared, quiet, directory, reported } = poolIn(t, home);
  const repository = await open(home, source);
  const ordinary = await quiet(() => start(home, repository, prepared));
  t.match(prepared.counts(), { ready: 2, made: 2, taken: 0 });
  t.ok(prepared.counts().bytes > 0);
  const taken = await start(home, repository, prepared);
  t.match(prepared.counts(), { ready: 1, taken: 1, discarded: 0 });
  // by their times alone: git would read each file, were they not those of its index
  t.equal(inside(taken, 'diff-files', '--name-only'), '');
  t.strictSame(lookAt(taken), lookAt(ordinary));
  t.notOk(readFileSync(path.join(taken.path, '.git'), 'utf8').includes('prepared'));
  const commit = inside(taken, 'rev-parse', 'HEAD');
  write(taken.path, { 'src/a.txt': 'changed\n' });
  inside(taken, 'commit', '-qam', 'work');
  t.not(inside(taken, 'rev-parse', 'HEAD'), commit);
  await quiet(() => Promise.resolve());
  t.equal(readdirSync(directory).length, prepared.counts().ready, 'of what was taken nothing is left behind');
  t.strictSame(reported, []);
});

void t.test('a base that moved is followed, or what was prepared is thrown away', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), { ...files, 'gone/c.txt': 'c\n' });
  const { prepared, quiet } = poolIn(t, home);
  await quiet(async () => start(home, await open(home, source), prepared));
  rmSync(path.join(source, 'gone'), { recursive: true });
  write(source, { 'src/a.txt': 'newer\n', 'new/d.txt': 'd\n' });
  sh(source, 'add', '-A');
  sh(source, 'commit', '-qm', 'moved');
  const moved = await open(home, source);
  const followed = await start(home, moved, prepared);
  t.match(prepared.counts(), { ready: 1, taken: 1, discarded: 0 });
  t.strictSame(lookAt(followed), lookAt(await start(home, moved)));
  t.notOk(existsSync(path.join(followed.path, 'gone')));

  write(source, { '.gitattributes': '*.txt eol=crlf\n', 'new/d.txt': 'e\n' });
  sh(source, 'add', '-A');
  sh(source, 'commit', '-qm', 'attributes');
  const other = await open(home, source);
  const own = await start(home, other, prepared);
  t.match(prepared.counts(), { ready: 0, taken: 1, discarded: 1 }, 'its files would have the old ends of lines');
  t.equal(readFileSync(path.join(own.path, 'src/a.txt'), 'utf8'), 'newer\r\n');
  await quiet(() => start(home, other, prepared));
  t.strictSame(lookAt(await start(home, other, prepared)), lookAt(own));
  t.match(prepared.counts(), { taken: 2 });
});

void t.test('what was prepared for one base is not taken for another', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  sh(source, 'checkout', '-qb', 'other');
  write(source, { 'other.txt': 'other\n' });
  sh(source, 'add', '-A');
  sh(source, 'commit', '-qm', 'other');
  sh(source, 'checkout', '-q', 'main');
  const { prepared, quiet } = poolIn(t, home);
  const repository = await open(home, source);
  await quiet(() => start(home, repository, prepared));
  const other = await start(home, repository, prepared, 'other');
  t.match(prepared.counts(), { ready: 2, taken: 0 });
  t.ok(existsSync(path.join(other.path, 'other.txt')));
  t.equal((await start(home, repository, prepared)).baseCommit, sh(source, 'rev-parse', 'main').trim());
  t.match(prepared.counts(), { taken: 1 });
});

void t.test('one that somebody was at is thrown away', async (t) => {
  const tampered: Record<string, (item: string) => void> = {
    'a file more': (item) => write(path.join(item, 'files'), { 'trace.txt': 'of another\n' }),
    'another text': (item) => write(path.join(item, 'files'), { 'README.md': 'other\n' }),
    'a file less': (item) => rmSync(path.join(item, 'files', 'README.md')),
    'another index': (item) => {
      const index = path.join(item, 'repository.git', 'worktrees', 'files', 'index');
      copyFileSync(index, `${index}.copy`);
      renameSync(`${index}.copy`, index);
    },
    'no index': (item) => rmSync(path.join(item, 'repository.git'), { recursive: true }),
    'a link in its place': (item) => {
      renameSync(path.join(item, 'files'), path.join(item, 'elsewhere'));
      symlinkSync('elsewhere', path.join(item, 'files'));
    },
    nothing: (item) => rmSync(item, { recursive: true }),
  };
  for (const [what, tamper] of Object.entries(tampered))
    await t.test(what, async (t) => {
      const home = isolate(t);
      const source = userRepository(path.join(home, 'source'), files);
      const { prepared, quiet, directory, reported } = poolIn(t, home, { perBase: 1 });
      const repository = await open(home, source);
      const before = await quiet(() => start(home, repository, prepared));
      for (const name of readdirSync(directory)) tamper(path.join(directory, name));
      const after = await start(home, repository, prepared);
      t.match(prepared.counts(), { ready: 0, taken: 0, discarded: 1 });
      t.strictSame(lookAt(after), lookAt(before));
      await quiet(() => Promise.resolve());
      t.match(prepared.counts(), { ready: 1 }, 'and is made anew');
      t.strictSame(reported, []);
    });
});

void t.test('twenty starts and two that are ready', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  const { prepared, quiet, directory } = poolIn(t, home);
  const repository = await open(home, source);
  const first = await quiet(() => start(home, repository, prepared));
  const twenty = await quiet(() =>
    Promise.all(Array.from({ length: 20 }, () => prepared.duringStart(() => start(home, repository, prepared)))),
  );
  t.match(prepared.counts(), { taken: 2, made: 4, ready: 2, discarded: 0 });
  t.equal(new Set(twenty.map((worktree) => worktree.path)).size, 20);
  const expected = lookAt(first);
  for (const worktree of twenty) t.strictSame(lookAt(worktree), expected);
  t.equal(readdirSync(directory).length, 2);
});

void t.test('where a checkout could come out otherwise, nothing is kept', async (t) => {
  const never: Record<string, { files?: Record<string, string>; settings?: string; prepare?: (home: string) => void }> = {
    'a filter': { files: { '.gitattributes': '*.bin filter=lfs\n' } },
    "a filter of the user's": {
      settings: '[core]\n\tattributesFile = ~/attributes\n',
      prepare: (home) => writeFileSync(path.join(home, 'attributes'), '*.txt filter=x\n'),
    },
    'a condition on what decides': {
      settings: '[includeIf "gitdir:**/repositories/"]\n\tpath = more\n',
      prepare: (home) => writeFileSync(path.join(home, 'more'), '[core]\n\tautocrlf = true\n'),
    },
    'a partial clone': { prepare: (home) => sh(path.join(home, 'source'), 'config', 'remote.origin.promisor', 'true') },
  };
  for (const [what, { files: more = {}, settings = '', prepare }] of Object.entries(never))
    await t.test(what, async (t) => {
      const home = isolate(t);
      const source = userRepository(path.join(home, 'source'), { ...files, ...more });
      appendFileSync(path.join(home, 'gitconfig'), settings);
      prepare?.(home);
      const { prepared, quiet, directory, reported } = poolIn(t, home);
      const repository = await open(home, source);
      await quiet(() => start(home, repository, prepared));
      t.match(prepared.counts(), { ready: 0, made: 0 });
      t.strictSame(readdirSync(directory), []);
      t.strictSame(reported, []);
    });
  await t.test('submodules', async (t) => {
    const home = isolate(t);
    const source = userRepository(path.join(home, 'source'), files);
    const inner = userRepository(path.join(home, 'inner'), files);
    sh(source, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'inner');
    sh(source, 'commit', '-qm', 'submodule');
    const { prepared, quiet, directory } = poolIn(t, home);
    const repository = await open(home, source);
    await quiet(() => start(home, repository, prepared));
    t.match(prepared.counts(), { ready: 0, made: 0 });
    t.strictSame(readdirSync(directory), []);
  });
  for (const [what, where] of Object.entries({
    'worktrees that are elsewhere': (home: string) => path.join(home, 'elsewhere'),
    'worktrees behind a link': (home: string) => {
      mkdirSync(path.join(home, 'makima'));
      symlinkSync('..', path.join(home, 'makima', 'trees'));
      return path.join(home, 'makima', 'trees');
    },
  }))
    await t.test(what, async (t) => {
      const home = isolate(t);
      const source = userRepository(path.join(home, 'source'), files);
      const worktrees = where(home);
      mkdirSync(worktrees, { recursive: true });
      const { prepared, quiet } = poolIn(t, home, { worktrees });
      const repository = await open(home, source);
      await quiet(() => start(home, repository, prepared));
      t.match(prepared.counts(), { ready: 0, made: 0 });
    });
  await t.test('a condition on who commits is none', async (t) => {
    const home = isolate(t);
    const source = userRepository(path.join(home, 'source'), files);
    appendFileSync(path.join(home, 'gitconfig'), '[includeIf "gitdir:~/work/"]\n\tpath = more\n');
    writeFileSync(path.join(home, 'more'), '[user]\n\temail = other@example.org\n');
    const { prepared, quiet } = poolIn(t, home);
    const repository = await open(home, source);
    await quiet(() => start(home, repository, prepared));
    t.match(prepared.counts(), { ready: 2 });
    writeFileSync(path.join(home, 'more'), '[core]\n\tautocrlf = true\n');
    await start(home, repository, prepared);
    t.match(prepared.counts(), { ready: 0, taken: 0, discarded: 2 }, 'until it is one on what decides');
  });
});

void t.test("the user's settings count as they are when it is taken", async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  const { prepared, quiet } = poolIn(t, home);
  const repository = await open(home, source);
  await quiet(() => start(home, repository, prepared));
  appendFileSync(path.join(home, 'gitconfig'), '[core]\n\tautocrlf = true\n');
  const worktree = await start(home, repository, prepared);
  t.match(prepared.counts(), { ready: 0, taken: 0, discarded: 2 });
  t.equal(readFileSync(path.join(worktree.path, 'README.md'), 'utf8'), 'hello\r\n');
  await quiet(() => start(home, repository, prepared));
  sh(source, 'config', 'user.email', 'another@example.org');
  await start(home, await open(home, source), prepared);
  t.match(prepared.counts(), { ready: 0, taken: 0, discarded: 4 }, "and the repository's");
});

void t.test('they are bounded, by number, bytes and time, and off where none are wanted', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  const other = userRepository(path.join(home, 'other'), files);
  const [one, two] = [await open(home, source), await open(home, other)];
  await t.test('none', async (t) => {
    const { prepared, quiet, directory } = poolIn(t, home, { perBase: 0 });
    await quiet(() => start(home, one, prepared));
    t.match(prepared.counts(), { ready: 0, made: 0, bytes: 0 });
    t.notOk(existsSync(directory));
  });
  const oneItself = 4 * 4096;
  await t.test('bytes', async (t) => {
    const { prepared, quiet, directory } = poolIn(t, home, { maxBytes: 3 * oneItself });
    await quiet(() => start(home, one, prepared));
    t.match(prepared.counts(), { ready: 2, bytes: 2 * oneItself });
    await quiet(() => start(home, two, prepared));
    t.match(prepared.counts(), { ready: 3, bytes: 3 * oneItself, discarded: 1 }, 'what was used last has them');
    t.equal(readdirSync(directory).length, 3);
    await start(home, two, prepared);
    t.match(prepared.counts(), { ready: 2, taken: 1 });
    await prepared.close();
  });
  await t.test('too large', async (t) => {
    const { prepared, quiet, directory } = poolIn(t, home, { maxBytes: oneItself - 1 });
    await quiet(() => start(home, one, prepared));
    t.match(prepared.counts(), { ready: 0, bytes: 0 });
    t.strictSame(readdirSync(directory), []);
  });
  await t.test('not used any more', async (t) => {
    const over = Promise.withResolvers<undefined>();
    const { prepared, quiet, directory } = poolIn(t, home, {
      perBase: 1,
      unusedMs: 2000,
      reached: (point) => {
        if (point === 'preparation over' && prepared.counts().discarded === 1) over.resolve(undefined);
      },
    });
    await quiet(() => start(home, one, prepared));
    await over.promise;
    t.match(prepared.counts(), { ready: 0, made: 1, discarded: 1 });
    t.strictSame(readdirSync(directory), []);
  });
});

void t.test('git gives way while it prepares, and not while a start waits for it', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  const [log, bin, before] = [path.join(home, 'commands'), path.join(home, 'bin'), process.env['PATH'] ?? ''];
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  write(bin, { git: `#!/bin/sh\necho "$(nice) $*" >> '${log}'\nexec '${real}' "$@"\n` });
  execFileSync('chmod', ['+x', path.join(bin, 'git')]);
  process.env['PATH'] = `${bin}:${before}`;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  const { prepared, quiet } = poolIn(t, home, { perBase: 1 });
  const repository = await open(home, source);
  await quiet(() => start(home, repository, prepared));
  const all = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' reset '));
  t.strictSame([/^\d+/.exec(all[0] ?? '')?.[0], /^\d+/.exec(all[1] ?? '')?.[0]], [execFileSync('nice', { encoding: 'utf8' }).trim(), '19']);
  t.equal(all.length, 2);
});

void t.test('what a daemon left that was killed goes, and a start comes first', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  const repository = await open(home, source);
  const begun = Promise.withResolvers<undefined>();
  const { prepared, quiet, directory, points } = poolIn(t, home, {
    reached: (point) => {
      if (point === 'preparation begun') begun.resolve(undefined);
    },
  });
  write(path.join(directory, 'left'), { 'files/a.txt': 'half' });
  await prepared.duringStart(() => start(home, repository, prepared));
  await begun.promise;
  await prepared.duringStart(() => Promise.resolve());
  t.match(prepared.counts(), { ready: 0 }, 'what was under way is broken off');
  await quiet(() => Promise.resolve());
  while (prepared.counts().ready < 2) await quiet(() => Promise.resolve());
  t.equal(readdirSync(directory).length, 2);
  t.notOk(existsSync(path.join(directory, 'left')));
  t.ok(points.includes('prepared worktree ready'));
});

void t.test('where a link stands in its place, nothing is kept ready, and what it leads to is left alone', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), files);
  const repository = await open(home, source);
  const { prepared, quiet, directory, reported } = poolIn(t, home);
  const elsewhere = path.join(home, 'elsewhere');
  write(elsewhere, { 'work/a.txt': "a user's\n" });
  symlinkSync(elsewhere, directory);
  await quiet(() => start(home, repository, prepared));
  t.match(prepared.counts(), { ready: 0, made: 0 });
  t.equal(readFileSync(path.join(elsewhere, 'work/a.txt'), 'utf8'), "a user's\n");
  t.strictSame(readdirSync(elsewhere), ['work']);
  t.strictSame(reported, []);
});
