/** How an agent can be spoken to: each has a driver. */
export const agentProtocols = ['acp', 'claude', 'codex', 'codex-exec', 'gemini-stream-json', 'opencode-json'] as const;
export type AgentProtocol = (typeof agentProtocols)[number];

/** The agents that are known beside claude, before anybody has set one up. */
export const builtInAgents = ['codex', 'gemini', 'opencode', 'qwen', 'copilot', 'goose'] as const;
export type BuiltInAgent = (typeof builtInAgents)[number];

/** An agent of the user's own, or what is to be another way with one that is built in: there, what is left out stays. */
export interface AgentEntry {
  /** Found on the PATH, or an absolute path. */
  command?: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  protocol?: AgentProtocol;
}

export const isBuiltInAgent = (name: string): name is BuiltInAgent => builtInAgents.some((each) => each === name);
