import { agentPath, plainly } from './daemon.ts';

/** The settings with which the scripted agent that works one turn a process is a daemon's agent `one-turn`. */
export const oneTurnAgent = (env: Record<string, string> = {}): { MAKIMA_AGENTS: string } => {
  const [command, args] = plainly(agentPath('one-turn'));
  return { MAKIMA_AGENTS: JSON.stringify({ 'one-turn': { command, args, env, protocol: 'codex-exec' } }) };
};
