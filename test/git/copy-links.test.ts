/** Each copy as an attack: whatever the agent writes in its worktree, through whatever link, nobody else's file changes. */
import {
  appendFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { cloneStandalone } from '../../src/git/delivery/clone-standalone.ts';
import { continueWorktree } from '../../src/git/worktree/continue-worktree.ts';
import { committedLinks } from '../../src/git/worktree/copies/committed-links.ts';
import { copyFiles } from '../../src/git/worktree/copies/copy-files.ts';
import type { LinkReport } from '../../src/git/worktree/copies/copy-links.ts';
import { copyWorktreeInclude } from '../../src/git/worktree/copies/worktree-include.ts';
import { fingerprint, isolate, open, prepared, sh, userRepository, wantedOf, worktreeOf, write } from './git-fixture.ts';

/** Writes to every file that can be reached from a directory, and makes one in every directory, dangling links included. */
const attack = (root: string, allowed: string): void => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) {
      const text = path.resolve(path.dirname(file), readlinkSync(file));
      if (text.startsWith(allowed) && statSync(path.dirname(text), { throwIfNoEntry: false })) writeFileSync(file, 'made by the agent');
      return;
    }
    const real = realpathSync(file);
    if (seen.has(real) || !real.startsWith(allowed)) return;
    seen.add(real);
    if (found.isFile()) appendFileSync(file, 'agent');
    if (!found.isDirectory()) return;
    const names = readdirSync(file);
    writeFileSync(path.join(file, 'made-by-agent'), '');
    for (const name of names) if (name !== '.git') visit(path.join(file, name));
  };
  visit(root);
};

const contents = { times: true };
const isFile = (file: string): boolean => lstatSync(file).isFile();
const report = () => {
  const all: LinkReport = { leftOut: [], broughtFrom: [] };
  const told = ({ leftOut, broughtFrom }: LinkReport): void => {
    all.leftOut.push(...leftOut);
    all.broughtFrom.push(...broughtFrom);
  };
  return { all, told };
};

/** A user's disk: a checkout, what stands beside it, and links of every kind between the two, all named by .worktreeinclude. */
const checkout = (t: Test, include: string, ignore = 'node_modules\n*.l\n') => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'disk/project'), {
    '.gitignore': ignore,
    '.worktreeinclude': include,
    'src/a.js': 'a',
    'packages/own/index.js': 'own',
  });
  const to = path.join(home, 'agent/worktree');
  write(to, { 'src/a.js': 'a', 'packages/own/index.js': 'own' });
  return { home, disk: path.join(home, 'disk'), source, to };
};

void t.test('node_modules that is a link: its content is copied, and its own links lead inside', async (t) => {
  const { home, disk, source, to } = checkout(t, 'node_modules\n');
  const modules = path.join(disk, 'shared/node_modules');
  write(modules, {
    '.pnpm/y@1/node_modules/y/cli.js': 'cli',
    '.pnpm/x@1/node_modules/x/index.js': 'x',
    'real/.git/config': 'secret',
    'real/index.js': 'r',
  });
  mkdirSync(path.join(modules, '.bin'));
  symlinkSync('.pnpm/y@1/node_modules/y', path.join(modules, 'y'));
  symlinkSync('../../y@1/node_modules/y', path.join(modules, '.pnpm/x@1/node_modules/y'));
  symlinkSync('../y/cli.js', path.join(modules, '.bin/y'));
  symlinkSync(path.join(modules, 'real'), path.join(modules, 'absolute'));
  symlinkSync(path.join(source, 'packages/own'), path.join(modules, 'own'));
  write(path.join(disk, 'linked-library'), { 'lib.js': 'lib' });
  symlinkSync('../../linked-library', path.join(modules, 'library'));
  symlinkSync(modules, path.join(source, 'node_modules'));
  linkSync(path.join(modules, 'real/index.js'), path.join(modules, 'hard.js'));
  const before = fingerprint(disk, contents);
  const { all, told } = report();
  const { copied } = await copyWorktreeInclude(source, to, { told });
  t.same(fingerprint(disk, contents), before);
  const brought = path.join(to, 'node_modules');
  t.same(
    copied.filter((name) => !name.startsWith('node_modules/')),
    [],
  );
  t.same(readlinkSync(path.join(brought, 'y')), '.pnpm/y@1/node_modules/y');
  t.same(readlinkSync(path.join(brought, '.pnpm/x@1/node_modules/y')), '../../y@1/node_modules/y');
  t.same(readlinkSync(path.join(brought, '.bin/y')), '../y/cli.js');
  t.same(readlinkSync(path.join(brought, 'absolute')), 'real');
  t.same(readlinkSync(path.join(brought, 'own')), '../packages/own', 'a link back into the checkout leads into the worktree');
  t.equal(readFileSync(path.join(brought, 'library/lib.js'), 'utf8'), 'lib');
  t.notOk(readdirSync(path.join(brought, 'real')).includes('.git'), 'nobody’s repository');
  t.same(all, { leftOut: [], broughtFrom: [`node_modules → ${modules}`, `node_modules/library → ${disk}/linked-library`] });
  attack(to, home);
  t.same(fingerprint(disk, contents), before, 'the agent wrote everywhere');
});

void t.test('.worktreeinclude: files behind links, and links that there is no bringing', async (t) => {
  const { home, disk, source, to } = checkout(t, '*.l\ntree/\nprivate-linked.l\n', '*.l\ntree\nprivate\n');
  write(disk, { env: 'SECRET=1', 'chain/target': 't', 'loop/inner/f': 'f', 'project/tree/f': 'f', 'project/private/key': 'k' });
  write(home, { 'big/file': '' });
  const link = (target: string, name: string): void => symlinkSync(target, path.join(source, name));
  link('../env', 'relative.l');
  link(path.join(disk, 'env'), 'absolute.l');
  symlinkSync('../env', path.join(disk, 'chain/hop'));
  link('../chain/hop', 'chain.l');
  link('src/../../env', 'crooked.l');
  link('src/a.js', 'inside.l');
  link(path.join(source, 'src/a.js'), 'inside-absolute.l');
  link('private', 'private-linked.l');
  link('/nowhere/at/all', 'dangling.l');
  link('../not yet there', 'later.l');
  link('nothing', 'dangling-inside.l');
  link('later-self.l', 'self.l');
  link('/', 'root.l');
  link('..', 'above.l');
  symlinkSync('..', path.join(disk, 'loop/inner/up'));
  symlinkSync('../../loop', path.join(disk, 'loop/inner/again'));
  link('../loop', 'loop.l');
  link('../../big', 'big.l');
  truncateSync(path.join(home, 'big/file'), 2 * 1024 ** 3);
  link('/usr/bin', 'system.l');
  link('/dev/null', 'null.l');
  symlinkSync('src/../../../../../../../../../../../../../../usr/bin', path.join(source, 'system-relative.l'));
  symlinkSync('a/b/top/../x', path.join(source, 'climbs.l'));
  mkdirSync(path.join(source, 'a/b'), { recursive: true });
  symlinkSync('../..', path.join(source, 'a/b/top'));
  const before = fingerprint(disk, contents);
  const { all, told } = report();
  await copyWorktreeInclude(source, to, { told });
  for (const name of ['relative.l', 'absolute.l', 'chain.l', 'crooked.l']) {
    t.ok(isFile(path.join(to, name)), name);
    t.equal(readFileSync(path.join(to, name), 'utf8'), 'SECRET=1', name);
  }
  t.equal(readlinkSync(path.join(to, 'inside.l')), 'src/a.js');
  t.equal(readlinkSync(path.join(to, 'inside-absolute.l')), 'src/a.js');
  t.equal(readFileSync(path.join(to, 'private-linked.l/key'), 'utf8'), 'k', 'inside, but not copied: brought');
  t.equal(readlinkSync(path.join(to, 'dangling-inside.l')), 'nothing');
  t.same(
    [readlinkSync(path.join(to, 'system.l')), readlinkSync(path.join(to, 'system-relative.l')), readlinkSync(path.join(to, 'null.l'))],
    [realpathSync('/usr/bin'), realpathSync('/usr/bin'), '/dev/null'],
  );
  t.equal(readFileSync(path.join(to, 'loop.l/inner/f'), 'utf8'), 'f');
  t.equal(readlinkSync(path.join(to, 'loop.l/inner/up')), '..');
  t.equal(readlinkSync(path.join(to, 'loop.l/inner/again')), '..');
  const left = all.leftOut.map((text) => text.split(' → ')[0]).sort();
  t.same(left, ['above.l', 'big.l', 'climbs.l', 'dangling.l', 'later.l', 'root.l']);
  for (const name of left) t.notOk(lstatSync(path.join(to, name ?? ''), { throwIfNoEntry: false }), String(name));
  attack(to, home);
  t.same(fingerprint(disk, contents), before, 'the agent wrote everywhere');
});

void t.test('.worktreeinclude: a linked worktree of the user’s is left out', async (t) => {
  const { source, to } = checkout(t, 'other/\nnested/\n', 'other\nnested\n');
  sh(source, 'worktree', 'add', '-q', '-b', 'feature', 'other');
  userRepository(path.join(source, 'nested'), { 'n.txt': 'n' });
  const { all, told } = report();
  await copyWorktreeInclude(source, to, { told });
  t.match(all.leftOut, [/^other \(.*repository of yours/]);
  t.notOk(lstatSync(path.join(to, 'other'), { throwIfNoEntry: false }));
  t.ok(isFile(path.join(to, 'nested/.git/HEAD')), 'one of its own is copied');
});

void t.test('copyFiles: from the parent’s worktree', async (t) => {
  const home = isolate(t);
  const { worktree: parent, repository } = await prepared(home, { 'a.txt': 'a\n', 'data.txt': 'd\n' });
  const child = await worktreeOf(home, repository);
  const disk = path.join(home, 'disk');
  write(disk, { env: 'SECRET', 'tracked/f': 'f' });
  symlinkSync(path.join(disk, 'tracked'), path.join(parent.path, 'tracked'));
  sh(parent.path, 'add', '-A');
  sh(parent.path, 'commit', '-qm', 'a link');
  write(parent.path, { 'dir/f': 'f' });
  symlinkSync(path.join(disk, 'env'), path.join(parent.path, 'dir/env'));
  symlinkSync(path.join(parent.path, 'a.txt'), path.join(parent.path, 'dir/mine'));
  symlinkSync('../data.txt', path.join(parent.path, 'dir/data'));
  symlinkSync(path.join(disk, 'none'), path.join(parent.path, 'gone'));
  linkSync(path.join(parent.path, 'a.txt'), path.join(parent.path, 'dir/hard'));
  const before = [fingerprint(disk, contents), fingerprint(parent.path, contents)];
  const { all, told } = report();
  t.same(await copyFiles(parent.path, child.path, ['dir', 'tracked', 'gone', 'missing'], { committed: committedLinks(parent), told }), {
    copied: ['dir', 'tracked'],
    missing: ['missing'],
  });
  t.equal(
    readlinkSync(path.join(child.path, 'tracked')),
    path.join(disk, 'tracked'),
    'a link of the repository’s own, as any checkout has it',
  );
  t.same([readlinkSync(path.join(child.path, 'dir/mine')), readlinkSync(path.join(child.path, 'dir/data'))], ['../a.txt', '../data.txt']);
  t.ok(isFile(path.join(child.path, 'dir/env')));
  t.match(all, { leftOut: [/^gone → /], broughtFrom: [/^dir\/env → /] });
  attack(path.join(child.path, 'dir'), home);
  t.same([fingerprint(disk, contents), fingerprint(parent.path, contents)], before);
});

void t.test('a continuation: nothing leads into the other task’s worktree, or onto the user’s disk', async (t) => {
  const home = isolate(t);
  const { worktree: from, repository, source } = await prepared(home, { 'a.txt': 'a\n', '.gitignore': 'node_modules\n' });
  const third = await worktreeOf(home, repository);
  const disk = path.join(home, 'disk');
  write(disk, { env: 'SECRET', 'data/f': 'f' });
  write(from.path, { 'd/f': 'f', 'node_modules/.pnpm/x/index.js': 'x' });
  const link = (target: string, name: string): void => symlinkSync(target, path.join(from.path, name));
  link('.pnpm/x', 'node_modules/x');
  link(path.join(from.path, 'd'), 'to-own');
  link(path.join(from.path, 'not yet'), 'to-own-dangling');
  link(path.join(source, 'a.txt'), 'to-checkout');
  link(path.join(third.path, 'a.txt'), 'to-other');
  link(`../${path.basename(third.path)}/a.txt`, 'to-other-relative');
  link(`../${path.basename(from.path)}/a.txt`, 'd/../back');
  link(from.adminDir, 'to-admin');
  link(disk, 'to-disk');
  link('/nowhere', 'dangling');
  link('/usr/bin', 'system');
  link(path.join(from.path, 'a.txt'), 'committed-own');
  link(path.join(disk, 'data'), 'committed-out');
  link('/nowhere', 'committed-dangling');
  link(path.join(disk, 'env'), 'committed-then-changed');
  sh(from.path, 'add', 'committed-own', 'committed-out', 'committed-dangling', 'committed-then-changed');
  sh(from.path, 'commit', '-qm', 'links');
  unlinkSync(path.join(from.path, 'committed-then-changed'));
  link(path.join(disk, 'data'), 'committed-then-changed');
  write(from.path, { hard: 'h' });
  linkSync(path.join(from.path, 'hard'), path.join(from.path, 'hard2'));
  const places = [disk, source, from.path, third.path, from.adminDir];
  const before = places.map((place) => fingerprint(place, contents));
  const { all, told } = report();
  const to = await continueWorktree(from, repository, { ...(await wantedOf(home, repository)), told });
  const text = (name: string): string => readlinkSync(path.join(to.path, name));
  t.same(['node_modules/x', 'to-own', 'to-own-dangling', 'back', 'committed-own'].map(text), ['.pnpm/x', 'd', 'not yet', 'a.txt', 'a.txt']);
  t.same(['system', 'committed-out', 'committed-dangling'].map(text), [realpathSync('/usr/bin'), path.join(disk, 'data'), '/nowhere']);
  const left = ['committed-then-changed', 'dangling', 'to-admin', 'to-checkout', 'to-disk', 'to-other', 'to-other-relative'];
  t.same(all.leftOut.map((line) => line.split(' → ')[0]).sort(), left);
  t.same(all.broughtFrom, []);
  for (const name of left) t.notOk(lstatSync(path.join(to.path, name), { throwIfNoEntry: false }), name);
  sh(to.path, 'rm', '-qf', 'committed-out'); // the repository's own link, not one that the copy made
  attack(to.path, home);
  t.same(
    places.map((place) => fingerprint(place, contents)),
    before,
    'the agent wrote everywhere',
  );
});

void t.test('a repository of the user’s own: links into the worktree lead into it, others are as they were', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), { 'a.txt': 'a\n' });
  const worktree = await worktreeOf(home, await open(home, source));
  symlinkSync(path.join(worktree.path, 'a.txt'), path.join(worktree.path, 'own'));
  symlinkSync(path.join(home, 'anything'), path.join(worktree.path, 'out'));
  await cloneStandalone(worktree, path.join(home, 'clone'));
  t.equal(readlinkSync(path.join(home, 'clone/own')), 'a.txt');
  t.equal(readlinkSync(path.join(home, 'clone/out')), path.join(home, 'anything'));
});
