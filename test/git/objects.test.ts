/** Objects that the daemon reads and writes without git: they are what git says. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { git } from '../../src/git/command/git-command.ts';
import { looseDiff } from '../../src/git/command/loose-diff.ts';
import { objectDirectories, readObject } from '../../src/git/command/read-object.ts';
import { looseTree } from '../../src/git/command/tree-object.ts';
import { parseRaw } from '../../src/git/command/tree-diff.ts';
import { bringCommit } from '../../src/git/repository/bring-objects.ts';
import { objectsIn } from '../../src/git/repository/read-pack.ts';
import { commitTree } from '../../src/git/snapshot/commit-tree.ts';
import { temporaryFile } from '../../src/git/worktree/worktree.ts';
import { countCommands } from './count-commands.ts';
import { isolate, prepared, sh, worktreeOf, write } from './git-fixture.ts';

const commitAll = (directory: string, message: string): string => {
  sh(directory, 'add', '-A');
  sh(directory, '-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-q', '--allow-empty', '-m', message);
  return sh(directory, 'rev-parse', 'HEAD').trim();
};

/** A repository whose history has deltas, links, programs and directories. */
const history = (t: Test, format: string): string => {
  const directory = path.join(isolate(t), 'repository');
  mkdirSync(directory);
  sh(directory, 'init', '-q', '-b', 'main', `--object-format=${format}`);
  const lines = Array.from({ length: 400 }, (_none, number) => `line ${number} of a long file\n`);
  for (let round = 0; round < 6; round += 1) {
    lines[round * 60] = `changed in round ${round}\n`;
    write(directory, { long: lines.join(''), [`d${round % 2}/e/${round}`]: `${round}\n` });
    commitAll(directory, `round ${round}`);
  }
  write(directory, { 'run.sh': '#!/bin/sh\n' });
  chmodSync(path.join(directory, 'run.sh'), 0o755);
  symlinkSync('long', path.join(directory, 'link'));
  commitAll(directory, 'more');
  return directory;
};

void t.test('a pack is read as git reads it, and not where it is not what it is called', async (t) => {
  for (const format of ['sha1', 'sha256']) {
    const directory = history(t, format);
    sh(directory, 'repack', '-q', '-a', '-d', '-f');
    const packs = path.join(directory, '.git', 'objects', 'pack');
    const name = readdirSync(packs).find((file) => file.endsWith('.pack')) ?? '';
    const of = (suffix: string): Buffer => readFileSync(path.join(packs, name.replace(/pack$/, suffix)));
    const [pack, index] = [of('pack'), of('idx')];
    const verified = sh(directory, 'verify-pack', '-v', path.join(packs, name));
    t.match(verified, /chain length = 2/, 'there are deltas of deltas');
    const idBytes = format === 'sha1' ? 20 : 32;
    const most = { objects: 1000, bytes: 1024 * 1024 };
    const objects = objectsIn({ pack, index }, idBytes, most) ?? [];
    t.strictSame(
      objects.map(({ id, kind, content }) => `${id} ${kind} ${content.length}`).sort(),
      sh(directory, 'cat-file', '--batch-all-objects', '--batch-check').trim().split('\n').sort(),
    );
    for (const { id, kind, content } of objects)
      t.ok(content.equals((await git(['cat-file', kind, id], { gitDir: path.join(directory, '.git') })).stdout));
    t.equal(objectsIn({ pack, index }, idBytes, { ...most, objects: objects.length - 1 }), null, 'too many');
    t.equal(objectsIn({ pack, index }, idBytes, { ...most, bytes: 1000 }), null, 'too large');
    let [tried, refused] = [0, 0];
    for (let at = 0; at < pack.length - idBytes; at += 7) {
      tried += 1;
      const tampered = Buffer.from(pack);
      tampered[at] = (tampered[at] ?? 0) ^ 0x10;
      const found = objectsIn({ pack: tampered, index }, idBytes, most);
      // a byte of the version, or one that compressed data do not need
      if (found === null) refused += 1;
      else t.same(found, objects, `another byte at ${at}`);
    }
    t.ok(refused > tried * 0.9, `${refused} of ${tried} are seen`);
    const renamed = Buffer.from(index);
    renamed[8 + 1024] = (renamed[8 + 1024] ?? 0) ^ 1;
    t.equal(objectsIn({ pack, index: renamed }, idBytes, most), null, 'another name');
    t.equal(objectsIn({ pack: pack.subarray(0, 100), index }, idBytes, most), null, 'half of it');
    t.equal(objectsIn({ pack, index: index.subarray(0, 1100) }, idBytes, most), null, 'half of its index');
  }
});

void t.test('what differs between trees that have files of their own is what git says', async (t) => {
  const directory = history(t, 'sha1');
  const gitDir = path.join(directory, '.git');
  const trees: string[] = sh(directory, 'rev-list', 'HEAD').trim().split('\n');
  const steps: (() => void)[] = [
    () => rmSync(path.join(directory, 'd0'), { recursive: true }),
    () => write(directory, { d0: 'a file in the place of a directory\n', 'd0.txt': 'between\n', 'd0-': 'before\n' }),
    () => {
      rmSync(path.join(directory, 'd0'));
      write(directory, { 'd0/x/y': 'and the other way\n', 'd0/x.z': 'z\n' });
    },
    () => chmodSync(path.join(directory, 'long'), 0o755),
    () => {
      rmSync(path.join(directory, 'link'));
      write(directory, { link: 'no link any more\n', 'ü\n"': 'a name\n' });
    },
    () => sh(directory, 'update-index', '--add', '--cacheinfo', `160000,${trees[0] ?? ''},module`),
  ];
  for (const step of steps) {
    step();
    trees.push(commitAll(directory, 'step'));
  }
  for (const before of trees) {
    for (const after of trees) {
      const { stdout } = await git(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', before, after], { gitDir });
      t.strictSame(looseDiff(gitDir, before, after), parseRaw(stdout));
    }
  }
  const [one = '', other = ''] = trees;
  const tree = sh(directory, 'rev-parse', `${one}^{tree}`).trim();
  const ids = objectDirectories(gitDir);
  t.equal(readObject(ids, tree)?.kind, 'tree');
  const file = path.join(gitDir, 'objects', tree.slice(0, 2), tree.slice(2));
  const content = readFileSync(file);
  rmSync(file);
  symlinkSync(path.join(gitDir, 'HEAD'), file);
  t.equal(readObject(ids, tree), null, 'a link');
  rmSync(file);
  execFileSync('mkfifo', [file]);
  t.equal(readObject(ids, tree), null, 'a FIFO, at which nobody waits');
  rmSync(file);
  writeFileSync(file, readFileSync(path.join(gitDir, 'objects', other.slice(0, 2), other.slice(2))));
  t.equal(readObject(ids, tree), null, 'another object in its place');
  t.equal(looseDiff(gitDir, one, other), null);
  writeFileSync(file, content);
  sh(directory, 'repack', '-q', '-a', '-d');
  t.equal(looseDiff(gitDir, one, other), null, 'in a pack');
});

void t.test('a commit is the one that git makes, by whom its settings say', async (t) => {
  const home = isolate(t);
  const counted = countCommands(t, home);
  const { worktree } = await prepared(home, { 'a.txt': 'a\n' });
  const config = path.join(worktree.gitDir, 'config');
  writeFileSync(path.join(home, 'gitconfig'), '');
  const plain = readFileSync(config, 'utf8').replace(/\[user\]\n(?:\t.*\n)*/, '');
  const tree = sh(worktree.gitDir, 'rev-parse', `${worktree.baseCommit}^{tree}`).trim();
  const user = (name: string, mail: string): string => `[user]\n\tname = "${name}"\n\temail = "${mail}"\n`;
  const cases: [settings: string, byItself: boolean][] = [
    ['', true],
    [user('A B', 'a@b.example'), true],
    [user('Zoë Ü', 'z@localhost'), true],
    [user('A (at work)', 'a+b@c'), true],
    [user('A B.', 'a@b'), false],
    [user(' A', '<a@b>'), false],
    [user('A\\nB', 'a@b'), false],
    [user('', 'a@b'), false],
    ['[user]\n\tname = A\n', false],
    [`${user('A', 'a@b')}[author]\n\tname = C\n`, false],
    [`${user('A', 'a@b')}[i18n]\n\tcommitEncoding = latin1\n`, false],
    [`${user('A', 'a@b')}[include]\n\tpath = ${home}/included\n`, false],
  ];
  writeFileSync(path.join(home, 'included'), user('Included', 'i@b'));
  for (const [settings, byItself] of cases) {
    writeFileSync(config, `${plain}${settings}`);
    const message = `A message ü\n\nof ${settings.length}, with no newline at its end`;
    const { result, commands } = await counted(() =>
      commitTree(worktree, tree, [worktree.baseCommit, worktree.baseCommit], message).catch((error: unknown) => String(error)),
    );
    t.equal(commands.filter((line) => / commit-tree /.test(line)).length === 0, byItself, settings);
    if (!byItself) continue;
    const made = sh(worktree.gitDir, 'cat-file', 'commit', result);
    const date = /^committer .* (\d+ \S+)$/m.exec(made)?.[1] ?? '';
    const named =
      settings === ''
        ? {
            GIT_AUTHOR_NAME: 'makima',
            GIT_AUTHOR_EMAIL: 'makima@localhost',
            GIT_COMMITTER_NAME: 'makima',
            GIT_COMMITTER_EMAIL: 'makima@localhost',
          }
        : {};
    const byGit = execFileSync('git', ['commit-tree', tree, '-p', worktree.baseCommit, '-F', '-'], {
      env: { ...process.env, GIT_DIR: worktree.gitDir, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, ...named },
      input: message,
      encoding: 'utf8',
    }).trim();
    t.equal(result, byGit, settings);
    t.ok(Math.abs(Number(date.split(' ')[0]) * 1000 - Date.now()) < 3600_000);
  }
  writeFileSync(config, `${plain}${user('A', 'a@b')}`);
  rmSync(worktree.adminDir, { recursive: true });
  t.match(
    sh(worktree.gitDir, 'cat-file', 'commit', await commitTree(worktree, tree, [], 'x')),
    /^author A <a@b>/m,
    'also where the worktree is gone',
  );
});

void t.test('many objects are handed over as a pack that git has named anew, and few each as a file', async (t) => {
  const home = isolate(t);
  const counted = countCommands(t, home);
  const { worktree: parent, repository } = await prepared(home, { 'a.txt': 'a\n' });
  const has = sh(parent.gitDir, 'rev-parse', `${parent.branch}^{commit}`).trim();
  const bring = async (from: string, commit: string) =>
    counted(async () => bringCommit(from, parent.gitDir, commit, { over: { has, aside: await temporaryFile(parent.gitDir, 'pack') } }));
  const packs = (): string[] =>
    existsSync(path.join(parent.gitDir, 'objects', 'pack')) ? readdirSync(path.join(parent.gitDir, 'objects', 'pack')) : [];
  const before = packs();
  const names = (commands: readonly string[]): (string | undefined)[] =>
    commands.map((line) => / (pack-objects|index-pack|fetch) /.exec(line)?.[1]);

  const small = await worktreeOf(home, repository);
  write(small.path, { 'b/c/d.txt': 'd\n' });
  const few = commitAll(small.path, 'few');
  const first = await bring(small.gitDir, few);
  t.strictSame(names(first.commands), ['pack-objects']);
  t.equal(first.result, true, 'the parent had it not');
  t.strictSame(packs(), before);
  sh(parent.gitDir, 'fsck', '--strict', few);
  t.equal((await bring(small.gitDir, has)).result, false, 'and this it has');

  const large = await worktreeOf(home, repository);
  for (let number = 0; number < 150; number += 1) write(large.path, { [`n${number}`]: `${number}\n` });
  const many = commitAll(large.path, 'many');
  const second = await bring(large.gitDir, many);
  t.strictSame(names(second.commands), ['pack-objects', 'index-pack']);
  t.equal(second.result, true);
  t.equal(packs().length, before.length + 2, 'a pack and its index');
  sh(parent.gitDir, 'fsck', '--strict', many);

  const forger = await worktreeOf(home, repository);
  for (let number = 0; number < 150; number += 1) write(forger.path, { [`m${number}`]: `m ${number}\n` });
  const forged = commitAll(forger.path, 'forged');
  const file = (id: string): string => path.join(forger.gitDir, 'objects', id.slice(0, 2), id.slice(2));
  const [honest, evil] = ['m7', 'm8'].map((name) => sh(forger.path, 'rev-parse', `HEAD:${name}`).trim());
  chmodSync(file(honest ?? ''), 0o644);
  writeFileSync(file(honest ?? ''), readFileSync(file(evil ?? '')));
  await t.rejects(bring(forger.gitDir, forged), { code: 'GIT_FAILED' });
  t.throws(() => sh(parent.gitDir, 'cat-file', '-e', honest ?? ''));
  t.strictSame(readdirSync(path.join(parent.gitDir, 'makima-tmp')), []);

  // nothing can be written where objects are: git says so
  appendFileSync(path.join(small.path, 'a.txt'), 'more\n');
  const more = commitAll(small.path, 'more');
  const fan = path.join(parent.gitDir, 'objects', more.slice(0, 2));
  rmSync(fan, { recursive: true, force: true });
  writeFileSync(fan, 'in the way');
  await bring(small.gitDir, more);
  t.equal(sh(parent.gitDir, 'show', `${more}:a.txt`), 'a\nmore\n', 'a pack has it then');
});

void t.test('what is stored as a tree and is none is for git to judge, however it is cut off', (t) => {
  const directory = path.join(isolate(t), 'repository');
  mkdirSync(directory);
  sh(directory, 'init', '-q', '-b', 'main');
  const gitDir = path.join(directory, '.git');
  const store = (content: Buffer): string =>
    execFileSync('git', ['hash-object', '-w', '--literally', '-t', 'tree', '--stdin'], {
      cwd: directory,
      input: content,
      encoding: 'utf8',
    }).trim();
  const good = Buffer.concat([Buffer.from('100644 a\0'), Buffer.alloc(20, 1)]);
  t.equal(looseTree(objectDirectories(gitDir), store(good))?.size, 1);
  const empty = store(Buffer.alloc(0));
  for (const bad of [
    Buffer.alloc(30, 0x61),
    Buffer.alloc(45, 0x20),
    good.subarray(0, -1),
    Buffer.concat([good, Buffer.from('100644')]),
    Buffer.alloc(64),
  ]) {
    const id = store(bad);
    t.equal(looseTree(objectDirectories(gitDir), id), null, bad.toString('hex'));
    t.equal(looseDiff(gitDir, empty, id), null);
  }
  t.end();
});
