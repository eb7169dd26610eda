import type { AgentProtocol, BuiltInAgent } from '../domain/agent-table.ts';

/** How an agent is spoken to. */
interface Way {
  args: readonly string[];
  /** Added to these where it goes on with a session. */
  resumeArgs?: (session: string) => readonly string[];
  protocol: AgentProtocol;
}

interface Entry extends Way {
  command: string;
  env: Readonly<Record<string, string>>;
  /** The way in which it can ask, where that is another one. */
  asking?: Way;
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
    // Over ACP it tells neither what its tools are given nor what comes out, and a session loses all when it is loaded in its first minute.
    args: [],
    protocol: 'gemini-stream-json',
    // Loaded without this a session is taken for broken, and removed, by the next gemini that starts in the same place (0.61).
    asking: { args: ['--acp'], resumeArgs: (session) => ['--resume', session], protocol: 'acp' },
    // Else it starts itself once more, and the one between takes no signal: half a second and 70 MB (0.61).
    env: { GEMINI_CLI_NO_RELAUNCH: '1' },
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

/** The way to speak to one of these: by a protocol that somebody chose, else the usual one, and where it is to ask one in which it can. */
export const wayTo = (name: BuiltInAgent, protocol: AgentProtocol | undefined, asks: boolean): Way => {
  const { asking, ...usual } = builtIn[name];
  const ways = asking === undefined ? [usual] : asks ? [asking, usual] : [usual, asking];
  return ways.find((way) => protocol === undefined || way.protocol === protocol) ?? { args: [], protocol: protocol ?? usual.protocol };
};
