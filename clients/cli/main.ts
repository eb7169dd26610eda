import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { connect, type Makima } from '../typescript/index.ts';
import type { Cli } from './cli.ts';
import { commandGroups } from './commands/index.ts';
import { Failure, GivenUp, exitCodes, type ExitCode } from './failure.ts';
import type { Launcher } from './launcher.ts';
import { errorText, toldOf } from './output/errors.ts';
import { createScreen } from './output/screen.ts';
import { makeProgram } from './program.ts';

interface GlobalOptions {
  json?: boolean;
  home?: string;
  url?: string;
}

const homeOf = (given: string | undefined): string => {
  const home = given ?? process.env['MAKIMA_HOME'] ?? '';
  if (home === '') return join(homedir(), '.makima');
  return resolve(home.replace(/^~(?=\/|$)/, homedir));
};

/** The signal of the first Ctrl-C; a second one ends the process, as does the first where nobody asked for it. */
const untilInterrupted = (): Pick<Cli, 'interrupted' | 'giveUp'> => {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(new GivenUp());
  let isAsked = false;
  return {
    giveUp,
    interrupted: () => {
      if (!isAsked) process.once('SIGINT', giveUp);
      isAsked = true;
      return controller.signal;
    },
  };
};

/**
 * Runs the command line. What fails is said on standard error and told by the exit status; nothing is thrown.
 * @param args - what was typed behind `makima`
 */
export const run = async (args: readonly string[], launcher: Launcher): Promise<void> => {
  const screen = createScreen(process);
  let exitCode: ExitCode = exitCodes.done;
  const connections: Promise<Makima>[] = [];
  const given = (): GlobalOptions => program.opts<GlobalOptions>();
  const cli: Cli = {
    screen,
    launcher,
    get isJson() {
      return given().json === true;
    },
    get home() {
      return homeOf(given().home);
    },
    connect: () => {
      const { home, url } = given();
      const token = process.env['MAKIMA_TOKEN'];
      const [first] = connections;
      if (first) return first;
      const connecting = connect({
        ...(url !== undefined && { url, ...(token !== undefined && { token }) }),
        ...(url === undefined && home !== undefined && { home: homeOf(home) }),
      });
      connections.push(connecting);
      return connecting;
    },
    endWith: (code) => {
      exitCode = code > exitCode ? code : exitCode;
    },
    tell: (error) => cli.endWith(failed(error, cli)),
    ...untilInterrupted(),
  };
  const program = makeProgram(cli, commandGroups);
  try {
    if (args.length === 0) throw new Failure(`It needs a command.\n\n${program.helpInformation()}`);
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    exitCode = failed(error, cli);
  } finally {
    screen.progress(null);
    // One that was never there has been told of.
    for (const connecting of connections) await connecting.then((made) => made.close()).catch(() => undefined);
  }
  process.exitCode = exitCode;
};

/** Tells what was thrown. @returns the exit status */
const failed = (error: unknown, { screen, home }: Cli): ExitCode => {
  if (error instanceof GivenUp) return exitCodes.cancelled;
  // Commander has said what it found, or what was asked for: help and the version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.failed;
  const told = toldOf(error, home);
  if (told !== null) {
    screen.note(errorText(told));
    return told.exitCode;
  }
  screen.note(`makima: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCodes.failed;
};
