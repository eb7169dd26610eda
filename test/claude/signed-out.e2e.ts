/** What the real claude says of itself where it has no credentials, and where it has some. */
import t from 'tap';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudeDriver } from '../../src/agents/claude/driver.ts';
import { installClaude } from './install-claude.ts';
import { claudeSettings } from '../support/claude-settings.ts';

const command = await installClaude();

const why = (home: string, env: Record<string, string> = {}): Promise<string | null> =>
  claudeDriver(claudeSettings({ command, agentEnv: env, inheritedEnv: { PATH: '/usr/bin:/bin', HOME: home } })).whyNotSignedIn();

void t.test('it is told of where it has no credentials, and only there', async (t) => {
  const home = t.testdir();
  t.match(await why(home), /is not signed in/);
  for (const env of [
    { ANTHROPIC_API_KEY: 'sk-x' },
    { ANTHROPIC_AUTH_TOKEN: 'x' },
    { CLAUDE_CODE_OAUTH_TOKEN: 'x' },
    { CLAUDE_CODE_USE_BEDROCK: '1' },
    { CLAUDE_CODE_USE_VERTEX: '1' },
  ])
    t.equal(await why(home, env), null, Object.keys(env).join());
  mkdirSync(join(home, '.claude'), { recursive: true });
  for (const settings of [{ apiKeyHelper: 'echo sk-x' }, { env: { ANTHROPIC_API_KEY: 'sk-x' } }]) {
    writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
    t.equal(await why(home), null, JSON.stringify(settings));
  }
});
