import t from 'tap';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClaudeSettings } from '../../../src/agents/claude/command.ts';
import { claudeDriver } from '../../../src/agents/claude/driver.ts';
import { createSignedOut } from '../../../src/agents/claude/signed-out.ts';
import { claudeSettings } from '../../support/claude-settings.ts';
import { startDaemon } from '../../support/daemon.ts';

const settings = (more: Partial<ClaudeSettings> = {}): ClaudeSettings =>
  claudeSettings({ inheritedEnv: { PATH: '/usr/bin:/bin' }, ...more });

/** A claude that says this of itself, and notes what it was asked. */
const claude = (dir: string, { version = '2.1.330 (Claude Code)', status = '{"loggedIn": false}', exit = 1 } = {}): string => {
  const file = path.join(dir, 'claude');
  writeFileSync(
    file,
    `#!/bin/sh\necho "$*" >> '${dir}/asked'\ncase "$*" in *--version) echo '${version}' ;; *) cat '${dir}/status'; exit ${exit} ;; esac\n`,
  );
  chmodSync(file, 0o755);
  writeFileSync(path.join(dir, 'status'), status);
  return file;
};
const asked = (dir: string): string[] => readFileSync(path.join(dir, 'asked'), 'utf8').trim().split('\n');

void t.test('one that says that it is not signed in is told of, with the way there', async (t) => {
  const dir = t.testdir();
  const driver = claudeDriver(settings({ command: claude(dir), preArgs: ['first'] }));
  t.equal((await driver.detect()).problem, null, 'it may be used all the same');
  const why = await driver.whyNotSignedIn();
  for (const words of ['is not signed in', 'claude auth status', '/login', 'ANTHROPIC_API_KEY']) t.match(why, words);
  await Promise.all([driver.whyNotSignedIn(), driver.whyNotSignedIn()]);
  t.strictSame(asked(dir), ['first --version', 'first auth status'], 'asked once for all');
});

void t.test('whatever is no plain no says nothing', async (t) => {
  for (const [name, how] of Object.entries({
    'signed in': { status: '{"loggedIn": true, "authMethod": "api_key_helper"}', exit: 0 },
    'other words': { status: 'error: unknown command', exit: 1 },
    'another shape': { status: '[]', exit: 1 },
    nothing: { status: '', exit: 1 },
  }))
    t.equal(await claudeDriver(settings({ command: claude(t.testdir(), how) })).whyNotSignedIn(), null, name);
  for (const [name, version, args] of [
    ['no Claude Code', '2.1.330', []],
    ['too old', '2.1.99 (Claude Code)', []],
    ['settings by an argument', '2.1.330 (Claude Code)', ['--settings', '{"apiKeyHelper":"x"}']],
    ['the same with =', '2.1.330 (Claude Code)', ['--settings=x.json']],
  ] as const) {
    const dir = t.testdir();
    t.equal(await claudeDriver(settings({ command: claude(dir, { version }), args })).whyNotSignedIn(), null, name);
    t.strictSame(asked(dir), ['--version'], `${name}: it is not asked`);
  }
  t.equal(await claudeDriver(settings({ command: '/no/where' })).whyNotSignedIn(), null, 'one that is not there');
});

void t.test('a no is asked again after a minute, a yes after ten', async (t) => {
  const dir = t.testdir();
  const file = claude(dir);
  let time = 0;
  const isSignedOut = createSignedOut(settings(), {}, () => time);
  const at = async (minutes: number): Promise<boolean> => {
    time = minutes * 60_000;
    return isSignedOut(file, '3.0.0 (Claude Code)');
  };
  t.equal(await at(0), true);
  claude(dir, { status: '{"loggedIn": true}', exit: 0 });
  t.equal(await at(0.9), true);
  t.equal(await at(1), false);
  claude(dir);
  t.equal(await at(10.9), false);
  t.equal(await at(11), true);
  t.equal(asked(dir).length, 3);
});

void t.test('the start and the info say so, and a task is started all the same', async (t) => {
  const dir = t.testdir();
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_CLAUDE_COMMAND: claude(dir) });
  t.ok(daemon.app.notices.some((notice) => /is not signed in.*\/login/.test(notice)));
  t.notOk(daemon.app.notices.some((notice) => notice.startsWith('No task can run')));
  const { body } = await daemon.call<{ agents: { problem: string | null }[] }>('GET', '/info');
  t.match(body.agents[0]?.problem, 'is not signed in');
  t.equal(asked(dir).filter((line) => line === 'auth status').length, 1, 'one process for both');
  const { id } = await daemon.start({});
  const { errorMessage } = await daemon.ended(id);
  t.notMatch(errorMessage, 'is not signed in (');
  t.ok((await daemon.lines(id, 'system')).some((line) => line.startsWith('Agent: claude 2.1.330')));
});
