import { MakimaError } from '../errors.ts';
import type { ClaudeSettings } from './claude/command.ts';
import { claudeDriver } from './claude/driver.ts';
import { claudeDirectories, claudeParentVariables } from './claude/user-setup.ts';
import type { AgentDriver } from './driver.ts';

export type { ClaudeSettings } from './claude/command.ts';

/** Every agent that this daemon can run. */
export interface AgentDrivers {
  /** The driver of a task that names no agent. */
  readonly default: AgentDriver;
  readonly all: readonly AgentDriver[];
  /** @throws MakimaError INVALID_AGENT */
  get(name: string): AgentDriver;
}

/** What agents set for what they run, as names or prefixes ending in `*`: nobody who is started by an agent is to hand them to another. */
export const parentAgentVariables: readonly string[] = [...claudeParentVariables];

/** Where the agents' own installers put them, below the home. */
export const agentDirectories: readonly string[] = [...claudeDirectories];

/** The drivers by name. A further agent is one more driver in the list. */
export const agentDrivers = (settings: { claude: ClaudeSettings }): AgentDrivers => {
  const claude = claudeDriver(settings.claude);
  const all = [claude];
  return {
    default: claude,
    all,
    get: (name) => {
      const driver = all.find((each) => each.name === name);
      if (driver === undefined) throw new MakimaError('INVALID_AGENT', `There is no agent called ${JSON.stringify(name)}`);
      return driver;
    },
  };
};
