/** The real agents as the suite of all drivers has to know them. */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { bash, say } from '../claude/directives.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';
import { plainly, scratch } from '../support/daemon.ts';
import type { AgentUnderTest, Words } from '../agents/suite/agent-under-test.ts';
import { gemini, geminiEnv } from './gemini.ts';
import { opencode, opencodeEnv } from './opencode.ts';

/** What makes the scripted model do it, whoever asks that. */
const words: Words = {
  say,
  run: (command) => bash(command),
  ask: (command) => bash(command),
  // One that no agent asks again for.
  fail: (why) => `FAIL: 400 ${why}`,
  recall: null,
  question: null,
  line: null,
  bytes: null,
};

type EnvOf = (folder: string, apiUrl: string) => Promise<Record<string, string>>;

/** A daemon's settings with this agent in a folder of its own and a scripted model behind it. */
const settingsOf = async (t: Test, agent: string, program: string, envOf: EnvOf, asks: boolean, command?: string) => {
  const [api, folder] = [await startModelApi(), scratch(t)];
  t.teardown(() => api.close());
  const [inItsPlace, args] = command === undefined ? [program, undefined] : plainly(command);
  const entry = { command: inItsPlace, ...(args && { args }), env: await envOf(folder, api.url) };
  return { folder, settings: { MAKIMA_AGENTS: JSON.stringify({ [agent]: entry }), MAKIMA_ENABLE_PERMISSIONS: String(asks) } };
};

const timeout = 900_000;

/** gemini by its own stream, and where it is to ask over ACP. */
export const geminiInTheSuite = (program: string): AgentUnderTest => {
  const folders: string[] = [];
  return {
    title: `gemini ${gemini.version}`,
    agent: 'gemini',
    async settings(t, { asks, command }) {
      const { folder, settings } = await settingsOf(t, 'gemini', program, geminiEnv, asks, command);
      folders.push(folder);
      return settings;
    },
    words,
    isGreeted: false,
    can: {
      ask: true,
      interrupt: false,
      messageInTurn: false,
      oneTurn: true,
      tokens: true,
      cost: false,
      refuseModel: null,
      forget: (_worktree, sessionId) => {
        const files = folders.flatMap((folder) => globSync(join(folder, `gemini-home/.gemini/tmp/*/chats/*${sessionId.slice(0, 8)}*`)));
        for (const file of files) rmSync(file, { recursive: true });
      },
    },
    timeout,
  };
};

/** opencode, told by its own variable to ask where it is to ask: by itself it does not. */
export const opencodeInTheSuite = (program: string): AgentUnderTest => {
  const folders: string[] = [];
  return {
    title: `opencode ${opencode.version}`,
    agent: 'opencode',
    async settings(t, { asks, command }) {
      const envOf: EnvOf = async (folder, url) => ({
        ...(await opencodeEnv(folder, url)),
        ...(asks && { OPENCODE_PERMISSION: '{"bash":"ask","edit":"ask","external_directory":"allow"}' }),
      });
      const { folder, settings } = await settingsOf(t, 'opencode', program, envOf, asks, command);
      folders.push(folder);
      return settings;
    },
    words,
    isGreeted: true,
    can: {
      ask: true,
      interrupt: true,
      messageInTurn: false,
      tokens: true,
      cost: true,
      refuseModel: 'bogus/nope',
      forget: () => {
        for (const folder of folders) for (const file of globSync(join(folder, 'opencode-home/data/opencode/opencode.db*'))) rmSync(file);
      },
    },
    timeout,
  };
};
