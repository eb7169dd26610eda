import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import { makeCgroup } from '../process/cgroup.ts';
import { sweepRun } from '../process/sweep.ts';

const maxFileBytes = 64 * 1024;
/** A setup that floods its output must not flood the log. */
const maxLineLength = 4096;
const maxLines = 5000;

const ProjectFile = Type.Object({
  setup: Type.Optional(Type.String({ minLength: 1 })),
  teardown: Type.Optional(Type.String({ minLength: 1 })),
});

export interface ProjectCommand {
  which: 'setup' | 'teardown';
  /** The worktree, which is where the command runs. */
  worktree: string;
  /** Marks what the command starts, so that whatever it leaves behind is found. */
  runId: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  signal?: AbortSignal;
  onStart?: (command: string) => void;
  onLine?: (line: string) => void;
}

/** The command of the `makima.json` at a worktree's root, null where there is none. @throws Error where the file cannot be used */
const readCommand = async (worktree: string, which: 'setup' | 'teardown'): Promise<string | null> => {
  let text: string;
  try {
    const file = join(worktree, 'makima.json');
    const found = await stat(file);
    // a FIFO is waited for without end
    if (!found.isFile()) throw new Error('makima.json is no file');
    if (found.size > maxFileBytes) throw new Error(`makima.json is larger than ${maxFileBytes} bytes`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`makima.json is not JSON: ${messageOf(error)}`, { cause: error });
  }
  if (!Value.Check(ProjectFile, parsed))
    throw new Error('makima.json must be an object whose setup and teardown, where given, are commands');
  return parsed[which] ?? null;
};

/** Splits what arrives into lines no longer than the bound, and stops handing them on when there were too many. */
const lineWriter = (onLine: (line: string) => void): { write(text: string): void; end(): void } => {
  let begun = '';
  let count = 0;
  const emit = (line: string): void => {
    count += 1;
    if (count <= maxLines) onLine(line.replace(/\r$/, ''));
    else if (count === maxLines + 1) onLine('… and more, which is left out');
  };
  /** Hands on what of a line is beyond the bound. @returns its rest */
  const cut = (line: string): string => {
    let rest = line;
    for (; rest.length > maxLineLength; rest = rest.slice(maxLineLength)) emit(rest.slice(0, maxLineLength));
    return rest;
  };
  return {
    write(text) {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) emit(cut(line));
      begun = cut(begun);
    },
    end() {
      if (begun !== '') emit(begun);
    },
  };
};

/** From the end of the command to the end of reading what it wrote, in milliseconds. */
const drainTime = 200;

/**
 * A process that the command left in the background may hold its output open for as long as it lives, and whoever waits
 * for the end of the output waits for that one: what the command itself wrote is in the pipe when it has ended, and is
 * read; then the pipe is closed.
 */
const closeOutputAfter = (child: ChildProcessByStdio<null, Readable, null>): void => {
  child.once('exit', () => {
    const close = (): void => void child.stdout.destroy();
    // Immediates come after a look at the pipe, however late the timer was.
    const timer = setTimeout(() => void setImmediate(close), drainTime);
    child.once('close', () => clearTimeout(timer));
  });
};

const howItEnded = (child: ChildProcess): Promise<string | null> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : code === null ? (signal ?? 'no status') : `status ${code}`));
  });

const run = async (command: string, options: ProjectCommand): Promise<string | null> => {
  // Both outputs into one pipe, so that the lines keep their order. The command is in a session of its own, to be ended with its group.
  // It moves into the run's cgroup, where there is one, as the wrapper has the agent do.
  const script = '{ [ -z "$2" ] || echo 0 >"$2/cgroup.procs"; } 2>/dev/null; exec sh -c "$1" 2>&1';
  const child = spawn('sh', ['-c', script, 'sh', command, makeCgroup(options.runId) ?? ''], {
    cwd: options.worktree,
    env: { ...options.env, MAKIMA_RUN_ID: options.runId },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended: { why: string | null } = { why: null };
  const endGroup = (reason: string): void => {
    ended.why ??= reason;
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // It has ended by itself in the meantime.
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  };
  const timer = setTimeout(
    () => endGroup(`it took longer than ${Math.round(options.timeoutMs / 1000)} s and was ended`),
    options.timeoutMs,
  );
  const stop = (): void => endGroup('the task was stopped');
  options.signal?.addEventListener('abort', stop);
  if (options.signal?.aborted === true) stop();
  const lines = lineWriter(options.onLine ?? (() => undefined));
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.write(text));
  closeOutputAfter(child);
  try {
    const failure = await howItEnded(child);
    lines.end();
    // What a setup leaves behind is of use to the agent and ends with the run; nobody is left for what a teardown leaves.
    if (ended.why !== null || options.which === 'teardown') await sweepRun(options.runId, null);
    const why = ended.why ?? (failure === null ? null : `with ${failure}`);
    return why === null ? null : `The ${options.which} command ${JSON.stringify(command)} failed${ended.why === null ? ' ' : ': '}${why}`;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
};

/**
 * Runs a command of the repository's `makima.json`, where it has one.
 * @returns why it failed, one sentence without its full stop; null where it did not or there is none
 */
export const runProjectCommand = async (options: ProjectCommand): Promise<string | null> => {
  let command: string | null;
  try {
    command = await readCommand(options.worktree, options.which);
  } catch (error) {
    return messageOf(error);
  }
  if (command === null) return null;
  options.onStart?.(command);
  return run(command, options);
};
