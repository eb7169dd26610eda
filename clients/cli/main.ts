import { CommanderError } from 'commander';
import { homeOf } from '../typescript/home.ts';
import { findPlace } from '../typescript/find-place.ts';
import { connect, type ConnectOptions, type Makima } from '../typescript/index.ts';
import { makeTransport } from '../typescript/transport.ts';
import type { Cli } from './cli.ts';
import { commandGroups } from './commands/index.ts';
import { Failure, GivenUp, exitCodes, type ExitCode } from './failure.ts';
import type { Launcher } from './launcher.ts';
import { errorText, toldOf } from './output/errors.ts';
import { createScreen, type Screen } from './output/screen.ts';
import { makeProgram } from './program.ts';

interface GlobalOptions {
  json?: boolean;
  home?: string;
  url?: string;
}

/** An empty word for it is as good as none. */
const homeGiven = (given: string | undefined): string => {
  const home = given ?? process.env['MAKIMA_HOME'] ?? '';
  return homeOf(home === '' ? undefined : home);
};

/** Whether the daemon is one at an address, and none of a home: by --url, or by the environment as the client reads it. */
const isAtAddress = ({ url, home }: GlobalOptions, env = process.env): boolean => {
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  return url !== undefined || (home === undefined && (has('MAKIMA_URL') || (has('MAKIMA_API_URL') && has('MAKIMA_API_KEY'))));
};

/** Where the options say that the daemon is. */
const placeGiven = ({ url, home }: GlobalOptions): ConnectOptions => {
  const token = process.env['MAKIMA_TOKEN'];
  if (url !== undefined) return { url, ...(token !== undefined && { token }) };
  return home === undefined ? {} : { home: homeGiven(home) };
};

/** What is no address is a mistake of whoever wrote it, and none of the program's. @throws Failure for one; any other as it is */
const ofAddress = (error: unknown): never => {
  throw error instanceof TypeError ? new Failure(`${error.message}.`) : error;
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
  const placeOf = (): string | null => (isAtAddress(given()) ? null : homeGiven(given().home));
  const cli: Cli = {
    screen,
    launcher,
    get isJson() {
      return given().json === true;
    },
    get home() {
      return homeGiven(given().home);
    },
    connect: () => {
      const [first] = connections;
      if (first) return first;
      const connecting = connect(placeGiven(given())).catch(ofAddress);
      connections.push(connecting);
      return connecting;
    },
    transport: () => {
      try {
        return makeTransport({ find: findPlace(placeGiven(given())), patienceMs: 0 });
      } catch (error) {
        return ofAddress(error);
      }
    },
    endWith: (code) => {
      exitCode = code > exitCode ? code : exitCode;
    },
    tell: (error) => cli.endWith(failed(error, screen, placeOf())),
    ...untilInterrupted(),
  };
  const program = makeProgram(cli, commandGroups);
  try {
    if (args.length === 0) throw new Failure(`It needs a command.\n\n${program.helpInformation()}`);
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    exitCode = failed(error, screen, placeOf());
  } finally {
    screen.progress(null);
    // One that was never there has been told of.
    for (const connecting of connections) await connecting.then((made) => made.close()).catch(() => undefined);
  }
  process.exitCode = exitCode;
};

/** Tells what was thrown. @param home - whose daemon is meant; null where it is one at an address @returns the exit status */
const failed = (error: unknown, screen: Screen, home: string | null): ExitCode => {
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
