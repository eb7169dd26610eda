import { setTimeout as delay } from 'node:timers/promises';
import type { RunContext } from './context.ts';

/** In milliseconds: the first pause, and the longest. */
const firstPause = 1000;
const longestPause = 30_000;

const isAborted = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/**
 * Does work that nobody waits for and that must get done, such as noting the end of a run: tried again until it
 * succeeds, since a full disk gets space again. The first failure and every slow retry's are reported. The work must
 * bear being repeated.
 * @param detach - gives up quietly: the next start of the daemon goes on from what is stored
 * @returns what the work did, undefined where it was given up
 */
export const untilDone = async <T>(
  context: Pick<RunContext, 'report'>,
  what: string,
  work: () => Promise<T> | T,
  detach: AbortSignal,
): Promise<T | undefined> => {
  const isOver = (): boolean => detach.aborted;
  for (let pause = firstPause; !isOver(); pause = Math.min(pause * 2, longestPause)) {
    try {
      return await work();
    } catch (error) {
      // What a shutdown breaks off is no failure.
      if (isOver()) return undefined;
      if (pause === firstPause || pause === longestPause) context.report(what, error);
    }
    try {
      await delay(pause, undefined, { signal: detach });
    } catch (error) {
      if (!isAborted(error)) throw error;
    }
  }
  return undefined;
};
