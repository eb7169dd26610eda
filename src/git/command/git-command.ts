import { setTimeout as delay } from 'node:timers/promises';
import { GitPluginError, simpleGit, type SimpleGitOptions } from 'simple-git';
import { gitEnvironment, type GitPlace } from './git-environment.ts';
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
/**
 * After git has exited, how long a process that inherited its output may hold it open. Commands that talk to no remote leave
 * none, and wait for the end of the output itself: simple-git's timer for this runs its full time after each command.
 */
const outputDrainMs = 5000;

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

/** Every argument and variable here is ours: what simple-git would refuse from a stranger is what makes these commands safe. */
const unsafe: NonNullable<SimpleGitOptions['unsafe']> = {
  allowUnsafeHooksPath: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFilter: true,
  allowUnsafePack: true,
  allowUnsafePager: true,
  allowUnsafeEditor: true,
  allowUnsafeAskPass: true,
  allowUnsafeSshCommand: true,
  allowUnsafeGitProxy: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeSubmodule: true,
  allowUnsafeExec: true,
  allowUnsafeMergeDriver: true,
};

interface Raw {
  stdOut: Buffer[];
  stdErr: Buffer[];
  exitCode: number;
}

/** Rejects where a command that was told to end has not done so in the time: what git started holds its output open. */
const heldOpenAfter = (stop: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    stop.addEventListener('abort', () => setTimeout(reject, outputDrainMs, stop.reason).unref(), { once: true });
  });

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
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const env = gitEnvironment(options, options.config ?? [], options.env ?? {});
  let raw: Raw | undefined;
  let killed = false;
  const command = simpleGit({
    baseDir: options.cwd ?? options.workTree ?? options.gitDir ?? '/',
    config: options.runHooks === true ? fixedConfig : [withoutHooks, ...fixedConfig],
    unsafe,
    allowEnvironment: Object.keys(env),
    abort: stop,
    // simple-git's default takes the output as complete 50 ms after the exit; under load that cuts it short
    completion: { onClose: true, onExit: options.remote === true ? outputDrainMs : false },
    // an empty buffer closes stdin, an empty string would leave it open
    input: () => Buffer.from(options.input ?? ''),
    errors: (error, result) => {
      raw = result;
      killed = error instanceof GitPluginError;
      return killed ? error : undefined;
    },
  }).env(env);
  // simple-git waits another 50 ms after a command that printed nothing (measured: 58 ms against 6 ms), which most of ours
  // are; an empty chunk at the end of stdout tells it that the output was seen
  command.outputHandler((_command, stdout) => {
    stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)));
  });
  try {
    await Promise.race([command.raw([...args]), heldOpenAfter(stop)]);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted) throw gitError(nameOf(args), -1, `did not finish within ${timeoutMs / 1000} s`, 'timeout');
    throw error;
  }
  if (raw === undefined) throw gitError(nameOf(args), -1, 'ended without a result');
  const stderr = Buffer.concat(raw.stdErr).toString('utf8');
  if (raw.exitCode !== 0 && options.answers?.includes(raw.exitCode) !== true) {
    options.signal?.throwIfAborted();
    throw gitError(nameOf(args), raw.exitCode, stderr);
  }
  return { stdout: Buffer.concat(raw.stdOut), stderr, exitCode: raw.exitCode };
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
