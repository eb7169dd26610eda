/** When a task that an account's limit holds may go on, in milliseconds since 1970. */
export interface LimitTimes {
  /** How long it waits where nobody knows when the limit is over, or what was told of that cannot be. */
  retry: number;
  /** How long it waits where that was over when it was told: the clocks differ, and it must not be tried without end. */
  pause: number;
}

/** The longest that there is counts a month. A later end is no end of one, and would hold all that works with the account for as long. */
const longestMs = 35 * 24 * 3600_000;

/**
 * Until when a limit holds, by what was told of it.
 * @param until - in ISO 8601; null where nobody knows
 * @param now - when it was told, in milliseconds since 1970
 */
export const limitEnds = (until: string | null, now: number, { retry, pause }: LimitTimes): number => {
  const end = until === null ? null : Date.parse(until);
  if (end === null || end > now + longestMs) return now + retry;
  return end > now ? end : now + pause;
};
