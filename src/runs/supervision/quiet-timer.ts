import { tolerance } from './gaps.ts';

/** Calls back once when nothing was heard for a time; hearing something starts it anew. */
export interface QuietTimer {
  heard(): void;
  /** For good: what is heard afterwards, such as the end of something that was under way, starts nothing anew. */
  stop(): void;
}

/**
 * An agent speaks far more often than it falls silent: hearing something notes a moment, and the timer that runs looks at that when it
 * is over. A timer is set anew only where it would come too late. One that comes much later than it was to begins the silence anew: the
 * daemon was stopped meanwhile, or the machine slept, and what the agent wrote is not read yet.
 * @param milliseconds - the silence after which to call; asked again each time, null for not at all
 * @param onQuiet - called once a silence, with how long it is, in milliseconds
 * @param now - in milliseconds, never set back
 */
export const createQuietTimer = (
  milliseconds: () => number | null,
  onQuiet: (silentFor: number) => void,
  now: () => number = () => performance.now(),
): QuietTimer => {
  let timer: NodeJS.Timeout | null = null;
  /** When something was heard, when the timer comes, and when the silence is over. */
  let last = 0;
  let comes = 0;
  let due: number | null = null;
  let stopped = false;

  const set = (at: number, time: number): void => {
    if (timer !== null) clearTimeout(timer);
    comes = at;
    timer = setTimeout(come, Math.max(0, at - time));
  };
  const come = (): void => {
    timer = null;
    if (due === null) return;
    const time = now();
    if (time > comes + tolerance) {
      heard();
      return;
    }
    // Half a millisecond: a timer may come so much too early.
    if (due > time + 0.5) {
      set(due, time);
      return;
    }
    due = null;
    onQuiet(time - last);
  };
  const heard = (): void => {
    const wait = stopped ? null : milliseconds();
    if (wait === null) {
      due = null;
      return;
    }
    last = now();
    due = last + wait;
    if (timer === null || comes > due) set(due, last);
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
