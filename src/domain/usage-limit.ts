/** When a task that an account's limit holds may go on, in milliseconds since 1970. */
export interface LimitTimes {
  /** How long it waits where nobody knows when the limit is over. */
  retry: number;
  /** How long it waits where that was over when it was told: the clocks differ, and it must not be tried without end. */
  pause: number;
}

/**
 * Until when a limit holds, by what was told of it.
 * @param until - in ISO 8601; null where nobody knows
 * @param now - when it was told, in milliseconds since 1970
 */
export const limitEnds = (until: string | null, now: number, { retry, pause }: LimitTimes): number => {
  const end = until === null ? now + retry : Date.parse(until);
  return end > now ? end : now + pause;
};
