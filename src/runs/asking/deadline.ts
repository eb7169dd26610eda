/** The most that a timer of Node's waits, in milliseconds; what is later is looked at again then. */
const longestTimer = 2_147_483_647;

/** Calls when something has waited for too long. */
export interface Deadline {
  /** What waits from now on, by when each began, in milliseconds since 1970. */
  set(begun: readonly number[]): void;
}

/**
 * @param limit - how long each may wait, in milliseconds; null for ever, and no timer
 * @param over - called when the first may be over; it looks at the clock and sets anew what is left
 */
export const createDeadline = (limit: number | null, now: () => Date, over: () => void): Deadline => {
  let timer: NodeJS.Timeout | null = null;
  return {
    set(begun) {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      if (limit === null || begun.length === 0) return;
      const wait = Math.min(...begun) + limit - now().getTime();
      timer = setTimeout(over, Math.min(Math.max(wait, 0), longestTimer));
      timer.unref();
    },
  };
};
