import type { Environment } from './environment.ts';
import { discardShell, giveBackShell, takeShell } from './pool.ts';
import { newMark, refusalMark, runScript, type Program } from './script.ts';
import { drainMs, type Said, type Shell } from './shell.ts';

export interface Command extends Program {
  /** What of `env` all such commands have, kept by the shells, so that it need not be told each time. */
  common?: Environment;
  /** For its standard input, which is at its end at once where there is none. */
  input?: Buffer | undefined;
  /** Ends it, with what it has started; then its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** From when it begins. */
  timeoutMs: number;
  /** What it starts may outlive it and hold its output, or it may last: it gets a shell that runs nothing else after it. */
  leaves?: boolean;
}

/** It was not started: there is no such program, or no such directory. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted';
  readonly code = 'ENOENT';
  readonly missing: 'program' | 'cwd';

  constructor(missing: 'program' | 'cwd', { program, cwd }: Program) {
    super(missing === 'program' ? `spawn ${program} ENOENT` : `there is no directory ${cwd}`);
    this.missing = missing;
  }
}

/** It did not end in its time and was ended. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Larger input than this comes over a pipe of its own, whose end ends the shell. */
const mostInScript = 16 * 1024;

/** @throws NotStarted */
export const checkStarted = (what: Program, mark: string, { stdout }: Pick<Said, 'stdout'>): void => {
  const refusal = refusalMark(mark);
  if (!stdout.subarray(0, refusal.length).equals(Buffer.from(refusal))) return;
  throw new NotStarted(stdout.toString('latin1', refusal.length) === 'cwd' ? 'cwd' : 'program', what);
};

/** Between two signals, in milliseconds. */
const again = 200;

/**
 * By SIGTERM, since git then removes its locks; what has not gone some seconds later is killed. Ends the shell. The signal is
 * repeated: one that meets a command between its birth as a copy of the shell and its own life is lost.
 */
const stopIn = async (shell: Shell, saying: Promise<unknown>): Promise<void> => {
  const terminate = (): void => shell.signal('SIGTERM');
  terminate();
  const repeating = setInterval(terminate, again);
  const kill = setTimeout(() => shell.signal('SIGKILL'), drainMs);
  await saying.catch(() => undefined);
  clearInterval(repeating);
  clearTimeout(kill);
  // The command has ended; what it started has had its signal, and the time until now.
  shell.signal('SIGKILL');
  await shell.end(drainMs);
};

/**
 * Runs a program to its end, by a shell of the pool: cheap, and nothing stands still meanwhile. It is never run twice.
 * @returns what it printed, as bytes, and its exit status, 128 + n for signal n
 * @throws NotStarted, TimedOut, the signal's reason, and Error where the shell was killed
 */
export const run = async (command: Command): Promise<Said> => {
  const { signal, timeoutMs, input } = command;
  signal?.throwIfAborted();
  const mark = newMark();
  const large = input !== undefined && input.length > mostInScript ? input : undefined;
  const small = input === undefined || input.length === 0 ? null : input;
  const own = command.leaves === true || large !== undefined;
  const shell = await takeShell(own, signal, command.common);
  let isSpent = own;
  const stop = Promise.withResolvers<{ reason: unknown }>();
  const abort = (): void => stop.resolve({ reason: signal?.reason });
  let timer: NodeJS.Timeout | undefined;
  try {
    signal?.throwIfAborted();
    const script = runScript(command, shell.environment, mark, large === undefined ? small : 'pipe');
    signal?.addEventListener('abort', abort);
    timer = setTimeout(() => stop.resolve({ reason: new TimedOut() }), timeoutMs);
    const saying = shell.say(script, mark, large === undefined ? {} : { input: large });
    const first = await Promise.race([saying, stop.promise]);
    if ('reason' in first) {
      isSpent = true;
      await stopIn(shell, saying);
      throw first.reason;
    }
    checkStarted(command, mark, first);
    if (command.leaves !== true || first.status === 0) return first;
    // What a helper says last of a failure may come after the end of its command.
    const behind = await shell.end(drainMs);
    return { ...first, stderr: Buffer.concat([first.stderr, behind]) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    if (isSpent) discardShell(shell);
    else giveBackShell(shell);
  }
};
