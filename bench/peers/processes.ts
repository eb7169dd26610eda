/** A process with all that it starts: how much memory it takes, and its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const childrenOf = (): Map<number, number[]> => {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
    } catch {
      // It has ended.
    }
  }
  return children;
};

/** The process and all below it. */
const treeOf = (pid: number): number[] => {
  const children = childrenOf();
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  return tree;
};

export interface Memory {
  /** What is resident, in megabytes; what several processes share counts for each. */
  rss: number;
  /** What they share counts once in all, with whoever else on the machine has it mapped. */
  pss: number;
}

export const memoryOf = (pid: number): Memory => {
  const memory: Memory = { rss: 0, pss: 0 };
  for (const member of treeOf(pid)) {
    try {
      const rollup = readFileSync(`/proc/${member}/smaps_rollup`, 'utf8');
      const megabytes = (what: string): number => Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
      memory.rss += megabytes('Rss');
      memory.pss += megabytes('Pss');
    } catch {
      // It has ended.
    }
  }
  return memory;
};

const started = new Set<ChildProcess>();
const kill = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
};

/** Starts it in a session of its own; it ends with this process too. */
export const start = (command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): ChildProcess => {
  const child = spawn(command, args, { ...options, detached: true, stdio: 'ignore' });
  started.add(child);
  return child;
};

process.once('exit', () => {
  for (const { pid } of started) if (pid !== undefined) kill(treeOf(pid));
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Asks it to end, and kills what is left of the tree that it had. */
export const end = async (child: ChildProcess): Promise<void> => {
  const { pid } = child;
  if (pid === undefined) return;
  const tree = treeOf(pid);
  const gone = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, delay(5000)]);
  kill(tree);
  await gone;
  started.delete(child);
};
