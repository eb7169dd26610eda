/** Copies of whole trees: what they cost the daemon's own thread, what is shared, and who may change what is copied meanwhile. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { copyEntry, type CopyOptions } from '../../src/git/worktree/copies/copy-entry.ts';
import { copyLink } from '../../src/git/worktree/copies/copy-leaf.ts';
import { copyLinks, decideLink } from '../../src/git/worktree/copies/copy-links.ts';
import { copyStep } from '../../src/git/worktree/copies/copy-step.ts';
import { fingerprint, write } from './git-fixture.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const copyTree = async (from: string, to: string, more: Partial<CopyOptions> = {}): Promise<boolean> =>
  copyEntry(bytes(from), bytes(to), Buffer.alloc(0), { existing: 'replace', links: await copyLinks(from, to, 'leave out'), ...more });

/** Of every kind that there is, and enough of them that threads are asked. */
const makeTree = (root: string, directories = 30, files = 30): void => {
  for (let directory = 0; directory < directories; directory += 1)
    for (let file = 0; file < files; file += 1) write(root, { [`d${directory % 5}/e${directory}/f${file}`]: `${directory} ${file}` });
};

void t.test('everything comes as it is, in whatever thread it is copied', async (t) => {
  const from = path.join(t.testdir({ to: {} }), 'from');
  const to = path.join(path.dirname(from), 'to');
  makeTree(from);
  write(from, { 'd0/large': Buffer.alloc(3 * 1024 * 1024, 'x'), 'd1/after': 'a', 'd2/.git': 'gitdir: x' });
  for (const [name, mode] of [
    ['d0/e0/f0', 0o4755],
    ['d0/e0/f1', 0o600],
    ['d0/large', 0o444],
  ] as const)
    chmodSync(path.join(from, name), mode);
  mkdirSync(path.join(from, 'd3/empty'));
  linkSync(path.join(from, 'd1/e1/f0'), path.join(from, 'd1/hard'));
  symlinkSync('../d2/e2/f0', path.join(from, 'd1/link'));
  symlinkSync(path.join(from, 'd2'), path.join(from, 'd1/e1/absolute'));
  symlinkSync('/nowhere', path.join(from, 'd1/out'));
  execFileSync('mkfifo', [path.join(from, 'd4/pipe')]);
  writeFileSync(Buffer.concat([bytes(`${from}/d4/caf`), Buffer.from([0xe9])]), 'x');
  for (const name of ['d4/e4', 'd1/e1', 'd0']) chmodSync(path.join(from, name), 0o555);
  const before = lstatSync(path.join(from, 'd0/large')).mtimeMs;
  const told: string[] = [];
  t.equal(await copyTree(from, to, { copied: (relative) => void told.push(relative.toString()), told: '.git' }), true);
  t.same(told, ['d2/.git']);
  t.notOk(existsSync(path.join(to, 'd4/pipe')));
  rmSync(path.join(from, 'd4/pipe'));
  rmSync(path.join(from, 'd1/out'));
  const asIs = fingerprint(from, { times: false });
  t.same(fingerprint(to, { times: false }), { ...asIs, '/d1/e1/absolute': 'link ../../d2 777' });
  t.equal(readlinkSync(path.join(to, 'd1/link')), '../d2/e2/f0');
  t.equal(lstatSync(path.join(to, 'd1/hard')).nlink, 1, 'no file is shared');
  t.ok(Math.abs(lstatSync(path.join(to, 'd0/large')).mtimeMs - before) < 1, 'with its time');
  for (const name of ['d0', 'd4/e4', 'd1/e1', 'd3/empty'])
    t.equal(Math.trunc(lstatSync(path.join(to, name)).mtimeMs), Math.trunc(lstatSync(path.join(from, name)).mtimeMs), `${name} too`);
  for (const top of [from, to]) for (const name of ['d4/e4', 'd1/e1', 'd0']) chmodSync(path.join(top, name), 0o755);
});

void t.test('a thousand files are no work of the daemon’s own thread, nor processes', async (t) => {
  const from = path.join(t.testdir({ to: {} }), 'from');
  makeTree(from, 40, 50);
  const asked: string[] = [];
  const init = (_id: number, type: string): void => {
    if (/^(FSREQ|PROCESSWRAP)/.test(type)) asked.push(type);
  };
  const hook = createHook({ init }).enable();
  await copyTree(from, path.join(path.dirname(from), 'to'));
  hook.disable();
  t.equal(readdirSync(path.join(path.dirname(from), 'to/d0/e0')).length, 50);
  t.ok(asked.length < 20, `asked the thread pool ${asked.length} times`);
});

void t.test('a copy that is stopped is over when it says so, and one that fails names the file', async (t) => {
  const from = path.join(t.testdir({ to: {}, other: {} }), 'from');
  const to = path.join(path.dirname(from), 'to');
  makeTree(from);
  const stop = new AbortController();
  const copied = (): void => stop.abort(new Error('stopped'));
  await t.rejects(copyTree(from, to, { signal: stop.signal, copied }), /stopped/);
  const there = fingerprint(to);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(fingerprint(to), there);
  t.ok(Object.keys(there).length < 900);
  // a file where a directory of the original stands cannot be made a directory by anybody
  const other = path.join(path.dirname(from), 'other');
  const step = copyStep.bind(null, {
    rules: { existing: 'replace', skip: [], depth: 0, told: 'all' },
    entries: [{ from, real: null, to: path.join(other, 'none/at all'), relative: '', isDirectory: true, isNew: true }],
    most: { entries: 10, bytes: 10 },
  });
  t.throws(step, { code: 'ENOENT' });
});

void t.test('a directory that became a link while it was to be copied is not followed', (t) => {
  const root = t.testdir({ from: { a: { b: { own: 'own' } } }, outside: { b: { secret: 's' } }, to: {} });
  const at = (name: string): string => path.join(root, name);
  const copy = (relative: string, isDirectory: boolean) =>
    copyStep({
      rules: { existing: 'replace', skip: [], depth: 0, told: 'all' },
      entries: [{ from: at(`from/${relative}`), real: at(`from/${relative}`), to: at('to/x'), relative, isDirectory, isNew: false }],
      most: { entries: 10, bytes: 100 },
    });
  renameSync(at('from/a'), at('from/moved'));
  symlinkSync(at('outside'), at('from/a'));
  mkdirSync(at('to/x'));
  t.same([copy('a', true).gone, copy('a/b', true).gone, copy('a/b/secret', false).gone], [['a'], ['a/b'], ['a/b/secret']]);
  t.same(readdirSync(at('to/x')), []);
  t.equal(copy('moved', true).gone.length, 0);
  t.same(readdirSync(at('to/x')), ['b']);
  t.end();
});

void t.test('what was a link at the look and is none any more is looked at again', async (t) => {
  const root = t.testdir({ from: { file: 'own', directory: {} }, to: {} });
  const links = await copyLinks(path.join(root, 'from'), path.join(root, 'to'), 'copy');
  for (const name of ['file', 'directory', 'nothing']) {
    const [from, to] = [path.join(root, 'from', name), path.join(root, 'to', name)];
    t.equal(copyLink(bytes(from), { from, to, relative: name }, true, { existing: 'replace', skip: [], depth: 0, told: 'all' }), null);
    t.equal(await decideLink(links, bytes(from), bytes(to), bytes(name)), null);
  }
});

void t.test(
  'nor while somebody swaps them all the time',
  { skip: process.platform !== 'linux' && 'nothing holds a directory there' },
  async (t) => {
    const root = t.testdir({ from: {}, outside: {} });
    const [from, outside] = [path.join(root, 'from'), path.join(root, 'outside')];
    for (let n = 0; n < 20; n += 1) {
      write(from, { [`a/d${n}/f`]: 'own', [`a/f${n}`]: 'own' });
      write(outside, { [`d${n}/f`]: 'secret', [`f${n}`]: 'secret' });
    }
    const swaps = `const { renameSync, symlinkSync, rmSync } = require('fs');
    const swap = (name, target) => { renameSync(name, name + '.moved'); symlinkSync(target, name); rmSync(name); renameSync(name + '.moved', name); };
    process.stdout.write('swaps');
    while (process.ppid === ${process.pid}) { swap('a', ${JSON.stringify(outside)}); swap('a/d3', ${JSON.stringify(`${outside}/d3`)}); swap('a/f4', ${JSON.stringify(`${outside}/f4`)}); }`;
    const agent = spawn(process.execPath, ['-e', swaps], { cwd: from, stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(agent, 'exit');
    try {
      await once(agent.stdout, 'data');
      let whole = 0;
      for (let round = 0; round < 200; round += 1) {
        const to = path.join(root, `to${round}`);
        mkdirSync(to);
        await copyTree(from, to);
        const entries = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
        for (const entry of entries) {
          const at = path.join(entry.parentPath, entry.name);
          if (!entry.isFile() || readFileSync(at, 'utf8') !== 'own') t.fail(`${at} is another's`);
        }
        if (entries.length === 40) whole += 1;
      }
      t.comment(`${whole} of 200 came whole`);
      t.equal(agent.exitCode, null, 'it went on to the end');
    } finally {
      // whatever becomes of this, it ends before what it swaps is removed
      agent.kill('SIGKILL');
      await gone;
    }
  },
);

const images = 'makima-reflink-';

/** What a run that was killed has left mounted: the name has its pid. */
const sweepImages = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${images}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    spawnSync('umount', [path.join(tmpdir(), name, 'place')]);
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
};

/** A small file system of the kind, where this user may mount one. @returns what takes it away; null where there is none */
const mountAt = (root: string, make: readonly string[]): (() => void) | null => {
  const [image, place] = [path.join(root, 'image'), path.join(root, 'place')];
  const remove = (): void => rmSync(root, { recursive: true });
  writeFileSync(image, '');
  truncateSync(image, 512 * 1024 * 1024);
  mkdirSync(place);
  const [command = '', ...options] = make;
  const isMade = spawnSync(command, [...options, image]).status === 0 && spawnSync('mount', ['-o', 'loop', image, place]).status === 0;
  if (isMade)
    return () => {
      execFileSync('umount', [place]);
      remove();
    };
  remove();
  return null;
};

for (const make of [
  ['mkfs.xfs', '-q', '-m', 'reflink=1'],
  ['mkfs.btrfs', '-q'],
]) {
  void t.test(`on a file system of ${String(make[0])} a copy shares its blocks`, async (t) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      t.plan(0, 'only root can mount one');
      return;
    }
    sweepImages();
    const root = mkdtempSync(path.join(tmpdir(), `${images}${process.pid}-`));
    const unmount = mountAt(root, make);
    if (unmount === null) {
      t.plan(0, 'it cannot be made or mounted here');
      return;
    }
    t.teardown(unmount);
    const place = path.join(root, 'place');
    const megabyte = 1024 * 1024;
    const [from, to] = [path.join(place, 'from'), path.join(place, 'to')];
    for (let n = 0; n < 64; n += 1) write(from, { [`d${n % 8}/f${n}`]: Buffer.alloc(megabyte, n + 1) });
    mkdirSync(to);
    const free = (): number => {
      execFileSync('sync', ['-f', place]);
      const { bavail, bsize } = statfsSync(place);
      return bavail * bsize;
    };
    const before = free();
    await copyTree(from, to);
    const taken = before - free();
    t.same(fingerprint(to, { times: false }), fingerprint(from, { times: false }));
    t.ok(taken < 16 * megabyte, `64 MiB took ${Math.round(taken / megabyte)} MiB`);
    writeFileSync(path.join(to, 'd0/f0'), 'changed');
    t.equal(readFileSync(path.join(from, 'd0/f0'))[0], 1, 'and what is written to the copy is its own');
  });
}
