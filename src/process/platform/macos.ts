import { execa } from 'execa';
import type { ProcessInfo, ProcessPlatform, TableEntry } from './process-table.ts';

/** `lstart` is printed in local time: without a fixed zone a process would seem another one after a journey or a change to summer time. */
const env = { TZ: 'UTC', LC_ALL: 'C' };
const columns = 'pid=,ppid=,pgid=,stat=,lstart=';
/** Environments of all processes together; a machine with 2,000 processes of 4 KiB each prints 8 MB. */
const maxBuffer = 256 * 1024 * 1024;

const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+\d+:\d+:\d+\s+\d+)\s*$/;

/** Reads what `ps -o pid=,ppid=,pgid=,stat=,lstart=` prints, as ps(1) of macOS does. Its `sess` is a kernel address or 0, no session id. */
export const parseRows = (output: string): ProcessInfo[] =>
  output.split('\n').flatMap((line) => {
    const match = row.exec(line);
    if (match === null) return [];
    const [, pid, ppid, pgid, stat = '', startTime = ''] = match;
    return [
      {
        pid: Number(pid),
        ppid: Number(ppid),
        pgid: Number(pgid),
        sid: null,
        startTime: startTime.replace(/\s+/g, ' '),
        state: stateOf(stat),
      },
    ];
  });

const stateOf = (stat: string): ProcessInfo['state'] => {
  if (stat.startsWith('Z')) return 'zombie';
  return stat.startsWith('T') ? 'stopped' : 'running';
};

/** Reads what `ps -o pid=,command=` prints: the command line of each pid. */
export const parseCommands = (output: string): Map<number, string> =>
  new Map(
    output.split('\n').flatMap((line): [number, string][] => {
      const match = /^\s*(\d+) (.*)$/s.exec(line);
      return match === null ? [] : [[Number(match[1]), match[2] ?? '']];
    }),
  );

/**
 * The values that the environment which `ps -E` prints behind the command gives a variable.
 * @param command - the command line alone: an argument that reads like an entry (`grep MAKIMA_RUN_ID=…`) is no environment
 * @param commandAndEnvironment - the same with the environment
 */
export const marksIn = (command: string, commandAndEnvironment: string, variable: string): string[] =>
  commandAndEnvironment.startsWith(command)
    ? commandAndEnvironment
        .slice(command.length)
        .split(' ')
        .filter((entry) => entry.startsWith(`${variable}=`))
        .map((entry) => entry.slice(variable.length + 1))
    : [];

/** Reads what `lsof -F pn` prints: for each process a line `p<pid>`, and one `n<path>` for each file that it has open, its directory among them (lsof(8)). */
export const usersIn = (output: string, directory: string): number[] => {
  const pids = new Set<number>();
  let pid = 0;
  for (const line of output.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    else if (line.startsWith('n') && `${line.slice(1)}/`.startsWith(`${directory}/`)) pids.add(pid);
  }
  return [...pids];
};

const ps = async (...args: string[]): Promise<string> =>
  (await execa('/bin/ps', args, { env, maxBuffer, stripFinalNewline: false })).stdout;

// kern.boottime moves when the clock is set; this does not.
const readBootId = async (): Promise<string> => (await execa('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { env })).stdout.trim();
let bootId: string | null = null;

export const macos: ProcessPlatform = {
  bootId: async () => (bootId ??= await readBootId()),
  identify: async (pids) => {
    if (pids.length === 0) return new Map();
    // ps exits 1 where none of the pids exists, with nothing printed.
    const { stdout, exitCode, stderr } = await execa('/bin/ps', ['-o', columns, '-p', pids.join(',')], { env, maxBuffer, reject: false });
    if (exitCode !== 0 && stderr !== '') throw new Error(`ps failed: ${stderr}`);
    return new Map(parseRows(stdout).map((info) => [info.pid, info]));
  },
  table: async (variable) => {
    const [rows, commands, environments] = await Promise.all([
      ps('-ax', '-o', columns),
      ps('-axww', '-o', 'pid=,command='),
      ps('-axwwE', '-o', 'pid=,command='),
    ]);
    const command = parseCommands(commands);
    const environment = parseCommands(environments);
    return parseRows(rows).map((info): TableEntry => ({
      ...info,
      marks: marksIn(command.get(info.pid) ?? '\0', environment.get(info.pid) ?? '', variable),
    }));
  },
  usersOf: async (directory) => {
    // It exits 1 where it could not look at some of them, with the others printed.
    const user = String(process.getuid?.() ?? '');
    const { stdout } = await execa('/usr/sbin/lsof', ['-nPw', '-u', user, '-F', 'pn'], { env, maxBuffer, reject: false });
    return usersIn(stdout, directory);
  },
};
