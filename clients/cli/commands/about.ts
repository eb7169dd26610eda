import { spawn } from 'node:child_process';
import type { Info } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { exitCodes } from '../failure.ts';
import { agentLines } from './agents.ts';
import type { Finding } from '../launcher.ts';
import { plain } from '../output/plain.ts';
import type { Screen } from '../output/screen.ts';
import { shortSize } from '../output/sizes.ts';
import { shortTime } from '../output/times.ts';

const usageNames: Readonly<Record<string, string>> = {
  worktreeBytes: 'worktrees',
  repositoryBytes: 'repositories',
  cacheBytes: 'caches',
  keptBytes: 'kept of deleted tasks',
  preparedBytes: 'prepared worktrees',
  runBytes: 'runs',
};

/** The largest first; what takes nothing is not told. */
const usageLine = ({ measuredAt, logBytes, ...usage }: Info['disk']['usage'], now: number): string => {
  if (measuredAt === null) return '         what else takes how much is measured some minutes after the first start\n';
  const parts = Object.entries(usage)
    .filter(([, bytes]) => bytes > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, bytes]) => `${usageNames[name] ?? name} ${shortSize(bytes)}`);
  return parts.length === 0 ? '' : `         ${parts.join(', ')}; measured ${shortTime(now - Date.parse(measuredAt))} ago\n`;
};

/** Limits that agents' accounts have come to, a line each. */
const limitLines = (limits: Info['usageLimits'], now: number): string[] =>
  limits.map(({ agent, until, parked }) => {
    const end = until === null ? 'nobody knows when it is over' : `over at ${until}, in ${shortTime(Date.parse(until) - now)}`;
    return `Account: ${plain(agent)}'s has come to its limit, ${end}; nothing of it starts until then${parked === 0 ? '' : `, ${parked} parked`}\n`;
  });

const infoLines = (info: Info, url: string, screen: Screen, now: number): string => {
  const isShown = ({ path, isDefault }: Info['agents'][number]): boolean => path !== null || isDefault;
  const others = info.agents.filter((agent) => !isShown(agent)).map(({ name }) => plain(name));
  const counts = Object.entries(info.counts).filter(([, count]) => count > 0);
  return [
    `makima ${plain(info.version)} at ${plain(url)}, for ${shortTime(now - Date.parse(info.startedAt))}\n`,
    `Home:    ${plain(info.home)}\n`,
    `Disk:    ${shortSize(info.disk.freeBytes)} free of ${shortSize(info.disk.totalBytes)}; logs take ${shortSize(info.disk.logBytes)}\n`,
    usageLine(info.disk.usage, now),
    `Tasks:   ${counts.length === 0 ? 'none' : counts.map(([status, count]) => `${count} ${status}`).join(', ')}\n`,
    `Limits:  ${Object.entries(info.limits)
      .map(([name, limit]) => `${name} ${limit}`)
      .join(', ')}\n`,
    ...limitLines(info.usageLimits, now),
    'Agents:\n',
    agentLines(info.agents.filter(isShown), screen).replace(/^(?!$)/gm, '  '),
    others.length === 0 ? '' : `  not installed: ${others.join(', ')} (\`makima agents\` says how to have them)\n`,
  ].join('');
};

export const addInfo: AddCommand = (program, cli) => {
  program
    .command('info')
    .description('what the daemon is and has: its version, agents, limits, disk and tasks')
    .action(async () => {
      const makima = await cli.connect();
      const info = await makima.info();
      await (cli.isJson ? cli.screen.printJson(info) : cli.screen.print(infoLines(info, makima.url, cli.screen, Date.now())));
    });
};

const marks = { good: ['green', '✓'], note: ['yellow', '!'], bad: ['red', '✗'] } as const;

const findingLines = ({ what, state, says, remedy }: Finding, { paint }: Screen): string => {
  const [colour, mark] = marks[state];
  return `${paint(colour, mark)} ${paint('bold', what)}: ${plain(says)}\n${remedy === null ? '' : `    ${plain(remedy).replaceAll('\n', '\n    ')}\n`}`;
};

export const addDoctor: AddCommand = (program, cli) => {
  program
    .command('doctor')
    .description('look whether all is there that makima needs, and say what to do where it is not; the daemon need not run')
    .action(async () => {
      const { screen, isJson, launcher, home } = cli;
      const findings = await launcher.examine({ ...process.env, MAKIMA_HOME: home });
      for (const finding of findings) await (isJson ? screen.printJson(finding) : screen.print(findingLines(finding, screen)));
      const bad = findings.filter(({ state }) => state === 'bad').length;
      if (bad > 0) cli.endWith(exitCodes.failed);
      else if (!isJson) screen.note('All is there that makima needs.');
    });
};

/** What opens an address in the user's browser; null where there is no desktop. */
const openerOf = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null => {
  if (platform === 'darwin') return 'open';
  return env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined ? null : 'xdg-open';
};

export const addOpen: AddCommand = (program, cli) => {
  program
    .command('open')
    .description("open the daemon's page in the browser, and print its address")
    .option('--print', 'only print it')
    .action(async ({ print }: { print?: boolean }) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const url = `${makima.url}/docs`;
      await (isJson ? screen.printJson({ url }) : screen.print(`${url}\n`));
      const opener = openerOf(process.platform, process.env);
      if (print === true || isJson || !screen.isTerminal || opener === null) return;
      // Where there is no such program the address is there to be copied.
      spawn(opener, [url], { stdio: 'ignore', detached: true })
        .on('error', () => undefined)
        .unref();
    });
};
