import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AddCommand, Cli } from '../cli.ts';
import { daemonAt, isThere, type RunningDaemon } from '../daemon-at.ts';
import { lastLines, logOf, openLog } from '../daemon-log.ts';
import { Failure, exitCodes } from '../failure.ts';
import { connect } from '../../typescript/index.ts';
import { plain } from '../output/plain.ts';
import { counted } from '../output/sizes.ts';
import { stretch } from '../read-options.ts';

/** Between two looks, in milliseconds. */
const lookEvery = 50;

/** @returns what it became, null where the time was over first */
const until = async <T>(look: () => T | null | Promise<T | null>, timeout: number): Promise<T | null> => {
  const giveUpAt = Date.now() + timeout;
  for (;;) {
    const found = await look();
    if (found !== null || Date.now() >= giveUpAt) return found;
    await pause(lookEvery);
  }
};

const announce = async (cli: Cli, daemon: RunningDaemon, wasThere: boolean): Promise<void> => {
  const { screen, isJson, home } = cli;
  if (isJson) return screen.printJson({ ...daemon, home, log: logOf(home), wasThere });
  await screen.print(
    `makima ${daemon.version} ${wasThere ? 'runs already' : 'runs'}: ${daemon.url}\n  home ${home}, log ${logOf(home)}, process ${daemon.pid}\n`,
  );
};

/** @returns the daemon once it takes requests @throws Failure where it ends before, with its own words */
const startDaemon = async ({ launcher, home }: Cli, args: readonly string[], timeout: number): Promise<RunningDaemon> => {
  const { fd, from } = openLog(home);
  const [program, ...before] = launcher.self;
  const child = spawn(program, [...before, 'serve', ...args], {
    detached: true,
    stdio: ['ignore', fd, fd],
    env: { ...process.env, MAKIMA_HOME: home },
  });
  closeSync(fd);
  let failed: Error | null = null;
  child.on('error', (error) => (failed = error));
  const isOver = (): boolean => failed !== null || child.exitCode !== null || child.signalCode !== null;
  const found = await until(async () => {
    if (isOver()) return 'ended';
    const daemon = await daemonAt(home);
    return daemon?.pid === child.pid ? daemon : null;
  }, timeout);
  child.unref();
  if (found === null)
    throw new Failure(
      `The daemon (process ${child.pid ?? ''}) does not answer yet. It goes on starting: ${logOf(home)} says what it is at.`,
      { code: 'NOT_READY', exitCode: exitCodes.stillRunning },
    );
  if (found !== 'ended') return found;
  // Another `up` was quicker, whose daemon may be starting still.
  const said = plain(lastLines(home, from));
  const other = /Another makima daemon runs/.test(said) ? await until(() => daemonAt(home), timeout) : null;
  if (other !== null) return other;
  throw new Failure(`The daemon did not start. It said:\n${said.replace(/^/gm, '  ')}`, { code: 'START_FAILED' });
};

/** For the help, and for who puts an option before it: the daemon itself is run by the launcher, which loads nothing of this. */
export const addServe: AddCommand = (program) => {
  program
    .command('serve')
    .description(
      'run the daemon here, until a signal ends it; its agents go on and are taken up at the next start (`makima serve --adopt`: on a home that was copied, which becomes one of its own)',
    )
    .option('--adopt', 'make a home that was copied one of its own')
    .action(() => {
      throw new Failure(
        '`makima serve` takes no option but --adopt, and is set up by its environment: `MAKIMA_HOME=~/other makima serve`.',
      );
    });
};

export const addUp: AddCommand = (program, cli) => {
  program
    .command('up')
    .description('start the daemon in the background, and wait until it takes requests; its log is daemon.log in the home')
    .option('--adopt', 'make a home that was copied one of its own')
    .option('--timeout <time>', 'how long it is waited for', stretch, 60_000)
    .action(async ({ adopt, timeout }: { adopt?: boolean; timeout: number }) => {
      const there = await daemonAt(cli.home);
      if (there !== null) return announce(cli, there, true);
      cli.screen.progress('starting the daemon…');
      await announce(cli, await startDaemon(cli, adopt === true ? ['--adopt'] : [], timeout), false);
    });
};

/** How many agents are at work. */
const countAgents = async (home: string): Promise<number> => {
  const makima = await connect({ home, retryMs: 0 });
  try {
    const { counts } = await makima.info();
    return ['starting', 'running', 'paused', 'blocked'].reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  } finally {
    makima.close();
  }
};

export const addDown: AddCommand = (program, cli) => {
  program
    .command('down')
    .description('stop the daemon; its agents go on, and the next start takes them up (MAKIMA_STOP_AGENTS stops them too)')
    .option('--timeout <time>', 'how long its end is waited for', stretch, 60_000)
    .action(async ({ timeout }: { timeout: number }) => {
      const { screen, isJson, home } = cli;
      const daemon = await daemonAt(home);
      if (daemon === null) {
        if (isJson) return screen.printJson({ stopped: false, home });
        screen.note(`No daemon runs on ${home}.`);
        return;
      }
      const agents = await countAgents(home).catch(() => 0); // It ends at this moment.
      // It answered just now, so that what it wrote of itself is its own.
      process.kill(daemon.pid, 'SIGTERM');
      screen.progress('waiting until it has ended…');
      const isOver = await until(() => (isThere(daemon.pid) ? null : true), timeout);
      if (isOver === null)
        throw new Failure(`The daemon (process ${daemon.pid}) has not ended yet. ${logOf(home)} says what it is at.`, {
          code: 'STILL_RUNNING',
          exitCode: exitCodes.stillRunning,
        });
      if (isJson) return screen.printJson({ stopped: true, home, pid: daemon.pid, agents });
      const goOn =
        agents === 0
          ? ''
          : ` ${counted(agents, 'agent')} ${agents === 1 ? 'goes' : 'go'} on, but where MAKIMA_STOP_AGENTS is set; \`makima up\` takes them up again.`;
      await screen.print(`makima has ended.${goOn}\n`);
    });
};
