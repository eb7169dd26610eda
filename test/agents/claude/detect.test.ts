import t from 'tap';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { askProgram } from '../../../src/agents/ask-program.ts';
import { claudeDriver } from '../../../src/agents/claude/driver.ts';
import { readVersion, type VersionAnswer } from '../../../src/agents/read-version.ts';
import { claudeSettings } from '../../support/claude-settings.ts';

const script = (dir: string, name: string, text: string): string => {
  const file = path.join(dir, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
};
const askVersion = async (program: string, args: string[], env: NodeJS.ProcessEnv, timeoutMs?: number): Promise<VersionAnswer> =>
  readVersion(await askProgram(program, [...args, '--version'], env, timeoutMs));
const driver = (command: string, env: Record<string, string> = {}, preArgs: string[] = []) =>
  claudeDriver(claudeSettings({ command, preArgs, inheritedEnv: { PATH: '/usr/bin:/bin', ...env } }));

void t.test('a program on the PATH with its version', async (t) => {
  const dir = t.testdir();
  const file = script(dir, 'claude', '#!/bin/sh\n[ "$1" = --version ] && echo "2.1.330 (Claude Code)"\n');
  const found = await driver('claude', { PATH: `${dir}:/usr/bin:/bin` }).detect();
  t.same(found, { name: 'claude', command: 'claude', path: file, version: '2.1.330', problem: null });
});

void t.test('a version is a version, whatever sentence it stands in', (t) => {
  for (const [said, version] of [
    ['GitHub Copilot CLI 1.0.102.', '1.0.102'],
    ['v1.2.3-beta.1+build.5, of today', '1.2.3-beta.1+build.5'],
    ['it 1.2', 'it 1.2'],
  ] as const)
    t.same(readVersion({ code: 0, stdout: `${said}\n`, stderr: '' }), { kind: 'version', version }, said);
  t.end();
});

void t.test('what is missing is told with the way there', async (t) => {
  const missing = await driver('claude', { PATH: t.testdir() }).detect();
  t.equal(missing.path, null);
  t.match(
    (await driver('claude', { PATH: '/nowhere:.::/no/where' }).detect()).problem,
    /not found on the PATH \(looked in \/nowhere, \/no\/where\)/,
    'where it was looked for',
  );
  t.match((await driver('claude', { PATH: '.' }).detect()).problem, /looked in no folder/);
  const file = script(t.testdir(), 'claude', '');
  chmodSync(file, 0o600);
  t.match((await driver(file).detect()).problem, /claude is no program that can be run, though it is there: `chmod \+x`/);
  for (const words of ['not found', 'npm install -g @anthropic-ai/claude-code', 'ANTHROPIC_API_KEY', 'MAKIMA_CLAUDE_COMMAND'])
    t.match(missing.problem, words);
});

void t.test('a program without its interpreter cannot be used', async (t) => {
  const dir = t.testdir();
  for (const [name, shebang] of [
    ['direct', '#!/no/such/interpreter'],
    ['env', '#!/usr/bin/env no-such-interpreter'],
  ] as const) {
    const found = await driver(script(dir, name, `${shebang}\n`)).detect();
    t.match(found.problem, /cannot be run/, name);
    t.equal(found.version, null);
  }
});

void t.test('a program that knows no --version is no problem', async (t) => {
  const found = await driver(script(t.testdir(), 'agent', '#!/bin/sh\nexit 3\n')).detect();
  t.match(found, { version: null, problem: null });
});

void t.test('arguments before are there, and the agent’s own environment', async (t) => {
  const dir = t.testdir();
  const file = script(dir, 'agent', '#!/bin/sh\necho "$*" > "$OUT"\necho 1.2.3\n');
  const out = path.join(dir, 'out');
  await driver(file, { OUT: out }, ['first']).detect();
  t.equal(readFileSync(out, 'utf8'), 'first --version\n');
});

void t.test('the version is asked once, and again when the file changes', async (t) => {
  const dir = t.testdir();
  const count = path.join(dir, 'count');
  const text = (version: string) => `#!/bin/sh\necho x >> '${count}'\necho ${version}\n`;
  const asked = () => readFileSync(count, 'utf8').length / 2;
  const agent = driver(script(dir, 'agent', text('1.0.0')));
  const versions = await Promise.all(Array.from({ length: 10 }, () => agent.detect()));
  t.same(new Set(versions.map(({ version }) => version)), new Set(['1.0.0']));
  t.equal(asked(), 1);
  script(dir, 'agent', text('1.10.0'));
  t.equal((await agent.detect()).version, '1.10.0');
  t.equal(asked(), 2);
});

void t.test(
  'a program that never ends is given up, with what it started',
  { skip: process.platform !== 'linux' && 'looks into /proc' },
  async (t) => {
    const dir = t.testdir();
    const pidFile = path.join(dir, 'pid');
    const file = script(dir, 'agent', `#!/bin/sh\nsleep 1000 &\necho $! > '${pidFile}.new'\nmv '${pidFile}.new' '${pidFile}'\nwait\n`);
    t.same(await askVersion(file, [], { PATH: '/usr/bin:/bin' }, 1000), { kind: 'silent' });
    const pid = readFileSync(pidFile, 'utf8').trim();
    const isAlive = (): boolean => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z';
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
        throw error;
      }
    };
    // The signal is on its way; the test's own time limit is the bound.
    while (isAlive()) await setImmediate();
    t.pass('what it started is gone');
  },
);

void t.test('one that leaves something behind that holds its output still has told its version', async (t) => {
  const file = script(t.testdir(), 'agent', '#!/bin/sh\necho 4.5.6\nsleep 1000 &\n');
  t.same(await askVersion(file, [], { PATH: '/usr/bin:/bin' }, 500), { kind: 'version', version: '4.5.6' });
});

void t.test('output without an end is bounded', async (t) => {
  const file = script(t.testdir(), 'agent', '#!/bin/sh\nhead -c 20000000 /dev/zero | tr "\\0" x\n');
  const answer = await askVersion(file, [], { PATH: '/usr/bin:/bin' });
  t.ok(answer.kind === 'version' && answer.version.length < 100);
});

void t.test('one that says no version is not asked again at once, one that cannot be run is', async (t) => {
  const dir = t.testdir();
  const count = path.join(dir, 'count');
  const asked = () => readFileSync(count, 'utf8').length / 2;
  const silent = driver(script(dir, 'silent', `#!/bin/sh\necho x >> '${count}'\nexit 3\n`));
  await silent.detect();
  t.match(await silent.detect(), { version: null, problem: null });
  t.equal(asked(), 1);
  const broken = driver(script(dir, 'broken', `#!/bin/sh\necho x >> '${count}'\nexit 127\n`));
  await broken.detect();
  t.match((await broken.detect()).problem, /cannot be run/);
  t.equal(asked(), 3, 'what it lacked may be there by now');
});
