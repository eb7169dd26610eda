import { openCensus } from './census.ts';
import type { RunHandle } from './handle.ts';
import { thaw } from './pause.ts';
import type { ProcessInfo } from './platform/index.ts';
import { signalProcesses } from './signal-processes.ts';
import { killAll, letWrapperEnd } from './sweep.ts';
import { exitNow, waitForExit, type RunExit } from './wait-for-exit.ts';

/** How long each way of ending may take, in milliseconds. */
export interface Graces {
  interruptMs: number;
  terminateMs: number;
  /** After SIGKILL: for the wrapper to record the exit. */
  killMs: number;
}

export interface Termination {
  exit: RunExit;
  /** What it took. */
  by: 'itself' | 'interrupt' | 'SIGTERM' | 'SIGKILL';
  /** Why the interrupt could not be sent, null where it could. */
  interruptFailure: unknown;
  /** What could not be killed: none, as a rule. */
  survivors: ProcessInfo[];
}

/** SIGTERM is repeated: one that meets a shell between fork and exec is lost (seen with the wrapper's own, right after a launch). */
const repeatMs = 1_000;

/** The run's exit if it comes within this time, else null. */
const exitWithin = async (handle: RunHandle, directory: string, ms: number): Promise<RunExit | null> => {
  const timeout = AbortSignal.timeout(Math.ceil(ms));
  try {
    return await waitForExit(handle, directory, timeout);
  } catch (error) {
    if (timeout.aborted && error === timeout.reason) return null;
    throw error;
  }
};

/**
 * Ends a run: interrupt, SIGTERM, SIGKILL, each with its grace; then kills everything that is left of it. A paused run
 * is continued first. Can be repeated, also after a restart of the daemon.
 * @param options.interrupt - asks the agent to end: an interrupt message and the end of its input, for an agent that
 *   would wait for the next message otherwise, or a signal to all that it runs. Its own time counts towards the grace; left out, SIGTERM comes at once
 */
export const terminateRun = async (
  handle: RunHandle,
  directory: string,
  options: { interrupt?: (() => Promise<void>) | 'SIGINT'; graces: Graces },
): Promise<Termination> => {
  const { interrupt, graces } = options;
  const census = openCensus(handle.runId, handle);
  let interruptFailure: unknown = null;
  let by: Termination['by'] = 'itself';
  let exit = await exitNow(handle, directory);

  // What its looks prove is found later even if it leaves the tree when its parent ends.
  if (exit === null) await thaw(census);
  if (exit === null && interrupt !== undefined) {
    by = 'interrupt';
    // Not awaited by itself: an interrupt that hangs must not hold up the rest.
    const ask = interrupt === 'SIGINT' ? async () => signalProcesses((await census()).others, interrupt) : interrupt;
    ask().catch((error: unknown) => {
      interruptFailure = error;
    });
    exit = await exitWithin(handle, directory, graces.interruptMs);
  }
  if (exit === null) {
    by = 'SIGTERM';
    const limit = performance.now() + graces.terminateMs;
    do {
      const { wrapper, others } = await census();
      await signalProcesses(others, 'SIGTERM');
      // Once more each time: a stop that was sent right before the first look takes hold after it, and what is stopped ends by no SIGTERM and records no exit.
      await signalProcesses(
        [...(wrapper === null ? [] : [wrapper]), ...others].filter(({ state }) => state === 'stopped'),
        'SIGCONT',
      );
      exit = await exitWithin(handle, directory, Math.max(0, Math.min(repeatMs, limit - performance.now())));
    } while (exit === null && performance.now() < limit);
  }
  if (exit === null) {
    by = 'SIGKILL';
    await killAll(census, { spareWrapper: true });
    exit = await exitWithin(handle, directory, graces.killMs);
  }
  if (exit?.reason === 'exited') await letWrapperEnd(handle);
  const survivors = await killAll(census, { spareWrapper: false });
  exit ??= (await exitNow(handle, directory)) ?? { exitCode: null, reason: 'gone' };
  return { exit, by, interruptFailure, survivors };
};
