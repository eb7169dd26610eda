import { actsUnasked } from '../acts-unasked.ts';
import type { AgentCommand, AgentLaunch } from '../driver.ts';

export interface ClaudeSettings {
  /** A command found on the PATH, or a path, with `~` for the home. MAKIMA_CLAUDE_COMMAND */
  command: string;
  /** Before the driver's own arguments. MAKIMA_CLAUDE_PRE_ARGS */
  preArgs: readonly string[];
  /** After the driver's own arguments. MAKIMA_CLAUDE_ARGS */
  args: readonly string[];
  /** The agent asks before it does what its own rules do not allow: `--dangerously-skip-permissions` is left out. MAKIMA_ENABLE_PERMISSIONS */
  enablePermissions: boolean;
  /** `--verbose` is left out; claude up to 2.1.330 refuses stream-json without it. MAKIMA_DISABLE_VERBOSE */
  disableVerbose: boolean;
  /** Added to the agent's environment. MAKIMA_AGENT_ENV */
  agentEnv: Readonly<Record<string, string>>;
  /** The environment that the agent inherits, where PATH and HOME are looked up. */
  inheritedEnv: Readonly<Record<string, string | undefined>>;
}

const skip = '--dangerously-skip-permissions';

/** Who asks is answered over stdin (stdin.ts). `--permission-prompt-tool` is not in the help of 2.1.330, and works. */
const ask = ['--permission-prompt-tool', 'stdio'];

/**
 * What asking over stdin brings along beside questions to the user, and an agent that acts unasked is to go on without: it would
 * stop and wait until somebody approves its plan. Measured with 2.1.330; claude adds what the user disallows to it.
 */
const withoutPlans = ['--disallowedTools', 'EnterPlanMode,ExitPlanMode'];

/**
 * Questions to the user are asked in either mode: claude has AskUserQuestion only where somebody can be asked. Where a policy of the user's
 * forbids it to skip permissions, it asks for what its rules do not allow though it is told not to.
 */
const permissionArgs = (isUnasked: boolean): string[] => (isUnasked ? [skip, ...ask, ...withoutPlans] : ask);

/** An option with its value, nothing where there is none. */
const option = (name: string, value: string | number | null | undefined): string[] => (value == null ? [] : [name, String(value)]);

/** A bound of the user's own stays: the one that a run asks for may be wider, and is looked after by the daemon in any case. */
const unlessSaid = (own: readonly string[], name: string, value: number | undefined): string[] =>
  own.some((arg) => arg === name || arg.startsWith(`${name}=`)) ? [] : option(name, value);

/** What a run asks for. It stands after the user's own arguments, since claude takes the last of two. */
const launchArgs = ({ session, model, effort, budget, mcp }: AgentLaunch, own: readonly string[]): string[] => [
  ...option('--resume', session),
  ...option('--model', model),
  ...option('--effort', effort),
  ...unlessSaid(own, '--max-budget-usd', budget?.maxCostUsd),
  ...unlessSaid(own, '--max-turns', budget?.maxTurns),
  ...option('--mcp-config', mcp && JSON.stringify({ mcpServers: mcp })),
];

/**
 * The command of a run.
 *
 * IS_SANDBOX is not set here, also not for root: claude refuses to skip permissions as root unless someone vouches for a
 * sandbox, and only the user can know that there is one. explainFailure says how.
 * @param path - the program's absolute path
 */
export const claudeCommand = (settings: ClaudeSettings, path: string, launch: AgentLaunch): AgentCommand => ({
  command: path,
  args: [
    ...settings.preArgs,
    '--output-format',
    'stream-json',
    '--input-format',
    'stream-json',
    ...(settings.disableVerbose ? [] : ['--verbose']),
    ...permissionArgs(actsUnasked(launch, settings)),
    '-p',
    ...settings.args,
    ...launchArgs(launch, settings.args),
  ],
  env: { ...settings.agentEnv },
  actsUnasked: actsUnasked(launch, settings),
});
