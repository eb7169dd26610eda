import PQueue from 'p-queue';

const locks = new Map<string, PQueue>();

/**
 * Runs a step while no other step runs on the same repository, first come first served. In this process only: the daemon
 * is alone on its home. 20 concurrent `git worktree add` on one repository failed 21 times of 280 without it.
 *
 * Not re-entrant: a step that asks for the same lock waits for itself.
 *
 * @param gitDir - what is locked: a git directory
 */
export const withRepositoryLock = async <T>(gitDir: string, step: () => Promise<T>): Promise<T> => {
  const lock = locks.get(gitDir) ?? new PQueue({ concurrency: 1 });
  locks.set(gitDir, lock);
  try {
    return await lock.add(step);
  } finally {
    if (lock.size === 0 && lock.pending === 0) locks.delete(gitDir);
  }
};

interface SharedRun<T> {
  result: Promise<T>;
  controller: AbortController;
  waiting: number;
}

/**
 * A step that those who ask for it while an earlier run is under way share: 20 tasks started at once on one repository
 * fetch it twice, not 20 times. Each gets the result of a run that began after it asked. A run ends when nobody waits for
 * it any more, so that a stopped task leaves no git behind.
 *
 * @returns a function of a key, what is the same for all who share, the step, and the signal of the one who asks
 */
export const sharedStep = <T>(): ((key: string, step: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal) => Promise<T>) => {
  const runs = new Map<string, { current: SharedRun<T>; next: SharedRun<T> | null }>();

  const begin = (key: string, step: (signal: AbortSignal) => Promise<T>, after: Promise<unknown>): SharedRun<T> => {
    const controller = new AbortController();
    const result = after.then(() => {
      controller.signal.throwIfAborted();
      return step(controller.signal);
    });
    const run: SharedRun<T> = { result, controller, waiting: 0 };
    const ended = (): void => {
      const entry = runs.get(key);
      if (entry?.current !== run) return;
      if (entry.next === null) runs.delete(key);
      else runs.set(key, { current: entry.next, next: null });
    };
    result.then(ended, ended);
    return run;
  };

  return (key, step, signal) => {
    const entry = runs.get(key);
    if (entry === undefined) {
      const run = begin(key, step, Promise.resolve());
      runs.set(key, { current: run, next: null });
      return join(run, signal);
    }
    const settled = entry.current.result.then(
      () => undefined,
      () => undefined,
    );
    // one that all who waited for it have left is ended, and is not to be joined
    if (entry.next === null || entry.next.controller.signal.aborted) entry.next = begin(key, step, settled);
    return join(entry.next, signal);
  };
};

/** Waits for a run with the others; the last one to leave ends it. */
const join = async <T>(run: SharedRun<T>, signal: AbortSignal | undefined): Promise<T> => {
  run.waiting += 1;
  const left = Promise.withResolvers<never>();
  const leave = (): void => {
    run.waiting -= 1;
    if (run.waiting === 0) run.controller.abort(signal?.reason);
    left.reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  if (signal?.aborted === true) leave();
  else signal?.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([run.result, left.promise]);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
};
