import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * From here on the place that the heap holds for new objects, both halves together, is large enough: it is 16 MB then. A burst has V8 take four
 * to six times as much, which makes it a tenth quicker at the most; with half of it, it is a quarter slower.
 */
const enoughBytes = 12 * 1024 * 1024;

/** How many times as large V8 makes that place when much in it is still in use. */
export type Growth = 1 | 2;

const heldForNew = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
const setGrowth = (growth: Growth): void => setFlagsFromString(`--semi-space-growth-factor=${growth}`);

/**
 * Has V8 stop to enlarge the place for new objects where that is large enough, and go on where it was given back. Its own limit can only be set
 * before the process starts, which nobody does who types the command; by how much it grows is asked at each collection, and told here after each.
 * @param heap - what is held and how that is told, for tests
 * @returns ends it
 */
export const keepYoungSmall = (heap = { heldForNew, setGrowth }): (() => void) => {
  let growth: Growth = 2;
  const tell = (wanted: Growth): void => {
    if (wanted !== growth) heap.setGrowth((growth = wanted));
  };
  const observer = new PerformanceObserver(() => tell(heap.heldForNew() > enoughBytes ? 1 : 2));
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    observer.disconnect();
    tell(2);
  };
};
