import { setTimeout as delay } from 'node:timers/promises';
import { MakimaError, messageOf } from '../../errors.ts';
import { NotStarted, run, TimedOut } from '../../shells/run.ts';
import { commonEnvironment, gitEnvironment, type GitPlace } from './git-environment.ts';
import { gitError, gitErrorKind } from './git-error.ts';

export interface GitOptions extends GitPlace {
  /** The directory to run in; the work tree, else the git directory, else `/`. */
  cwd?: string;
  config?: readonly (readonly [string, string])[];
  env?: Readonly<Record<string, string>>;
  /** For git's stdin. */
  input?: string | Buffer;
  signal?: AbortSignal | undefined;
  /** Talks to a remote: it may take longer, and what it starts to keep the connection (ssh's ControlPersist) outlives it. */
  remote?: boolean;
  /** Milliseconds for the whole command, where it is not what such a command gets. */
  timeoutMs?: number;
  /** Exit statuses other than 0 that are an answer, not a failure. */
  answers?: readonly number[];
  /** The repository's own hooks run: of a push that the user asked for, and nothing else. */
  runHooks?: boolean;
  /** Nobody waits for it: it gives way to everything else on the machine. */
  isBackground?: boolean;
}

export interface GitResult {
  /** Exact bytes. */
  stdout: Buffer;
  stderr: string;
  exitCode: number;
}

/** For a command on this machine; a large checkout or `git add` is what needs it. */
const localTimeoutMs = 10 * 60_000;
/** For a command that talks to a remote. */
const remoteTimeoutMs = 30 * 60_000;
const withoutHooks = 'core.hooksPath=/dev/null';
/** Fsmonitor, ext:: and background maintenance never run for the daemon's own commands, whatever the configuration says. */
const fixedConfig = [
  'core.fsmonitor=false',
  'protocol.ext.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
  'core.safecrlf=false',
  'core.quotePath=true',
  'advice.addEmbeddedRepo=false',
  'advice.detachedHead=false',
  'color.ui=false',
  'submodule.recurse=false',
];

/**
 * Runs one git command, told where it is, with no prompt, hook, pager or discovery, and bounded in time.
 *
 * @param args - the subcommand and its arguments; the caller ends options with `--` before anything from outside
 * @returns what it printed, as bytes
 * @throws MakimaError with the code of what git's stderr means; the signal's reason where it fired
 */
export const git = async (args: readonly string[], options: GitOptions = {}): Promise<GitResult> => {
  options.signal?.throwIfAborted();
  const timeoutMs = options.timeoutMs ?? (options.remote === true ? remoteTimeoutMs : localTimeoutMs);
  const config = options.runHooks === true ? fixedConfig : [withoutHooks, ...fixedConfig];
  const common = commonEnvironment();
  try {
    const { stdout, stderr, status } = await run({
      program: options.isBackground === true ? 'nice' : 'git',
      args: [...(options.isBackground === true ? ['-n', '19', 'git'] : []), ...config.flatMap((setting) => ['-c', setting]), ...args],
      cwd: options.cwd ?? options.workTree ?? options.gitDir ?? '/',
      common,
      env: gitEnvironment(common, options, options.config ?? [], options.env ?? {}),
      input: options.input === undefined ? undefined : Buffer.from(options.input),
      signal: options.signal,
      timeoutMs,
      leaves: options.remote === true || options.runHooks === true,
    });
    const said = stderr.toString('utf8');
    if (status === 0 || options.answers?.includes(status) === true) return { stdout, stderr: said, exitCode: status };
    options.signal?.throwIfAborted();
    throw gitError(nameOf(args), status, said);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof MakimaError ? error : failureOf(error, nameOf(args), timeoutMs);
  }
};

/** Of a command of which nothing is known but that it did not end by itself. */
const failureOf = (error: unknown, name: string, timeoutMs: number): MakimaError => {
  if (error instanceof TimedOut) return gitError(name, -1, `did not finish within ${timeoutMs / 1000} s`, 'timeout');
  if (error instanceof NotStarted) return gitError(name, -1, error.message, error.missing === 'program' ? 'git-missing' : 'other');
  return gitError(name, -1, `ended without a result: ${messageOf(error)}`);
};

/** The stdout of a command as text without its last newline: for ids, refs and configuration, not for paths. */
export const gitText = async (args: readonly string[], options: GitOptions = {}): Promise<string> =>
  (await git(args, options)).stdout.toString('utf8').replace(/\n$/, '');

/** A command that answers with exit status 0 or 1. */
export const gitYes = async (args: readonly string[], options: GitOptions = {}): Promise<boolean> =>
  (await git(args, { ...options, answers: [1] })).exitCode === 0;

/**
 * Repeats a step that found a lock held. Locks of git are held for milliseconds, by an agent's own commands too;
 * one that stays for longer than all attempts is reported.
 */
export const whileLocked = async <T>(step: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      if (gitErrorKind(error) !== 'locked' || attempt >= 6) throw error;
      await delay(25 * 2 ** attempt, undefined, signal === undefined ? {} : { signal });
    }
  }
};

/** The fields of NUL-separated output. */
export const splitNul = (output: Buffer): Buffer[] => {
  const fields: Buffer[] = [];
  for (let start = 0; start < output.length;) {
    const end = output.indexOf(0, start);
    fields.push(output.subarray(start, end === -1 ? output.length : end));
    start = end === -1 ? output.length : end + 1;
  }
  return fields;
};

const nameOf = (args: readonly string[]): string =>
  args[0] === 'worktree' || args[0] === 'submodule' ? args.slice(0, 2).join(' ') : (args[0] ?? '');
