import { spawn } from 'node:child_process';
import { messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import { oneLine } from './plain-text.ts';

/** claude answers in 13 ms, its JavaScript form in under a second; four started at once on two cores needed 2.6 s for a first line. */
const defaultTimeoutMs = 10_000;

/** A version and what an error says fit many times. */
const maxBytes = 16 * 1024;

const maxLineLength = 200;

export type VersionAnswer =
  | { kind: 'version'; version: string }
  /** It cannot be started at all: a wrong format, a missing interpreter or library. */
  | { kind: 'unusable'; reason: string }
  /** It runs, but says no version: it does not know the option or took too long. */
  | { kind: 'silent' };

/** The number in "2.1.330 (Claude Code)", or the line itself. */
const versionIn = (output: string): string => /\d+\.\d+\.\d+[-+.\w]*/.exec(output)?.[0] ?? oneLine(output, 60);

/** What a shell answers for a command that it cannot run (126) or does not find (127); a script's missing interpreter ends so. */
const cannotRun = new Set([126, 127]);

/**
 * Runs a program with `--version`. Whatever it starts is ended with it: the program is the leader of a process group of its own.
 * @param timeoutMs - after which the group is killed
 */
export const askVersion = (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number = defaultTimeoutMs,
): Promise<VersionAnswer> =>
  new Promise((resolve) => {
    // The root directory: --version needs no other, and neither a repository's files nor a deleted directory may matter.
    const child = spawn(program, [...args, '--version'], { cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(0, maxBytes)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(0, maxBytes)));

    const answerOf = (code: number | null): VersionAnswer => {
      if (code !== null && cannotRun.has(code))
        return { kind: 'unusable', reason: oneLine(stderr, maxLineLength) || `it exited with ${code}` };
      return code === 0 && stdout.trim() !== '' ? { kind: 'version', version: versionIn(stdout) } : { kind: 'silent' };
    };
    const end = (answer: VersionAnswer): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      // Either it has not ended, or something that it started holds the pipes: in both cases the group is still there.
      killGroup(child.pid);
      end(answerOf(child.exitCode));
    }, timeoutMs);
    child.once('error', (error) => {
      end({ kind: 'unusable', reason: messageOf(error) });
    });
    child.once('close', (code) => {
      end(answerOf(code));
    });
  });

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: what holds the pipes has left the group; it is not ours to look for.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
};
