import { globSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentUnderTest } from '../agents/suite/agent-under-test.ts';
import { bash } from '../claude/directives.ts';
import { isolatedFolder } from '../claude/isolated.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';
import { commitsAsAgent } from '../support/agent-git.ts';
import { plainly } from '../support/daemon.ts';
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
  return { HOME: home, CODEX_HOME: home, SCRIPTED_KEY: 'dummy', ...commitsAsAgent };
};

/** Asks to run it outside of codex's sandbox, as its model does where that is in the way. */
export const unboxed = (cmd: string): string =>
  `DO: ${JSON.stringify({ tool: 'exec_command', input: { cmd, sandbox_permissions: 'require_escalated', justification: `May I ${cmd}?` } })}`;

/** The real codex as the suite of all drivers takes it. @param program - its absolute path */
export const codexUnderTest = (program: string): AgentUnderTest => {
  const homes: string[] = [];
  return {
    title: `codex ${codex.version}`,
    agent: 'codex',
    async settings(t, { asks, command: another = program }) {
      const api = await startModelApi();
      t.teardown(() => api.close());
      const env = await codexEnv(await isolatedFolder(t), api.url);
      if (env['HOME'] !== undefined) homes.push(env['HOME']);
      const [command, args] = plainly(another);
      return { MAKIMA_AGENTS: JSON.stringify({ codex: { command, args, env } }), MAKIMA_ENABLE_PERMISSIONS: String(asks) };
    },
    words: { say: (text) => `TELL: ${text}`, run: bash, ask: unboxed, fail: null, recall: null, question: null, line: null, bytes: null },
    isGreeted: true,
    can: {
      ask: true,
      interrupt: true,
      messageInTurn: true,
      tokens: true,
      cost: false,
      refuseModel: null,
      forget: (_worktree, sessionId) => {
        for (const home of homes) for (const file of globSync(join(home, '**', `*${sessionId}*`))) rmSync(file);
      },
    },
    timeout: 300_000,
  };
};
