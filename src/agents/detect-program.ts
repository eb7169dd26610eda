import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import PQueue from 'p-queue';
import { MakimaError, messageOf } from '../errors.ts';
import type { AgentSettings } from './agent-settings.ts';
import { askProgram, type ProgramAnswer } from './ask-program.ts';
import type { AgentInstallation } from './installation.ts';
import { findProgram, searchedFolders } from './find-program.ts';
import { readVersion } from './read-version.ts';

export interface ProgramSettings {
  /** The agent's. */
  name: string;
  /** Found on the PATH, or a path, with `~` for the home. */
  command: string;
  /** By which it says its version. */
  versionArgs: readonly string[];
  /** It is looked for and asked with this environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** What somebody is told who has written arguments into the command. */
  whereArgsGo: string;
  /** Without its last full stop. */
  howToInstall: string;
}

/** An agent's program on this machine. */
export interface AgentProgram {
  /** Whether and where it is there, and its version. Never throws: a problem is part of the answer. */
  detect(): Promise<AgentInstallation>;
  /** Its absolute path, and all that it says to the question for its version; null where it cannot be asked. */
  answering(): Promise<{ path: string; said: string } | null>;
  /** Its absolute path. @throws MakimaError AGENT_NOT_FOUND */
  path(): string;
}

/** Some answer in a hundredth of a second, some need three: all at once they would take a small machine from whoever works on it. */
const lane = new PQueue({ concurrency: 2 });

/** How long no answer is taken for one, in milliseconds: a busy machine passes, and one that says nothing was waited for a while. */
const silenceKeptMs = 60_000;

/**
 * Looks for an agent's program each time that it is asked for, so that one which is installed later is found. One that is not there costs
 * no process, and one that is there a process once, until its file changes.
 */
export const agentProgram = (settings: ProgramSettings): AgentProgram => {
  const { name, command, versionArgs, env, howToInstall } = settings;
  const find = (): string | null => findProgram(command, env);
  const notFound = (): string => {
    const where = command.includes('/')
      ? `is no program that can be run${existsSync(command) ? ', though it is there: `chmod +x` makes a file one' : ''}`
      : `was not found on the PATH (looked in ${searchedFolders(env)})`;
    const hint = command.includes(' ') ? ` (${settings.whereArgsGo})` : '';
    return `${command} ${where}${hint}. ${howToInstall}`;
  };

  // Twenty tasks that start at once, and every GET of the daemon's info, ask for the version: one process answers until the file changes.
  let last: { key: string; until: number; answer: Promise<ProgramAnswer | string> } | null = null;
  const ask = async (path: string): Promise<ProgramAnswer | string> => {
    const { mtimeMs, size, ino } = await stat(path);
    const key = JSON.stringify([path, mtimeMs, size, ino]);
    if (last !== null && last.key === key && performance.now() < last.until) return last.answer;
    const answer = lane.add(() => askProgram(path, versionArgs, env));
    const asked = { key, until: Infinity, answer };
    last = asked;
    // Only a version stays true for as long as the file does. What cannot be run may be as soon as somebody has put that right.
    const { kind } = readVersion(await answer);
    if (kind !== 'version') asked.until = kind === 'silent' ? performance.now() + silenceKeptMs : 0;
    return answer;
  };

  return {
    detect: async () => {
      const installation: AgentInstallation = { name, command, path: find(), version: null, problem: null };
      if (installation.path === null) return { ...installation, problem: notFound() };
      try {
        const answer = readVersion(await ask(installation.path));
        if (answer.kind === 'unusable')
          return { ...installation, problem: `${installation.path} cannot be run: ${answer.reason}. ${howToInstall}` };
        return { ...installation, version: answer.kind === 'version' ? answer.version : null };
      } catch (error) {
        return { ...installation, problem: `${installation.path} cannot be run: ${messageOf(error)}. ${howToInstall}` };
      }
    },
    answering: async () => {
      const path = find();
      // One that is gone meanwhile is what detect tells of.
      const answer = path === null ? null : await ask(path).catch(() => null);
      return path === null || answer === null || typeof answer === 'string' ? null : { path, said: answer.stdout };
    },
    path: () => {
      const path = find();
      if (path === null) throw new MakimaError('AGENT_NOT_FOUND', notFound());
      return path;
    },
  };
};

/** The program of an agent of the table, which says its version for `--version`. */
export const programOf = ({ name, command, env, inheritedEnv, howToInstall }: AgentSettings): AgentProgram =>
  agentProgram({
    name,
    command,
    versionArgs: ['--version'],
    env: { ...inheritedEnv, ...env },
    whereArgsGo: 'the command is the program alone; its arguments go into args, beside it in MAKIMA_AGENTS',
    howToInstall,
  });
