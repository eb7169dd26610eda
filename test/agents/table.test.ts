import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { asSetUp } from '../../src/agents/driver.ts';
import { agentDrivers } from '../../src/agents/index.ts';
import type { AgentEntry } from '../../src/domain/agent-table.ts';
import { claudeSettings } from '../support/claude-settings.ts';

const program = (directory: string, name: string): string => {
  const file = join(directory, name);
  writeFileSync(file, '#!/bin/sh\necho 3.2.1\n');
  chmodSync(file, 0o755);
  return file;
};

void t.test('claude is the default and stands first, and each name has one driver', (t) => {
  const drivers = agentDrivers({ claude: claudeSettings() });
  const names = drivers.all.map(({ driver }) => driver.name);
  t.strictSame(names, ['claude', 'codex', 'gemini', 'opencode', 'qwen', 'copilot', 'goose']);
  t.match(drivers.all[0], { protocol: 'claude', isAskedFor: true });
  t.equal(drivers.all[0]?.driver, drivers.default);
  t.equal(new Set(names).size, names.length);
  for (const { driver, isAskedFor } of drivers.all.slice(1)) {
    t.equal(drivers.get(driver.name), driver);
    t.equal(drivers.find(driver.name), driver);
    t.notOk(isAskedFor, `nobody has asked for ${driver.name}`);
  }
  for (const name of ['nobody', '__proto__', 'constructor', 'Claude', '']) {
    t.equal(drivers.find(name), null);
    t.throws(() => drivers.get(name), { code: 'INVALID_AGENT', message: /There is no agent called ".*", only claude/ });
  }
  t.end();
});

void t.test('a claude of the user’s own has its own program, arguments and environment', async (t) => {
  const directory = t.testdir();
  const file = program(directory, 'other-claude');
  const drivers = agentDrivers({
    claude: claudeSettings({
      preArgs: ['pre'],
      args: ['--usual'],
      agentEnv: { SHARED: 'of all', OWN: 'of all' },
      inheritedEnv: { PATH: `${directory}:/usr/bin:/bin` },
    }),
    agents: {
      'work-claude': { command: 'other-claude', args: ['--model', 'opus'], env: { OWN: 'its own' }, protocol: 'claude' },
      'no-claude': { command: 'not there', protocol: 'claude' },
    },
  });
  const driver = drivers.get('work-claude');
  t.match(
    drivers.all.find((each) => each.driver === driver),
    { protocol: 'claude', isAskedFor: true },
  );
  t.same(await driver.detect(), { name: 'work-claude', command: 'other-claude', path: file, version: '3.2.1', problem: null });
  const { command, args, env } = driver.command({ ...asSetUp, cwd: '/', model: 'haiku' });
  t.equal(command, file);
  t.same(args.slice(-4), ['--model', 'opus', '--model', 'haiku']);
  t.notOk(args.includes('pre') || args.includes('--usual'), 'what is set for the usual claude is none of its');
  t.same(env, { SHARED: 'of all', OWN: 'its own' });

  const other = agentDrivers({ claude: claudeSettings(), agents: { mine: { command: 'x', protocol: 'claude' } }, defaultAgent: 'mine' });
  t.equal(other.default, other.get('mine'));
  t.notOk(other.all[0]?.isAskedFor, 'claude is only one of those that could be had');

  const missing = await drivers.get('no-claude').detect();
  t.equal(missing.path, null);
  t.match(
    missing.problem,
    /not there was not found on the PATH .*its arguments go into args, beside it in MAKIMA_AGENTS.*Install it, or correct its command/,
  );
  t.throws(() => drivers.get('no-claude').command({ ...asSetUp, cwd: '/' }), { code: 'AGENT_NOT_FOUND' });
});

void t.test('gemini is spoken to by its own stream, over ACP where it is to ask, and as its user has chosen', (t) => {
  const directory = t.testdir();
  program(directory, 'gemini');
  const geminiOf = (enablePermissions: boolean, entry: AgentEntry) => {
    const claude = claudeSettings({ enablePermissions, inheritedEnv: { PATH: `${directory}:/usr/bin:/bin` } });
    const known = agentDrivers({ claude, agents: { gemini: entry } }).all.find(({ driver }) => driver.name === 'gemini');
    const argsOf = (session: string | null) => known?.driver.command({ ...asSetUp, cwd: '/', session }).args ?? [];
    return { protocol: known?.protocol, args: argsOf(null), goingOn: argsOf('s1') };
  };
  t.match(geminiOf(false, {}), { protocol: 'gemini-stream-json', goingOn: /--resume,s1/ });
  const overAcp = { protocol: 'acp', args: ['--acp'], goingOn: ['--acp', '--resume', 's1'] };
  t.same(geminiOf(true, {}), overAcp);
  t.same(geminiOf(false, { protocol: 'acp' }), overAcp);
  t.match(geminiOf(true, { protocol: 'gemini-stream-json' }), { protocol: 'gemini-stream-json' });
  t.same(geminiOf(true, { args: ['--acp', '--debug'] }).args, ['--acp', '--debug']);
  t.end();
});
