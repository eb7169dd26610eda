import { setTimeout as delay } from 'node:timers/promises';
import { killMembers, removeCgroup } from './cgroup.ts';
import { openCensus, type Census } from './census.ts';
import { isOurs, type RunHandle } from './handle.ts';
import { freeze } from './pause.ts';
import type { ProcessInfo } from './platform/index.ts';
import { signalProcesses } from './signal-processes.ts';

/** A killed process is gone within a moment, unless it hangs in the kernel. */
const settleMs = 5;
const freezeLimitMs = 250;
/** A process in the middle of exec has no environment to read, and one that forks on and on can be ahead of one look at the table. */
const emptyLooksNeeded = 2;
export const defaultSweepLimitMs = 10_000;
/** A wrapper that has recorded the exit has nothing left to do: it ends within a millisecond on an idle machine. */
const wrapperEndsMs = 100;
const lookAgainMs = 1;

/**
 * Waits a moment for a wrapper that has recorded the exit to end, and what hands over messages with it: a look before that would
 * find them, and everything would be frozen, killed and looked for again.
 */
export const letWrapperEnd = async (handle: RunHandle): Promise<void> => {
  for (const limit = performance.now() + wrapperEndsMs; (await isOurs(handle)) && performance.now() < limit;) await delay(lookAgainMs);
};

/**
 * Kills what a census finds, again and again, until it finds nothing. Everything is stopped before anything is killed:
 * a child with a clean environment is provably ours only while its parent is there. The run's cgroup is killed as a whole
 * and goes with the last of them.
 * @param options.spareWrapper - leaves the wrapper, which then records the exit
 * @returns what could not be killed within the limit: none, as a rule
 */
export const killAll = async (
  census: () => Promise<Census>,
  options: { spareWrapper: boolean; limitMs?: number },
): Promise<ProcessInfo[]> => {
  const limit = performance.now() + (options.limitMs ?? defaultSweepLimitMs);
  for (let emptyLooks = 0; ;) {
    const { wrapper, others, cgroup } = await census();
    const left = wrapper === null || options.spareWrapper ? others : [wrapper, ...others];
    emptyLooks = left.length === 0 ? emptyLooks + 1 : 0;
    // While the wrapper lives it may still send the agent there.
    if (emptyLooks >= emptyLooksNeeded && (options.spareWrapper || cgroup === null || removeCgroup(cgroup))) return left;
    if (performance.now() > limit) return left;
    if (left.length > 0) {
      await freeze(census, freezeLimitMs);
      const frozen = (await census()).others;
      await signalProcesses(options.spareWrapper || wrapper === null ? frozen : [wrapper, ...frozen], 'SIGKILL');
      if (cgroup !== null) killMembers(cgroup);
    }
    await delay(settleMs);
  }
};

/**
 * Kills every process that a run left behind, setsid or not, its wrapper included. For a run that has ended, however
 * it ended; can be repeated.
 * @param handle - null where none was stored
 * @returns the processes that could not be killed: none, as a rule
 */
export const sweepRun = async (runId: string, handle: RunHandle | null, limitMs = defaultSweepLimitMs): Promise<ProcessInfo[]> =>
  await killAll(openCensus(runId, handle), { spareWrapper: false, limitMs });
