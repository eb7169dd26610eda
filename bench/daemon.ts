/** The daemon as its users have it: the built package in a process of its own, spoken to over HTTP alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageOf, thisTree } from './trees.ts';

/** What is measured: this tree, or another one. */
export const root = process.env['BENCH_ROOT'] ?? thisTree;
/** The agents are this tree's in any case. */
export const agentPath = (name: string): string => join(import.meta.dirname, 'agents', name);

/** What there is while something is measured, for when it is broken off. */
const scratches = new Set<string>();
const homes = new Set<string>();
const daemons = new Set<ChildProcess>();

process.once('exit', () => {
  for (const daemon of daemons) daemon.kill('SIGKILL');
  for (const home of homes) endAgents(home);
  for (const directory of scratches) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** A directory that goes when `work` is over, with the agents that go on when the daemons of homes in it have ended. */
export const inScratch = async <T>(work: (directory: string) => Promise<T>, below = tmpdir()): Promise<T> => {
  const directory = mkdtempSync(join(below, 'mkb-'));
  scratches.add(directory);
  try {
    return await work(directory);
  } finally {
    for (const home of homes) if (home.startsWith(directory)) endAgents(home);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    scratches.delete(directory);
  }
};

let packed = process.env['BENCH_PACKAGE'];

export interface Use {
  /** Processor time so far, in milliseconds, of the daemon and of what it started and has waited for. */
  cpuMs: number;
  /** Resident memory, in bytes. */
  rss: number;
}

const ticksMs = 10; // USER_HZ is 100 on every Linux that Node runs on
const pageBytes = 4096;

/** Of one process, on Linux: elsewhere zeros. @param withChildren - and of its children that have ended */
export const useOf = (pid: number, withChildren = true): Use => {
  if (process.platform !== 'linux') return { cpuMs: 0, rss: 0 };
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (field: number): number => fields[field - 3] ?? 0;
  return {
    cpuMs: (at(14) + at(15) + (withChildren ? at(16) + at(17) : 0)) * ticksMs,
    rss: Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes,
  };
};

export interface BenchDaemon {
  pid: number;
  url: string;
  /** From the spawn to the word that it serves, in milliseconds. */
  readyMs: number;
  headers: Readonly<Record<string, string>>;
  /** The body of an answer. @throws Error where the status is 400 or more */
  call: (method: string, path: string, body?: unknown) => Promise<unknown>;
  use: () => Use;
  /** Ends it. @param signal - SIGKILL leaves its agents */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** What Node is told by whoever runs this is not what a user's daemon is told. */
export const plainEnv = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return env;
};

/** @param agent - a name in agents/, or a path, which stands in for claude */
export const startDaemon = async (home: string, agent: string, env: Record<string, string> = {}): Promise<BenchDaemon> => {
  const launcher = join((packed ??= packageOf(root)), 'bin', 'makima.cjs');
  const begun = performance.now();
  const child = spawn(process.execPath, [launcher, 'serve'], {
    env: {
      ...plainEnv(),
      MAKIMA_HOME: home,
      MAKIMA_PORT: '0',
      MAKIMA_CLAUDE_COMMAND: agent.includes('/') ? agent : agentPath(agent),
      MAKIMA_LOG_LEVEL: 'warn',
      MAKIMA_MAX_CONCURRENT_TASKS: '1000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  daemons.add(child);
  homes.add(home);
  const gone = once(child, 'exit').finally(() => daemons.delete(child));
  let readyMs = 0;
  let serves = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes(' listens on ')) readyMs = performance.now() - begun;
    serves = line.startsWith('API documentation');
    if (serves) break;
  }
  const { pid } = child;
  if (!serves || pid === undefined) throw new Error('the daemon ended before it served');
  child.stdout.resume();
  const { url } = JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8'));
  const headers = { authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}` };
  return {
    pid,
    url: `${url}/api/v1/mesh`,
    readyMs,
    headers,
    async call(method, path, body) {
      const answer = await fetch(`${url}/api/v1/mesh${path}`, {
        method,
        // The bare thing may stop this process for longer than the daemon keeps a connection that nobody uses.
        headers: { ...headers, connection: 'close', ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    },
    use: () => useOf(pid),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await gone;
    },
  };
};

/** A field of an answer, as text. */
export const field = (answer: unknown, name: string): string => String(Reflect.get(Object(answer), name));

/** Ends every agent that a daemon which was killed has left on this home, with the groups of its runs. */
const endAgents = (home: string): void => {
  const runs = join(home, 'runs');
  const groups: string[] = [];
  for (const run of existsSync(runs) ? readdirSync(runs) : []) {
    try {
      const { pid, cgroup } = JSON.parse(readFileSync(join(runs, run, 'handle.json'), 'utf8'));
      process.kill(-pid, 'SIGKILL');
      if (typeof cgroup === 'string') groups.push(cgroup);
    } catch {
      // It has ended.
    }
  }
  for (const group of groups) endGroup(group);
};

const endGroup = (group: string): void => {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      writeFileSync(join(group, 'cgroup.kill'), '1');
      rmdirSync(group);
      return;
    } catch (error) {
      // What was killed is in it until it has ended.
      if (!(error instanceof Error && 'code' in error && error.code === 'EBUSY')) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
};
