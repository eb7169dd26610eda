import { performance } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the heap may hold unused: less is not worth the collector's 50 ms. */
const slackBytes = 16 * 1024 * 1024;
/** How often to look, in milliseconds. */
const lookEvery = 5000;
/** The share of the time in which the event loop has something to do, up to which nobody notices a collection. */
const idleShare = 0.05;

/** V8's collector, which is handed out to a context that is made while the flag is set; null in a Node without it. */
const collector = (): (() => void) | null => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect !== 'function') return null;
  // The plain kind keeps the pages for what is to come.
  return () => void Reflect.apply(collect, undefined, [{ type: 'major', execution: 'sync', flavor: 'last-resort' }]);
};
let collect: (() => void) | null | undefined;

/** Gives back to the system what the heap holds unused, if that is much. @returns whether it was */
export const giveMemoryBack = (): boolean => {
  const { total_heap_size: held, used_heap_size: used } = getHeapStatistics();
  if (held - used < slackBytes) return false;
  collect ??= collector();
  collect?.();
  return collect !== null;
};

/**
 * Acts once after each burst, when that is over.
 * @returns takes the share of the last while in which there was something to do
 */
export const afterBursts = (act: () => void): ((share: number) => void) => {
  let isOver = false;
  return (share) => {
    const isIdle = share < idleShare;
    if (isIdle && !isOver) act();
    isOver = isIdle;
  };
};

/**
 * Gives memory back whenever a burst is over. One such as a hundred starts makes V8 take tens of megabytes for new objects, which it keeps
 * until it collects everything; a daemon whose agents think makes so little garbage that this takes hours.
 */
export const giveMemoryBackAfterBursts = (): void => {
  const take = afterBursts(giveMemoryBack);
  let before = performance.eventLoopUtilization();
  const look = (): void => {
    const now = performance.eventLoopUtilization();
    take(performance.eventLoopUtilization(now, before).utilization);
    before = now;
  };
  setInterval(look, lookEvery).unref();
};
