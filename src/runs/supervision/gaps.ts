import { every } from '../../process/every.ts';

/** How often it is looked whether time has passed; the looks at runs have the same interval, and so the same timer. */
const beatMs = 1000;
/** A busy daemon's timer is late, too: a gap is what is beyond that. */
export const tolerance = 5000;

/** What time is told by. */
export interface Clock {
  /** In milliseconds, and never set back; whether it goes on in a sleep of the machine depends on the system. */
  steady: () => number;
  /** In milliseconds, as people have it. */
  wall: () => number;
  /** Calls back every so often. @returns ends it */
  every: (milliseconds: number, look: () => void) => () => void;
}

/** Calls back when time has passed in which this daemon did nothing. */
export interface Gaps {
  /** @returns ends it */
  watch(listener: () => void): () => void;
}

/**
 * Finds when the machine slept, or the daemon was stopped (SIGSTOP, a debugger, a laptop's lid): between two beats either the steady
 * clock went on for too long (macOS counts a sleep, a stopped process does, too), or the wall's did without it (Linux does not).
 * A wall clock that was set forward looks the same, and one that was set back like nothing.
 */
export const createGaps = ({ steady, wall, every }: Clock): Gaps => {
  const listeners = new Set<() => void>();
  let last = { steady: 0, wall: 0 };
  let stop: (() => void) | null = null;
  const beat = (): void => {
    const now = { steady: steady(), wall: wall() };
    const passed = now.steady - last.steady;
    const unseen = now.wall - last.wall - passed;
    last = now;
    if (passed > beatMs + tolerance || unseen > tolerance) for (const listener of [...listeners]) listener();
  };
  return {
    watch(listener) {
      // One of its own for each watcher.
      const mine = (): void => listener();
      listeners.add(mine);
      if (stop === null) {
        last = { steady: steady(), wall: wall() };
        stop = every(beatMs, beat);
      }
      return () => {
        listeners.delete(mine);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
};

/** This daemon's. */
export const gaps = createGaps({ steady: () => performance.now(), wall: Date.now, every });
