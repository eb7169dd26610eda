const shortestMs = 100;
const longestMs = 5000;

/**
 * How long to wait before the next try, in milliseconds: it doubles to five seconds. A part of it is by chance, so that the many that
 * lost one daemon do not all come back at once.
 * @param failures - how many tries in a row came to nothing, from 0
 */
export const pauseMs = (failures: number): number => Math.min(shortestMs * 2 ** failures, longestMs) * (0.5 + Math.random() / 2);

/** Waits so many milliseconds. @throws the signal's reason where it fires */
export const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(reasonFor(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });

/** What an aborted call is rejected with, which is an error whatever the signal was given. */
export const reasonFor = (signal: AbortSignal | undefined): Error => {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('The call was aborted', { cause: reason });
};
