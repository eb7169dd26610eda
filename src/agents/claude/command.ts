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
 * What an agent does not inherit. A claude sets some of these for the commands it runs, and one started from there would
 * take itself for a part of the other; settings of the user's own such as CLAUDE_CONFIG_DIR or CLAUDE_CODE_USE_BEDROCK stay.
 * The daemon's settings are not the agent's, and what `npm start` tells its script would turn the agent's own npm to
 * makima's package.
 */
const withoutEnv = [
  'CLAUDECODE*',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_CODE_EXECPATH',
  'CLAUDE_AGENT_SDK_VERSION',
  'CLAUDE_PID',
  'MAKIMA_*',
  'npm_lifecycle_*',
  'npm_package_*',
  'npm_command',
  'npm_execpath',
  'npm_node_execpath',
  'npm_config_local_prefix',
  'INIT_CWD',
];

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
  withoutEnv: [...withoutEnv],
});
