/** What a user meets who types `makima`: the command itself, in a clone and in a package, under a Node that is good and one that is not. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const run = (directory: string, args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(directory, 'bin', 'makima.cjs'), ...args], {
    env: { PATH: process.env['PATH'], HOME: directory, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

/** A daemon that only says where it is from and what it was told. */
const told = (from: string): string => `async (args) => console.log(${JSON.stringify(from)}, ...args);\n`;
const built = { dist: { 'serve.cjs': `exports.serve = ${told('built')}` } };
const sources = { src: { main: { 'serve.ts': `export const serve = ${told('sources')}` } } };

/** The launcher in a clone or a package that has these files. */
const place = (t: Test, files: Parameters<Test['testdir']>[0], node = '>=22.18'): string => {
  const directory = t.testdir(files);
  cpSync(join(root, 'bin'), join(directory, 'bin'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ version: '1.2.3', type: 'module', engines: { node } }));
  return directory;
};

void t.test('what there is to type', (t) => {
  for (const args of [['--help'], ['-h'], ['help'], ['serve', '--help']])
    t.match(run(root, args), { status: 0, stdout: /^Usage: makima [^]*makima serve --adopt[^]*MAKIMA_HOME/, stderr: '' }, args.join(' '));
  for (const args of [['--version'], ['-v']]) t.same(run(root, args), { status: 0, stdout: `${String(version)}\n`, stderr: '' });
  t.match(run(root, []), { status: 1, stdout: '', stderr: /^makima: It needs a command[^]*makima serve/ });
  t.match(run(root, ['srve']), { status: 1, stdout: '', stderr: /^makima: "srve" is no command of makima[^]*makima serve/ });
  t.match(run(root, ['serve', 'x']), { status: 1, stdout: '', stderr: /^makima: "x" is no argument of makima/ });
  t.end();
});

void t.test('a clone runs its sources, also where it was packed; a package what was built', (t) => {
  t.match(run(place(t, { ...built, ...sources }), ['serve', '--adopt', 'b']), { status: 0, stdout: 'sources --adopt b\n' });
  t.match(run(place(t, built), ['serve', '--adopt', 'b']), { status: 0, stdout: 'built --adopt b\n' });
  t.end();
});

void t.test('compiled code is kept in the user’s cache, or in no place where there is none', (t) => {
  const directory = place(t, built);
  const kept = (...cache: string[]): string => join(directory, ...cache, 'makima', 'compile');
  const usual = process.platform === 'darwin' ? kept('Library', 'Caches') : kept('.cache');
  t.match(run(directory, ['serve']), { status: 0, stdout: 'built\n' });
  t.ok(existsSync(usual));
  t.match(run(directory, ['serve'], { XDG_CACHE_HOME: join(directory, 'other') }), { status: 0, stdout: 'built\n' });
  t.ok(existsSync(kept('other')));
  t.same(run(directory, ['serve'], { XDG_CACHE_HOME: '/dev/null/none' }), { status: 0, stdout: 'built\n', stderr: '' });
  t.end();
});

void t.test('a Node that is too old', (t) => {
  const old = (files: Parameters<Test['testdir']>[0]): string => {
    const { status, stdout, stderr } = run(place(t, files, '>=999.18'), ['serve']);
    t.same({ status, stdout }, { status: 1, stdout: '' });
    t.ok(stderr.startsWith(`makima: It needs Node 999.18 or later, and ${process.execPath} is ${process.version}. `), stderr);
    return stderr;
  };
  t.match(old(built), /Install a newer one/);
  t.match(old({ ...sources, node_modules: { node: { bin: { node: '' } } } }), /Run `npm start` in /);
  t.match(
    old({ ...sources, node_modules: { node: { 'package.json': '{}' } } }),
    /ignore-scripts[^]*npm rebuild node --ignore-scripts=false/,
  );
  t.match(old(sources), /`npm ci --include=dev`/);
  t.match(run(place(t, built, `>=${process.versions.node}`), ['serve']), { status: 0, stdout: 'built\n' }, 'the very one is not');
  t.end();
});

void t.test('packages that are not installed', (t) => {
  const { status, stderr } = run(place(t, { src: { main: { 'serve.ts': "import 'no-such-package';\n" } } }), ['serve']);
  t.equal(status, 1);
  t.match(stderr, /^makima: Not all of its packages are installed\. Run `npm ci --include=dev` in .*no-such-package/);
  t.end();
});
