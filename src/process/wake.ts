import { watch, type FSWatcher } from 'node:fs';

/** Tells when it is worth looking again. */
export interface Wake {
  /** Resolves at the next change, ring, abort or poll; at once if there was one since the last call. */
  next(): Promise<void>;
  ring(): void;
  /** Releases the watch; a waiting `next` resolves. */
  close(): void;
}

export interface WakeOptions {
  /** Milliseconds after which to look even if nothing was heard. */
  pollMs?: number;
  signal?: AbortSignal | undefined;
  /** Where the system's watches are used up (inotify's limit is per user and shared with every editor), polling alone goes on. */
  watch?: (path: string, changed: () => void) => FSWatcher;
}

/** A watch can be lost without a word (a network or overlay file system); this bounds what that costs. */
const defaultPollMs = 1_000;
/** Without a watch polling is all there is. */
const pollMsWithoutWatch = 100;

/** Watches a file or directory. Changes are hints: the caller looks for itself. */
export const openWake = (path: string, { pollMs = defaultPollMs, signal, watch: watchPath = watch }: WakeOptions = {}): Wake => {
  let rung = false;
  let resolveWaiting: (() => void) | null = null;
  let watcher: FSWatcher | null = null;

  const ring = (): void => {
    rung = true;
    resolveWaiting?.();
  };
  const dropWatcher = (): void => {
    watcher?.close();
    watcher = null;
  };
  try {
    watcher = watchPath(path, ring);
    watcher.on('error', () => {
      dropWatcher();
      ring();
    });
  } catch {
    watcher = null; // ENOSPC, EMFILE and the like: from here on it polls.
  }
  signal?.addEventListener('abort', ring);

  return {
    ring,
    next: async () => {
      if (!rung && signal?.aborted !== true) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          resolveWaiting = resolve;
          timer = setTimeout(resolve, watcher === null ? Math.min(pollMs, pollMsWithoutWatch) : pollMs);
        });
        clearTimeout(timer);
        resolveWaiting = null;
      }
      rung = false;
    },
    close: () => {
      dropWatcher();
      signal?.removeEventListener('abort', ring);
      ring();
    },
  };
};
