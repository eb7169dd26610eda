import { MakimaError } from '../../errors.ts';
import { followRunFile } from '../../process/follow-file.ts';
import type { RunHandle } from '../../process/handle.ts';
import { continueRun, pauseRun } from '../../process/pause.ts';
import type { ProcessInfo } from '../../process/platform/index.ts';
import { runPaths } from '../../process/run-directory.ts';
import type { Piece } from '../../process/split-lines.ts';
import { letWrapperEnd, sweepRun } from '../../process/sweep.ts';
import { terminateRun } from '../../process/terminate.ts';
import { waitForExit, type RunExit } from '../../process/wait-for-exit.ts';
import { closeInput, writeInput, type AcceptedInput } from '../../process/write-input.ts';
import type { RunTiming } from '../context.ts';

/** The process of a run, as the rest of runs/ deals with it. */
export interface AgentProcess {
  /**
   * Hands on what it writes, from an offset on, until it has ended and all is read, or the daemon lets go of it.
   * @param take - the next pieces come when its promise resolves
   */
  follow(which: 'out' | 'err', from: number, take: (pieces: Piece[]) => Promise<void>): Promise<void>;
  /** How it ended; null where the daemon let go of it before. */
  readonly exit: Promise<RunExit | null>;
  /** @param id - of what must not be said twice. @throws MakimaError AGENT_INPUT_CLOSED, DISK_FULL */
  write(text: string, id?: string): Promise<AcceptedInput>;
  closeInput(): Promise<void>;
  /** Ends it and everything it runs. @param interrupt - asks it to give up by itself first, or is the signal that does; null terminates at once */
  terminate(interrupt: (() => Promise<void>) | 'SIGINT' | null): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** From SIGKILL to the wrapper's note of the exit. */
const killGrace = 2000;

const refuseLeft = (what: string, left: readonly ProcessInfo[]): void => {
  if (left.length > 0) throw new MakimaError('INTERNAL', `${what}: ${left.map(({ pid }) => pid).join(', ')}`);
};

/**
 * @param directory - the run's
 * @param detach - fires when the daemon lets go of it
 */
export const openAgentProcess = (
  directory: string,
  handle: RunHandle,
  timing: Pick<RunTiming, 'interruptGrace' | 'terminateGrace'>,
  detach: AbortSignal,
): AgentProcess => {
  const paths = runPaths(directory);
  const exit = waitForExit(handle, directory, detach).catch((error: unknown) => {
    if (detach.aborted) return null;
    throw error;
  });
  // What the agent left running may hold its files open: they are read to the end only when nobody is left to write.
  // An end that is under way knows more of the run's processes than a look at the table tells once their parents are dead.
  let ending: Promise<unknown> = Promise.resolve();
  /** An end that was carried out has looked until nothing was left; nobody is there to start anything since. */
  let nothingLeft = false;
  const over = exit.then(async (how) => {
    if (how === null) return null;
    await ending;
    if (nothingLeft) return how;
    if (how.reason === 'exited') await letWrapperEnd(handle);
    refuseLeft('Processes of the run do not end', await sweepRun(handle.runId, handle));
    return how;
  });
  // Whoever follows or waits sees the failure; without either it must not end the daemon.
  over.catch(() => undefined);
  return {
    async follow(which, from, take) {
      const follower = followRunFile({ path: paths[which], from, onPieces: take, signal: detach });
      await Promise.all([over.then(() => follower.finish()), follower.done]);
    },
    exit: over,
    write: (text, id) => writeInput(directory, text, id),
    closeInput: () => closeInput(directory),
    async terminate(interrupt) {
      const termination = terminateRun(handle, directory, {
        ...(interrupt && { interrupt }),
        graces: { interruptMs: timing.interruptGrace, terminateMs: timing.terminateGrace, killMs: killGrace },
      }).then(({ survivors }) => {
        nothingLeft ||= survivors.length === 0;
        return survivors;
      });
      // Whether it succeeded, its caller is told.
      ending = Promise.allSettled([ending, termination]);
      refuseLeft('Processes of the run do not end', await termination);
    },
    pause: async () => refuseLeft('Processes of the run do not stop', await pauseRun(handle)),
    resume: async () => refuseLeft('Processes of the run do not continue', await continueRun(handle)),
  };
};
