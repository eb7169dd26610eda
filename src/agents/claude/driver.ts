import type { AgentSettings } from '../agent-settings.ts';
import { agentProgram, programOf, type AgentProgram } from '../detect-program.ts';
import type { AgentDriver } from '../driver.ts';
import { claudeCommand, type ClaudeSettings } from './command.ts';
import { claudeConversation } from './conversation.ts';
import { explainFailure, signIn } from './explain-failure.ts';
import { explainSilence } from './explain-silence.ts';
import { activities, readable } from './said.ts';
import { createRefusedEffort } from './refused-effort.ts';
import { fits } from './remembered-rule.ts';
import { createSignedOut } from './signed-out.ts';

/** The claude of MAKIMA_CLAUDE_COMMAND. */
const usualProgram = ({ command, preArgs, inheritedEnv, agentEnv }: ClaudeSettings): AgentProgram =>
  agentProgram({
    name: 'claude',
    command,
    versionArgs: [...preArgs, '--version'],
    env: { ...inheritedEnv, ...agentEnv },
    whereArgsGo: 'MAKIMA_CLAUDE_COMMAND is the program alone; its arguments go into MAKIMA_CLAUDE_PRE_ARGS',
    howToInstall:
      'Install it with `npm install -g @anthropic-ai/claude-code`, then sign in by running `claude` once, or set ANTHROPIC_API_KEY. Where it is installed elsewhere, set MAKIMA_CLAUDE_COMMAND to its path',
  });

const driverOf = (name: string, settings: ClaudeSettings, program: AgentProgram): AgentDriver => {
  const env = { ...settings.inheritedEnv, ...settings.agentEnv };
  const isSignedOut = createSignedOut(settings, env);
  const askRefusedEffort = createRefusedEffort(settings, env);

  const whyNotSignedIn = async (): Promise<string | null> => {
    const found = await program.answering();
    if (found === null || !(await isSignedOut(found.path, found.said))) return null;
    return `${settings.command} is not signed in (\`claude auth status\` says so): tasks fail but where a repository's own settings bring a key. ${signIn}`;
  };

  return {
    name,
    takesMessagesInTurn: true,
    takesReasons: true,
    endsWithInput: true,
    hasOneTurn: false,
    detect: () => program.detect(),
    whyNotSignedIn,
    refusedEffort: async (effort) => {
      const found = await program.answering();
      return found && askRefusedEffort(found.path, found.said, effort);
    },
    command: (launch) => claudeCommand(settings, program.path(), launch),
    converse: claudeConversation,
    fits,
    activities,
    readable,
    explainSilence,
    explainFailure,
  };
};

/**
 * The driver for Claude Code, spoken to over `--input-format stream-json` and `--output-format stream-json`;
 * measured with 2.1.100 and 2.1.330.
 */
export const claudeDriver = (settings: ClaudeSettings): AgentDriver => driverOf('claude', settings, usualProgram(settings));

/** A claude beside the usual one: another account, another version, other arguments. */
export const furtherClaude = (settings: AgentSettings): AgentDriver => {
  const { name, command, args, env: agentEnv, inheritedEnv, enablePermissions } = settings;
  const ofClaude: ClaudeSettings = { command, preArgs: [], args, enablePermissions, disableVerbose: false, agentEnv, inheritedEnv };
  return driverOf(name, ofClaude, programOf(settings));
};
