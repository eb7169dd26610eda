import { spawn } from 'node:child_process';
import { messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';

/** claude answers in 13 ms, its JavaScript form in under a second; four started at once on two cores needed 2.6 s for a first line. */
const defaultTimeoutMs = 10_000;

/** A version, a state and what an error says fit many times. */
const maxBytes = 16 * 1024;

export interface ProgramAnswer {
  /** null where it was killed, or did not end in time. */
  code: number | null;
  stdout: string;
  stderr: string;
}

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: what holds the pipes has left the group; it is not ours to look for.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
};

/**
 * Runs a program that answers at once. Whatever it starts is ended with it: the program is the leader of a process group of its own.
 * @param timeoutMs - after which the group is killed
 * @returns the start of what it printed; words, where it cannot be started at all
 */
export const askProgram = (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number = defaultTimeoutMs,
): Promise<ProgramAnswer | string> =>
  new Promise((resolve) => {
    // The root directory: no question needs another, and neither a repository's files nor a deleted directory may matter.
    const child = spawn(program, [...args], { cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(0, maxBytes)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(0, maxBytes)));

    const end = (answer: ProgramAnswer | string): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      // Either it has not ended, or something that it started holds the pipes: in both cases the group is still there.
      killGroup(child.pid);
      end({ code: child.exitCode, stdout, stderr });
    }, timeoutMs);
    child.once('error', (error) => {
      end(messageOf(error));
    });
    child.once('close', (code) => {
      end({ code, stdout, stderr });
    });
  });
