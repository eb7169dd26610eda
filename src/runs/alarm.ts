/** The longest time that the clock is not looked at, in milliseconds: a machine that slept has not counted it, and no timer of Node's waits for months. */
const longestPause = 60_000;

/** Rings at a time of the clock, or before that: whoever hears it looks at the clock, and sets it anew for what is left. */
export interface Alarm {
  /** In the place of what it was set to. @param at - in milliseconds since 1970; null is never */
  set(at: number | null): void;
}

/** An alarm for which the process does not stay. */
export const createAlarm = (now: () => number, ring: () => void): Alarm => {
  let timer: NodeJS.Timeout | null = null;
  return {
    set(at) {
      if (timer !== null) clearTimeout(timer);
      timer = at === null ? null : setTimeout(ring, Math.min(Math.max(1, at - now()), longestPause)).unref();
    },
  };
};
