import { availableParallelism } from 'node:os';
import type { Environment } from './environment.ts';
import { Shell } from './shell.ts';

/** Commands that run at once; more wait. Git waits for the disk as often as for a processor. */
const most = Math.max(8, 2 * availableParallelism());
/** One that has had nothing to do for so long is ended, in milliseconds; one always stays. */
const idleMs = 30_000;

interface Waiting {
  resolve: (shell: Shell) => void;
  reject: (error: unknown) => void;
}

const idle: { shell: Shell; since: number }[] = [];
const busy = new Set<Shell>();
const waiting: Waiting[] = [];
let trimming: NodeJS.Timeout | null = null;

/** Never in the pool again; whoever waits gets another. */
const forget = (shell: Shell): void => {
  const at = idle.findIndex((each) => each.shell === shell);
  if (at !== -1) {
    idle.splice(at, 1);
    void shell.end(0);
  } else if (busy.delete(shell)) serve();
};

/** What commands have in common; of a new shell its whole environment. */
let common: Environment | null = null;

const openShell = (): Shell => {
  const shell = new Shell(common ?? process.env, forget);
  busy.add(shell);
  return shell;
};

const serve = (): void => {
  while (waiting.length > 0 && busy.size < most) {
    const next = waiting.shift();
    try {
      next?.resolve(openShell());
    } catch (error) {
      next?.reject(error);
    }
  }
};

/**
 * A shell for one command, the one that was used last.
 * @param own - the command takes it with it (it leaves processes that hold the pipes, or may last): it counts no more, and waits for nobody
 * @param signal - to wait no longer
 * @param environment - what such commands have in common, for new shells
 */
export const takeShell = async (own: boolean, signal?: AbortSignal, environment?: Environment): Promise<Shell> => {
  common = environment ?? common;
  const shell = idle.pop()?.shell;
  if (shell !== undefined) {
    if (!own) busy.add(shell);
    return shell;
  }
  if (own) return new Shell(common ?? process.env, () => undefined);
  if (busy.size < most) return openShell();
  const place = Promise.withResolvers<Shell>();
  waiting.push(place);
  const leave = (): void => {
    const at = waiting.indexOf(place);
    if (at !== -1) waiting.splice(at, 1);
    place.reject(signal?.reason);
  };
  signal?.addEventListener('abort', leave);
  try {
    return await place.promise;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
};

const trim = (): void => {
  const now = performance.now();
  while (idle.length > 1 && now - (idle[0]?.since ?? now) >= idleMs) void idle.shift()?.shell.end(0);
  trimming = idle.length > 1 ? setTimeout(trim, idleMs).unref() : null;
};

/** Gives one back that can run another command. */
export const giveBackShell = (shell: Shell): void => {
  if (!busy.has(shell)) return void shell.end(0); // of no use any more, as was seen meanwhile
  const next = waiting.shift();
  if (next !== undefined) {
    next.resolve(shell);
    return;
  }
  busy.delete(shell);
  idle.push({ shell, since: performance.now() });
  if (idle.length > 1) trimming ??= setTimeout(trim, idleMs).unref();
};

/** Ends one that is to run nothing more. */
export const discardShell = (shell: Shell): void => {
  void shell.end(0);
  forget(shell);
};
