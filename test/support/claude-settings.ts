import type { ClaudeSettings } from '../../src/agents/index.ts';

/** Of a claude that nobody has set up in any way, and what is given. */
export const claudeSettings = (given: Partial<ClaudeSettings> = {}): ClaudeSettings => ({
  command: 'claude',
  preArgs: [],
  args: [],
  enablePermissions: false,
  disableVerbose: false,
  agentEnv: {},
  inheritedEnv: {},
  ...given,
});
