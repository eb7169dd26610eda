/**
 * The blocks of the documentation as somebody pastes them, page by page: into one shell that has a daemon with a scripted agent in its
 * home, and as programs, compiled strictly. The README's tour is run by tour.test.ts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readTour } from '../../demo/tour.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { git, scratch, write } from '../support/daemon.ts';
import { blocks, pages, placeOf, root, type Block } from './blocks.ts';
import { plans } from './plans.ts';

const tour = readTour();
const ofTour = new Set([tour.assignments, ...tour.blocks]);

const runnable = (page: string, ...languages: string[]): Block[] =>
  blocks.filter(
    (block) =>
      block.page === page &&
      block.notRun === null &&
      languages.includes(block.language) &&
      !(page === 'README.md' && ofTour.has(block.text)),
  );

/** Plans as the scripted agent takes them; one that stands in another last, since that is made by then. */
const scripted = (text: string): string =>
  Object.entries(plans).reduce(
    (changed, [plan, commands]) => changed.replaceAll(plan, () => commands.replaceAll('"', String.raw`\"`).replaceAll('$', String.raw`\$`)),
    text,
  );

/** A user's home with a daemon at work in it, and a repository that the pages call theirs. */
const userHome = async (t: Test): Promise<{ home: string; url: string }> => {
  const home = scratch(t);
  const repository = join(home, 'my-project');
  write(home, {
    '.gitconfig': '[user]\n  name = U\n  email = u@example.com\n',
    'bin/makima': `#!/bin/sh\nexec ${process.execPath} ${join(root, 'bin/makima.cjs')} "$@"\n`,
    'my-project/README.md': '# My project\n',
    'here/.keep': '',
  });
  git(repository, 'init', '-q', '-b', 'main');
  git(repository, 'add', '-A');
  git(repository, 'commit', '-q', '-m', 'First commit');
  const daemon = await spawnDaemon(t, join(home, '.makima'), 'runs-plan', { HOME: home, MAKIMA_STOP_AGENTS: 'true' });
  t.teardown(() => daemon.kill('SIGTERM'));
  return { home, url: daemon.url };
};

interface Ended {
  code: unknown;
  out: string;
}

const run = async (home: string, command: string, args: readonly string[]): Promise<Ended> => {
  const file = join(home, 'out');
  const output = openSync(file, 'w');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(command, args, {
    cwd: join(home, 'here'),
    env: { ...env, HOME: home, PATH: `${join(home, 'bin')}:${String(env['PATH'])}` },
    stdio: ['ignore', output, output],
  });
  const [code] = await once(child, 'exit');
  return { code, out: readFileSync(file, 'utf8') };
};

const strictly =
  '--noEmit --strict --noUncheckedIndexedAccess --skipLibCheck --allowImportingTsExtensions --module nodenext --target es2023 --types node --typeRoots'
    .split(' ')
    .concat(join(root, 'node_modules/@types'));

/** The packages of this repository, and makima itself as one: what it exports is taken from the sources. */
const installPackages = (home: string): void => {
  const modules = join(home, 'node_modules');
  write(home, {
    'package.json': '{ "type": "module" }\n',
    'node_modules/makima/package.json': JSON.stringify({
      name: 'makima',
      type: 'module',
      exports: { '.': { types: './clients/typescript/contract.d.ts' }, './client': './clients/typescript/index.ts' },
    }),
  });
  symlinkSync(join(root, 'clients'), join(modules, 'makima/clients'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'makima') symlinkSync(join(root, 'node_modules', name), join(modules, name));
};

for (const page of pages) {
  const shell = runnable(page, 'sh');
  if (shell.length > 0)
    void t.test(`${page}: what is pasted into a shell`, async (t) => {
      const { home, url } = await userHome(t);
      const commands = shell.map((block) => `echo "--- ${placeOf(block)}"\n${scripted(block.text)}`).join('\n');
      const { code, out } = await run(home, 'bash', ['-eo', 'pipefail', '-c', commands.replaceAll('http://127.0.0.1:8080', url)]);
      if (process.env['TEST_LOG'] !== undefined) t.comment(out);
      t.equal(code, 0, code === 0 ? page : out.slice(-3000));
      for (const block of shell) t.ok(out.includes(`--- ${placeOf(block)}\n`), placeOf(block));
    });
  const programs = runnable(page, 'ts', 'js');
  if (programs.length > 0)
    void t.test(`${page}: its programs`, async (t) => {
      const { home, url } = await userHome(t);
      installPackages(home);
      const files = programs.map((block, index): [file: string, block: Block] => [`here/${index + 1}.${block.language}`, block]);
      for (const [file, { text }] of files) writeFileSync(join(home, file), scripted(text).replaceAll('http://127.0.0.1:8080', url));
      const typed = files.flatMap(([file]) => (file.endsWith('.ts') ? [join(home, file)] : []));
      const types = await run(home, join(root, 'node_modules/.bin/tsc'), [...strictly, ...typed]);
      if (typed.length > 0) t.equal(types.code, 0, types.out);
      for (const [file, block] of files) {
        const { code, out } = await run(home, process.execPath, [join(home, file)]);
        t.equal(code, 0, code === 0 ? placeOf(block) : `${placeOf(block)}: ${out.slice(-3000)}`);
      }
    });
}
