import closeWithGrace from 'close-with-grace';

/** What a person or a service manager ends the daemon by. */
const wishes = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * A further signal in this time, in milliseconds, is the same wish: npm hands on a Ctrl-C that the terminal has sent to the daemon
 * already, and a terminal that is closed hangs up twice. One that comes later is from somebody who will not wait.
 */
const sameWishMs = 2000;

/** Why the daemon ends: by a signal, or by an error that nobody caught. */
export interface EndCause {
  signal: NodeJS.Signals | null;
  err: Error | null;
}

/**
 * Runs the end of the process when it is asked to end, once, and exits: with 0, or with 1 where it fails, takes too long, is asked for
 * again by somebody who will not wait, or was caused by an error.
 * @param limitMs - the most that it may take
 */
export const endOnce = (limitMs: number, end: (cause: EndCause) => Promise<void>): void => {
  let signalled: { signal: NodeJS.Signals; at: number } | null = null;
  let isEnding = false;
  const grace = closeWithGrace({ delay: limitMs, logger: false, skip: [...wishes] }, async ({ err }) => {
    isEnding = true;
    await end({ signal: signalled?.signal ?? null, err: err ?? null });
  });
  for (const signal of wishes) {
    process.on(signal, () => {
      if (signalled !== null && performance.now() - signalled.at > sameWishMs) process.exit(1);
      if (signalled !== null) return;
      signalled = { signal, at: performance.now() };
      if (!isEnding) grace.close();
    });
  }
};
