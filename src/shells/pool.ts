import { availableParallelism } from 'node:os';
import type { Environment } from './environment.ts';
import { Shell } from './shell.ts';

/** Commands that run at once; more wait. Git waits for the disk as often as for a processor. */
const most = Math.max(8, 2 * availableParallelism());
/** A command that has run for so long counts no more, so that some which last, or hang, hold up no others; in milliseconds. */
const lastingMs = 2000;
/** A shell that has had nothing to do for so long is ended, in milliseconds; one always stays. */
const idleMs = 30_000;

const idle: { shell: Shell; since: number }[] = [];
const busy = new Map<Shell, { since: number }>();
const lasting = new Set<Shell>();
const waiting: PromiseWithResolvers<Shell>[] = [];
let trimming: NodeJS.Timeout | null = null;
let makingWay: NodeJS.Timeout | null = null;
/** What commands have in common: the environment of a new shell. */
let common: Environment | null = null;

/** Never in the pool again; whoever waits gets another. */
const forget = (shell: Shell): void => {
  const at = idle.findIndex((each) => each.shell === shell);
  if (at !== -1) {
    idle.splice(at, 1);
    void shell.end(0);
  }
  lasting.delete(shell);
  if (busy.delete(shell)) serve();
};

const makeBusy = (shell: Shell): Shell => {
  busy.set(shell, { since: performance.now() });
  return shell;
};

const open = (): Shell => makeBusy(new Shell(common ?? process.env, forget));

const serve = (): void => {
  while (waiting.length > 0 && busy.size < most) {
    const next = waiting.shift();
    try {
      next?.resolve(open());
    } catch (error) {
      next?.reject(error);
    }
  }
};

const makeWay = (): void => {
  const now = performance.now();
  for (const [shell, { since }] of busy) {
    if (now - since < lastingMs) continue;
    busy.delete(shell);
    lasting.add(shell);
  }
  serve();
  makingWay = waiting.length === 0 ? null : setTimeout(makeWay, lastingMs / 4);
};

/**
 * A shell for one command, the one that was used last.
 * @param own - the command takes it with it (it leaves processes that hold the pipes, or may last): it counts no more, and waits for nobody
 * @param signal - to wait no longer
 * @param environment - what such commands have in common, for new shells
 * @throws the signal's reason, Error where no shell can be started
 */
export const takeShell = async (own: boolean, signal?: AbortSignal, environment?: Environment): Promise<Shell> => {
  common = environment ?? common;
  const shell = idle.pop()?.shell;
  if (shell !== undefined) return own ? shell : makeBusy(shell);
  if (own) return new Shell(common ?? process.env, () => undefined);
  if (busy.size < most) return open();
  const place = Promise.withResolvers<Shell>();
  waiting.push(place);
  makingWay ??= setTimeout(makeWay, lastingMs / 4);
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
  const counted = busy.delete(shell);
  if (!counted && !lasting.delete(shell)) {
    void shell.end(0); // of no use any more, as was seen meanwhile
    return;
  }
  const next = busy.size < most ? waiting.shift() : undefined;
  if (next !== undefined) {
    next.resolve(makeBusy(shell));
    return;
  }
  idle.push({ shell, since: performance.now() });
  if (idle.length > 1) trimming ??= setTimeout(trim, idleMs).unref();
};

/** Ends one that is to run nothing more. */
export const discardShell = (shell: Shell): void => {
  void shell.end(0);
  forget(shell);
};
