import { setTimeout as delay } from 'node:timers/promises';
import { openCensus, type Census } from './census.ts';
import type { RunHandle } from './handle.ts';
import type { ProcessInfo } from './platform/index.ts';
import { signalProcesses } from './signal-processes.ts';

/** A process stops when it next leaves the kernel: a moment, unless it hangs in there. */
const settleMs = 5;
const defaultLimitMs = 5_000;
/** How often those who hold up their parents are let go on: one that becomes no program in these moments never will. */
const maxReleases = 100;

/** Repeats a signal until a census finds none left to send it to, since processes may fork meanwhile; returns those left at the limit. */
const repeat = async (left: () => Promise<ProcessInfo[]>, signal: NodeJS.Signals, limitMs: number): Promise<ProcessInfo[]> => {
  const limit = performance.now() + limitMs;
  for (;;) {
    const processes = await left();
    if (processes.length === 0 || performance.now() > limit) return processes;
    await signalProcesses(processes, signal);
    await delay(settleMs);
  }
};

/**
 * Stops every process of a run other than the wrapper, which has nothing to do but to record the agent's end.
 * @param census - from openCensus
 * @returns those that did not stop in time (they hang in the kernel)
 */
export const freeze = async (census: () => Promise<Census>, limitMs = defaultLimitMs): Promise<ProcessInfo[]> => {
  let asked = new Set<number>();
  let releases = maxReleases;
  const left = async (): Promise<ProcessInfo[]> => {
    const { others } = await census();
    const running = others.filter(({ state }) => state === 'running');
    // Who has vforked stops when its child has become a program, or never where that was stopped before: it goes on to there.
    const held = new Set(running.map(({ pid }) => pid).filter((pid) => asked.has(pid)));
    asked = new Set(running.map(({ pid }) => pid));
    const holding = releases > 0 ? others.filter(({ ppid, state }) => state === 'stopped' && held.has(ppid)) : [];
    if (holding.length > 0) releases -= 1;
    await signalProcesses(holding, 'SIGCONT');
    return running;
  };
  return await repeat(left, 'SIGSTOP', limitMs);
};

/**
 * Stops everything that a run's agent runs, without its wrapper. Can be repeated.
 * @param limitMs - how long to try
 * @returns the processes that did not stop: none, as a rule
 */
export const pauseRun = async (handle: RunHandle, limitMs = defaultLimitMs): Promise<ProcessInfo[]> =>
  await freeze(openCensus(handle.runId, handle), limitMs);

/**
 * Continues everything of a run that is stopped, the wrapper too if somebody stopped it.
 * @param census - from openCensus
 * @returns the processes that did not continue: none, as a rule
 */
export const thaw = async (census: () => Promise<Census>, limitMs = defaultLimitMs): Promise<ProcessInfo[]> =>
  await repeat(
    async () => {
      const { wrapper, others } = await census();
      return [...(wrapper === null ? [] : [wrapper]), ...others].filter(({ state }) => state === 'stopped');
    },
    'SIGCONT',
    limitMs,
  );

/**
 * Continues a run that was paused. Can be repeated.
 * @returns the processes that did not continue: none, as a rule
 */
export const continueRun = async (handle: RunHandle, limitMs = defaultLimitMs): Promise<ProcessInfo[]> =>
  await thaw(openCensus(handle.runId, handle), limitMs);
