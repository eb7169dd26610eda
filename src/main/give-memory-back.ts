import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By how much the process may have grown: less is not worth the collector's 50 ms. */
const slackBytes = 8 * 1024 * 1024;
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

/** The least that the process had since it was ready, or since the last collection. */
let before: number | null = null;

/**
 * Has everything collected, and what is unused given back to the system, where the process has grown by much since the last time. How much of the
 * heap is unused is no measure: until a collector has come by, all garbage counts as used.
 * @returns whether it had grown so
 */
export const giveMemoryBack = (): boolean => {
  const now = process.memoryUsage.rss();
  before = Math.min(before ?? now, now);
  if (now - before < slackBytes) return false;
  collect ??= collector();
  collect?.();
  before = process.memoryUsage.rss();
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
  before = process.memoryUsage.rss();
  const take = afterBursts(giveMemoryBack);
  let last = performance.eventLoopUtilization();
  const look = (): void => {
    const now = performance.eventLoopUtilization();
    take(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  };
  setInterval(look, lookEvery).unref();
};
