import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MakimaError, messageOf } from '../../errors.ts';
import { askProgram, type ProgramAnswer } from '../ask-program.ts';
import { readVersion } from '../read-version.ts';
import type { AgentDriver, AgentInstallation } from '../driver.ts';
import { findProgram, searchedFolders } from '../find-program.ts';
import { claudeCommand, type ClaudeSettings } from './command.ts';
import { claudeConversation } from './conversation.ts';
import { explainFailure, signIn } from './explain-failure.ts';
import { explainSilence } from './explain-silence.ts';
import { activities, readable } from './said.ts';
import { createRefusedEffort } from './refused-effort.ts';
import { fits } from './remembered-rule.ts';
import { createSignedOut } from './signed-out.ts';

const howToInstall =
  'Install it with `npm install -g @anthropic-ai/claude-code`, then sign in by running `claude` once, or set ANTHROPIC_API_KEY. Where it is installed elsewhere, set MAKIMA_CLAUDE_COMMAND to its path';

/**
 * The driver for Claude Code, spoken to over `--input-format stream-json` and `--output-format stream-json`;
 * measured with 2.1.100 and 2.1.330.
 */
export const claudeDriver = (settings: ClaudeSettings): AgentDriver => {
  const env = { ...settings.inheritedEnv, ...settings.agentEnv };
  const find = (): string | null => findProgram(settings.command, env);
  const notFound = (): string => {
    const where = settings.command.includes('/')
      ? `is no program that can be run${existsSync(settings.command) ? ', though it is there: `chmod +x` makes a file one' : ''}`
      : `was not found on the PATH (looked in ${searchedFolders(env)})`;
    const hint = settings.command.includes(' ')
      ? ' (MAKIMA_CLAUDE_COMMAND is the program alone; its arguments go into MAKIMA_CLAUDE_PRE_ARGS)'
      : '';
    return `${settings.command} ${where}${hint}. ${howToInstall}`;
  };

  // Twenty tasks that start at once, and every GET of the daemon's info, ask for the version: one process answers until the file changes.
  let last: { key: string; answer: Promise<ProgramAnswer | string> } | null = null;
  const askForVersion = async (path: string): Promise<ProgramAnswer | string> => {
    const { mtimeMs, size, ino } = await stat(path);
    const key = JSON.stringify([path, mtimeMs, size, ino]);
    if (last?.key === key) return last.answer;
    const answer = askProgram(path, [...settings.preArgs, '--version'], env);
    last = { key, answer };
    const outcome = await answer;
    // A busy machine or a missing interpreter passes; only a version stays true for as long as the file does.
    if (readVersion(outcome).kind !== 'version' && last.answer === answer) last = null;
    return outcome;
  };

  const detect = async (): Promise<AgentInstallation> => {
    const installation: AgentInstallation = { name: 'claude', command: settings.command, path: find(), version: null, problem: null };
    if (installation.path === null) return { ...installation, problem: notFound() };
    try {
      const answer = readVersion(await askForVersion(installation.path));
      if (answer.kind === 'unusable')
        return { ...installation, problem: `${installation.path} cannot be run: ${answer.reason}. ${howToInstall}` };
      return { ...installation, version: answer.kind === 'version' ? answer.version : null };
    } catch (error) {
      return { ...installation, problem: `${installation.path} cannot be run: ${messageOf(error)}. ${howToInstall}` };
    }
  };

  const isSignedOut = createSignedOut(settings, env);
  const askRefusedEffort = createRefusedEffort(settings, env);
  /** The program and what it says to `--version`. One that is gone meanwhile is what detect tells of. */
  const answering = async (): Promise<{ path: string; said: string } | null> => {
    const path = find();
    const answer = path === null ? null : await askForVersion(path).catch(() => null);
    return path === null || answer === null || typeof answer === 'string' ? null : { path, said: answer.stdout };
  };

  const whyNotSignedIn = async (): Promise<string | null> => {
    const program = await answering();
    if (program === null || !(await isSignedOut(program.path, program.said))) return null;
    return `${settings.command} is not signed in (\`claude auth status\` says so): tasks fail but where a repository's own settings bring a key. ${signIn}`;
  };

  return {
    name: 'claude',
    takesMessagesInTurn: true,
    endsWithInput: true,
    hasOneTurn: false,
    detect,
    whyNotSignedIn,
    refusedEffort: async (effort) => {
      const program = await answering();
      return program && askRefusedEffort(program.path, program.said, effort);
    },
    command: (launch) => {
      const path = find();
      if (path === null) throw new MakimaError('AGENT_NOT_FOUND', notFound());
      return claudeCommand(settings, path, launch);
    },
    converse: claudeConversation,
    fits,
    activities,
    readable,
    explainSilence,
    explainFailure,
  };
};
