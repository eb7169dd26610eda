import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NpmAgent } from './install-agent.ts';

/** As npm installs it for a user: a script that starts the binary of this machine. */
export const codex: NpmAgent = { name: 'codex', version: '0.171.0', packageName: '@openai/codex', program: '.bin/codex' };

/**
 * The environment that keeps codex in a folder and talks to the scripted model only.
 * @param folder - gets everything that codex writes
 * @param apiUrl - where the scripted model listens
 */
export const codexEnv = async (folder: string, apiUrl: string): Promise<Record<string, string>> => {
  const home = join(folder, 'codex-home');
  await mkdir(home, { recursive: true });
  const settings = [
    'model = "scripted"',
    'model_provider = "scripted"',
    '[model_providers.scripted]',
    'name = "scripted"',
    `base_url = "${apiUrl}/v1"`,
    'env_key = "SCRIPTED_KEY"',
    'wire_api = "responses"',
    // The defaults take minutes.
    'request_max_retries = 1',
    'stream_max_retries = 1',
  ];
  await writeFile(join(home, 'config.toml'), settings.join('\n'));
  return {
    HOME: home,
    CODEX_HOME: home,
    SCRIPTED_KEY: 'dummy',
    // Whoever runs the tests may have names and hooks configured; commits of an agent need a name of their own.
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'Agent',
    GIT_AUTHOR_EMAIL: 'agent@example.com',
    GIT_COMMITTER_NAME: 'Agent',
    GIT_COMMITTER_EMAIL: 'agent@example.com',
  };
};
