import type { AgentCommand } from '../driver.ts';

export interface ClaudeSettings {
  /** A command found on the PATH, or a path, with `~` for the home. MAKIMA_CLAUDE_COMMAND */
  command: string;
  /** Before the driver's own arguments. MAKIMA_CLAUDE_PRE_ARGS */
  preArgs: readonly string[];
  /** After the driver's own arguments. MAKIMA_CLAUDE_ARGS */
  args: readonly string[];
  /** The agent asks before it acts: `--dangerously-skip-permissions` is left out. MAKIMA_ENABLE_PERMISSIONS */
  enablePermissions: boolean;
  /** `--verbose` is left out; claude up to 2.1.330 refuses stream-json without it. MAKIMA_DISABLE_VERBOSE */
  disableVerbose: boolean;
  /** Added to the agent's environment. MAKIMA_AGENT_ENV */
  agentEnv: Readonly<Record<string, string>>;
  /** The environment that the agent inherits, where PATH and HOME are looked up. */
  inheritedEnv: Readonly<Record<string, string | undefined>>;
}

/**
 * The command of a run.
 *
 * IS_SANDBOX is not set here, also not for root: claude refuses to skip permissions as root unless someone vouches for a
 * sandbox, and only the user can know that there is one. explainFailure says how.
 * @param path - the program's absolute path
 */
export const claudeCommand = (settings: ClaudeSettings, path: string): AgentCommand => ({
  command: path,
  args: [
    ...settings.preArgs,
    '--output-format',
    'stream-json',
    '--input-format',
    'stream-json',
    ...(settings.disableVerbose ? [] : ['--verbose']),
    ...(settings.enablePermissions ? [] : ['--dangerously-skip-permissions']),
    '-p',
    ...settings.args,
  ],
  env: { ...settings.agentEnv },
});
