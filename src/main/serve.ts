import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { ConfigError, loadConfig, type Config } from '../config/config.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import { makeDirectories } from '../files/make-directories.ts';
import { readDaemonFile, removeDaemonFile, writeDaemonFile } from '../home/daemon-file.ts';
import { exposureNotice } from '../home/exposure.ts';
import { HomeInUseError, lockHome, type HomeLock } from '../home/lock.ts';
import { StartError } from '../home/start-error.ts';
import { ownerToken } from '../home/token.ts';
import { version } from '../version.ts';
import { startApp, type App } from './app.ts';
import { endOnce } from './end-once.ts';
import { giveMemoryBackAfterBursts } from './give-memory-back.ts';
import { keepYoungSmall } from './keep-young-small.ts';

type Reached = (point: string) => void;

/** The most that a shutdown takes, in milliseconds; then the process ends as it is, which loses nothing. */
const shutdownLimit = 4500;
/** From SIGKILL to the end of an agent that is being stopped. */
const killLimit = 2000;

/** The most that the daemon takes from a signal to its end, in milliseconds, where agents are stopped first: whoever runs it as a service waits longer. */
export const longestStop = ({ interruptGraceMs, terminateGraceMs }: Pick<Config, 'interruptGraceMs' | 'terminateGraceMs'>): number =>
  shutdownLimit + interruptGraceMs + terminateGraceMs + killLimit;

const openHome = async (home: string): Promise<HomeLock> => {
  try {
    await makeDirectories(home, 0o700);
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    return lockHome(home);
  } catch (error) {
    if (error instanceof HomeInUseError) {
      const other = await readDaemonFile(home);
      const where = other === null ? '' : ` (pid ${other.pid}, ${other.url})`;
      throw new StartError(
        `Another makima daemon runs on ${home}${where}. Use that one, stop it, or set MAKIMA_HOME to another directory.`,
      );
    }
    throw new StartError(
      `MAKIMA_HOME ${home} cannot be used: ${messageOf(error)}. Make it a directory that you can write to, or set MAKIMA_HOME to another one.`,
    );
  }
};

const start = async (config: Config, logger: Logger, adopt: boolean, reached: Reached | undefined): Promise<App> => {
  const announce = (where: { url: string; socket: string }): void => {
    writeDaemonFile(config.home, { pid: process.pid, ...where, version });
    greet(config, where);
  };
  try {
    return await startApp({ config, logger, ownerToken: await ownerToken(config.home), adopt, announce, ...(reached && { reached }) });
  } catch (error) {
    await removeDaemonFile(config.home);
    const address = `${config.host}:${config.port}`;
    if (codeOf(error) === 'EADDRINUSE')
      throw new StartError(`${address} is in use by another program. Set MAKIMA_PORT to a free port, or to 0 to have one picked.`);
    if (codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'ENOTFOUND')
      throw new StartError(`${address} is no address of this machine. Set MAKIMA_HOST to one that is, such as 127.0.0.1.`);
    if (codeOf(error) === 'EACCES') throw new StartError(`${messageOf(error)}. Choose another MAKIMA_PORT or MAKIMA_HOME.`);
    throw error;
  }
};

const say = (...lines: string[]): void => void process.stdout.write(lines.map((line) => `${line}\n`).join(''));

/** At the moment at which it takes requests. */
const greet = ({ home }: Config, { url, socket }: Pick<App, 'url' | 'socket'>): void => {
  const token = join(home, 'token');
  say(
    `makima ${version} listens on ${url} and ${socket}`,
    `Its token is in ${token}`,
    'Try:',
    `  curl -H "Authorization: Bearer $(cat '${token}')" ${url}/api/v1/mesh/info`,
  );
};

/** @returns whether a home that is a copy is to become one of its own */
const readArguments = (args: readonly string[]): boolean => {
  const unknown = args.find((arg) => arg !== '--adopt');
  if (unknown !== undefined)
    throw new StartError(
      `${JSON.stringify(unknown)} is no argument of makima. It takes --adopt, which makes a copied home one of its own; everything else is set by MAKIMA_* variables.`,
    );
  return args.length > 0;
};

const main = async (args: readonly string[], reached: Reached | undefined): Promise<void> => {
  const adopt = readArguments(args);
  const { config, warnings } = loadConfig(process.env, { homedir: homedir() });
  // Standard output is for what a person reads at the start; the log goes beside it.
  const log = pino.destination({ fd: 2, sync: true });
  const logger = pino({ level: config.logLevel }, log);
  // The terminal or the pipe may be gone before the daemon is: what would have been said there is no reason to end otherwise.
  const unheard = (): void => undefined;
  log.on('error', unheard);
  process.stdout.on('error', unheard);
  process.stderr.on('error', unheard);
  for (const warning of warnings) logger.warn(warning);
  const lock = await openHome(config.home);
  const starting = start(config, logger, adopt, reached);
  // Before it is ready: a signal in that moment would end the daemon as a kill does, and leave agents that it is to stop.
  // Agents that are stopped get the time that stopping one takes; where none is, nobody waits for it.
  endOnce(longestStop(config), async ({ signal, err }) => {
    const exit = config.stopAgents ? undefined : setTimeout(() => process.exit(1), shutdownLimit).unref();
    if (err !== null) logger.fatal({ err }, 'An unexpected error ends the daemon; running agents go on and are taken up at the next start');
    else logger.info(`${signal ?? 'Shutdown'}: shutting down; running agents ${config.stopAgents ? 'are stopped' : 'go on'}`);
    const app = await starting;
    if (app.isStopping()) clearTimeout(exit);
    await app.close({ stopAgents: config.stopAgents && err === null });
    await removeDaemonFile(config.home);
    lock.release();
  });
  const app = await starting;
  keepYoungSmall();
  giveMemoryBackAfterBursts();
  const exposure = await exposureNotice(config.host);
  say(...warnings, ...(exposure === null ? [] : [exposure]), ...app.notices, `API documentation: ${app.url}/docs`);
};

/**
 * Runs the daemon in this process, until a signal ends it. A start that fails ends the process with a message.
 * @param args - of the command line
 * @param reached - called at each point at which a crash must do no harm; for tests, which crash there
 */
export const serve = async (args: readonly string[], reached?: Reached): Promise<void> => {
  try {
    await main(args, reached);
  } catch (error) {
    const isPlain = [StartError, ConfigError, MakimaError].some((plain) => error instanceof plain);
    process.stderr.write(`makima: ${isPlain || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message)}\n`);
    process.exit(1);
  }
};
