import type { AgentProtocol, BuiltInAgent } from '../domain/agent-table.ts';

interface Entry {
  command: string;
  args: readonly string[];
  /** Added to these where it goes on with a session. */
  resumeArgs?: (session: string) => readonly string[];
  env: Readonly<Record<string, string>>;
  protocol: AgentProtocol;
  /** As a sentence without its end. */
  howToInstall: string;
}

/** How the agents of other makers are started and spoken to where nobody says it another way. */
export const builtIn: Readonly<Record<BuiltInAgent, Entry>> = {
  codex: {
    command: 'codex',
    args: [],
    env: {},
    protocol: 'codex',
    howToInstall: 'Install it with `npm install -g @openai/codex`, then sign in with `codex login`',
  },
  gemini: {
    command: 'gemini',
    args: ['--acp'],
    // Loaded without this a session is taken for broken, and removed, by the next gemini that starts in the same place (0.61).
    resumeArgs: (session) => ['--resume', session],
    // Else it starts itself once more, and the one between takes no signal: half a second and 70 MB (0.61).
    env: { GEMINI_CLI_NO_RELAUNCH: '1' },
    protocol: 'acp',
    howToInstall: 'Install it with `npm install -g @google/gemini-cli`, then sign in by running `gemini` once, or set GEMINI_API_KEY',
  },
  opencode: {
    command: 'opencode',
    args: ['acp'],
    env: {},
    protocol: 'acp',
    howToInstall: 'Install it with `npm install -g opencode-ai`, then sign in with `opencode auth login`',
  },
  qwen: {
    command: 'qwen',
    args: ['--acp'],
    env: {},
    protocol: 'acp',
    howToInstall: 'Install it with `npm install -g @qwen-code/qwen-code`, then sign in by running `qwen` once',
  },
  copilot: {
    command: 'copilot',
    args: ['--acp'],
    env: {},
    protocol: 'acp',
    howToInstall: 'Install it with `npm install -g @github/copilot`, then sign in by running `copilot` once, with /login',
  },
  goose: {
    command: 'goose',
    args: ['acp'],
    env: {},
    protocol: 'acp',
    howToInstall: 'Install it as its documentation says (https://block.github.io/goose), then set it up with `goose configure`',
  },
};
