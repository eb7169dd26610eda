import { agentPath, plainly } from './daemon.ts';

/** The settings with which the scripted agent that works one turn a process is a daemon's agent `one-turn`. */
export const oneTurnAgent = (program = agentPath('one-turn')): { MAKIMA_AGENTS: string } => {
  const [command, args] = plainly(program);
  return { MAKIMA_AGENTS: JSON.stringify({ 'one-turn': { command, args, protocol: 'codex-exec' } }) };
};
