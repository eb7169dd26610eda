/** Calls back once when nothing was heard for a time; hearing something starts it anew. */
export interface QuietTimer {
  heard(): void;
  /** For good: what is heard afterwards, such as the end of something that was under way, starts nothing anew. */
  stop(): void;
}

/**
 * An agent speaks far more often than it falls silent: hearing something notes a moment, and the timer that runs looks at that when it
 * is over. A timer is set anew only where it would come too late.
 * @param milliseconds - the silence after which to call; asked again each time, null for not at all
 * @param onQuiet - called once a silence
 */
export const createQuietTimer = (milliseconds: () => number | null, onQuiet: () => void): QuietTimer => {
  let timer: NodeJS.Timeout | null = null;
  /** When the timer comes, and when the silence is over; both of performance.now(). */
  let comes = 0;
  let due: number | null = null;
  let stopped = false;

  const set = (at: number, now: number): void => {
    if (timer !== null) clearTimeout(timer);
    comes = at;
    timer = setTimeout(come, Math.max(0, at - now));
  };
  const come = (): void => {
    timer = null;
    if (due === null) return;
    const now = performance.now();
    // Half a millisecond: a timer may come so much too early.
    if (due > now + 0.5) {
      set(due, now);
      return;
    }
    due = null;
    onQuiet();
  };
  const heard = (): void => {
    const wait = stopped ? null : milliseconds();
    if (wait === null) {
      due = null;
      return;
    }
    const now = performance.now();
    due = now + wait;
    if (timer === null || comes > due) set(due, now);
  };
  heard();
  return {
    heard,
    stop: () => {
      stopped = true;
      due = null;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
};
