/** How codex is started, and what it says of itself. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { AgentSettings } from '../../../src/agents/agent-settings.ts';
import { codexDriver } from '../../../src/agents/codex/driver.ts';
import { asSetUp, type AgentDriver } from '../../../src/agents/driver.ts';

/** A codex that says this of itself, and notes what it was asked. */
const codex = (t: Test, { version = 'codex-cli 0.171.0', status = 'Not logged in', exit = 1 } = {}) => {
  const dir = t.testdir({ home: {}, status });
  const command = join(dir, 'codex');
  writeFileSync(
    command,
    `#!/bin/sh\necho "$*" >> '${dir}/asked'\ncase "$*" in *--version) echo '${version}' ;; *) cat '${dir}/status' >&2; exit ${exit} ;; esac\n`,
  );
  chmodSync(command, 0o755);
  const driver = (more: Partial<AgentSettings> = {}): AgentDriver =>
    codexDriver({
      name: 'codex',
      command,
      args: [],
      env: {},
      inheritedEnv: { PATH: '/usr/bin:/bin', HOME: join(dir, 'home') },
      enablePermissions: false,
      howToInstall: 'Install it',
      ...more,
    });
  return { dir, command, driver, asked: (): string[] => readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n') };
};

void t.test('it is an app-server, after the arguments of its entry', (t) => {
  const { command, driver } = codex(t);
  const launch = { ...asSetUp, cwd: '/w' };
  const made = driver({ args: ['-c', 'model="m"'], env: { CODEX_HOME: '/h' } });
  t.same(made.command(launch), { command, args: ['-c', 'model="m"', 'app-server'], env: { CODEX_HOME: '/h' }, actsUnasked: true });
  t.equal(driver({ enablePermissions: true }).command(launch).actsUnasked, false);
  t.equal(driver({ enablePermissions: true }).command({ ...launch, permissions: 'skip' }).actsUnasked, true);
  t.equal(driver().command({ ...launch, permissions: 'ask' }).actsUnasked, false);
  t.throws(() => driver({ command: 'no-such-codex' }).command(launch), { code: 'AGENT_NOT_FOUND', message: /Install it/ });
  t.end();
});

void t.test('one that says that it is not signed in is told of, once for all who ask', async (t) => {
  const { driver, asked } = codex(t);
  const made = driver();
  t.match(await made.detect(), { version: '0.171.0', problem: null });
  const [why] = await Promise.all([made.whyNotSignedIn(), made.whyNotSignedIn()]);
  for (const words of ['is not signed in', 'codex login status', '--with-api-key']) t.match(why, words);
  t.same(asked(), ['--version', 'login status']);
});

void t.test('whatever is no plain no says nothing, nor does a codex with a provider of its own', async (t) => {
  for (const how of [
    { status: 'Logged in using ChatGPT', exit: 0 },
    { status: 'error: unknown' },
    { version: 'some-other 1.2.3' },
    { exit: 2 },
  ])
    t.equal(await codex(t, how).driver().whyNotSignedIn(), null, JSON.stringify(how));
  const { dir, driver, asked } = codex(t);
  t.equal(await driver({ args: ['-c', 'model_provider="mine"'] }).whyNotSignedIn(), null);
  writeFileSync(join(dir, 'home', 'config.toml'), 'model = "m"\n  model_provider = "mine"\n');
  t.equal(await driver({ env: { CODEX_HOME: join(dir, 'home') } }).whyNotSignedIn(), null);
  writeFileSync(join(dir, 'home', 'config.toml'), '# model_provider = "mine"\nmodel_provider = "openai"\n');
  t.match(await driver({ env: { CODEX_HOME: join(dir, 'home') } }).whyNotSignedIn(), /is not signed in/);
  t.equal(asked().filter((line) => line === 'login status').length, 1);
});
