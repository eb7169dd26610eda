import { every } from './every.ts';
import { gather } from './gather.ts';
import { createWatches, type Watched, type WatchPath } from './watch-entry.ts';

/** Tells when it is worth looking again. */
export interface Wake {
  /** Resolves at the next change, ring, abort or poll; at once if there was one since the last call, and after `close`. */
  next(): Promise<void>;
  ring(): void;
  /** Releases the watch; a waiting `next` resolves. */
  close(): void;
}

export interface WakeOptions {
  signal?: AbortSignal | undefined;
  /** Where the system's watches are used up (inotify's limit is per user and shared with every editor), polling alone goes on. */
  watch?: WatchPath;
}

/** A watch can be lost without a word (a network or overlay file system); this bounds what that costs. */
const pollMs = 1_000;
/** Without a watch polling is all there is. */
const pollMsWithoutWatch = 100;

const watches = createWatches();

/** Watches an entry of a directory, or all of them. Changes are hints: the caller looks for itself. */
export const openWake = (of: Watched, { signal, watch }: WakeOptions = {}): Wake => {
  let rung = false;
  let closed = false;
  let resolveWaiting: (() => void) | null = null;
  const ring = (): void => {
    rung = true;
    resolveWaiting?.();
  };
  let stopPolling = (): void => undefined;
  const poll = (milliseconds: number): void => {
    stopPolling();
    stopPolling = every(milliseconds, ring);
  };
  let unwatch = (): void => undefined;
  const lost = (): void => {
    unwatch = () => undefined;
    if (closed) return;
    poll(pollMsWithoutWatch);
    ring();
  };
  poll(pollMs);
  try {
    unwatch = (watch === undefined ? watches : createWatches(watch)).open(of, { changed: () => gather(ring), lost });
  } catch {
    poll(pollMsWithoutWatch); // ENOSPC, EMFILE and the like.
  }
  signal?.addEventListener('abort', ring);

  return {
    ring,
    next: async () => {
      if (!rung && !closed && signal?.aborted !== true)
        await new Promise<void>((resolve) => {
          resolveWaiting = resolve;
        });
      resolveWaiting = null;
      rung = false;
    },
    close: () => {
      closed = true;
      unwatch();
      stopPolling();
      signal?.removeEventListener('abort', ring);
      ring();
    },
  };
};
