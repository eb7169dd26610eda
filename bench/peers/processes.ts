/** All processes of one measurement, by a mark in their environment: how much memory they take, and their end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const variable = 'MKB_PEER';

/** What one measurement leaves behind goes with it, processes and files, also where it fails or this process is stopped. */
export interface Scratch {
  directory: string;
  /** For the environment of whatever is started: what it starts itself has it too, wherever in the process tree that ends up. */
  mark: Readonly<Record<string, string>>;
}

const open = new Map<string, Scratch>();

/** Its processes that are there. */
const processesOf = ({ mark }: Scratch): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1')
          .split('\0')
          .includes(`${variable}=${mark[variable] ?? ''}`);
      } catch {
        return false; // It has ended.
      }
    });

const killAll = (scratch: Scratch): number => {
  const pids = processesOf(scratch);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  return pids.length;
};

/** Who is being killed may start another one meanwhile. */
const clear = (scratch: Scratch): void => {
  for (let tries = 0; tries < 50 && killAll(scratch) > 0; tries += 1);
  rmSync(scratch.directory, { recursive: true, force: true, maxRetries: 5 });
  open.delete(scratch.directory);
};

export const inScratch = async <T>(work: (scratch: Scratch) => Promise<T>): Promise<T> => {
  const directory = mkdtempSync(join(tmpdir(), 'mkb-peer-'));
  const scratch = { directory, mark: { [variable]: directory } };
  open.set(directory, scratch);
  try {
    return await work(scratch);
  } finally {
    while (killAll(scratch) > 0) await delay(20);
    clear(scratch);
  }
};

process.once('exit', () => {
  for (const scratch of open.values()) clear(scratch);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

export interface Memory {
  /** What is resident, in megabytes; what several processes share counts for each. */
  rss: number;
  /** What they share counts once in all, with whoever else on the machine has it mapped. */
  pss: number;
}

export const memoryOf = (scratch: Scratch): Memory => {
  const memory: Memory = { rss: 0, pss: 0 };
  for (const pid of processesOf(scratch)) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const megabytes = (what: string): number => Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
      memory.rss += megabytes('Rss');
      memory.pss += megabytes('Pss');
    } catch {
      // It has ended.
    }
  }
  return memory;
};

export const start = (command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): ChildProcess => {
  const child = spawn(command, args, { ...options, detached: true, stdio: 'ignore' });
  // Whoever waits until it serves says that it does not.
  child.once('error', () => undefined);
  return child;
};

/** Asks it to end, as its user would, and waits a little. */
export const end = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, delay(5000, undefined, { ref: false })]);
};
