import { agentDrivers, type AgentDrivers } from '../agents/index.ts';
import type { Config } from '../config/config.ts';

/** The agents that the settings speak of. @param inheritedEnv - what they get of the daemon's own environment */
export const driversOf = (config: Config, inheritedEnv: Readonly<Record<string, string>>): AgentDrivers =>
  agentDrivers({
    claude: {
      command: config.claudeCommand,
      preArgs: config.claudePreArgs,
      args: config.claudeArgs,
      enablePermissions: config.enablePermissions,
      disableVerbose: config.disableVerbose,
      agentEnv: config.agentEnv,
      inheritedEnv,
    },
    agents: config.agents,
    defaultAgent: config.defaultAgent,
  });
