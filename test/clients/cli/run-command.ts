import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { plainly } from '../../support/daemon.ts';

const launcher = join(import.meta.dirname, '../../../bin/makima.cjs');

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
}

/** The variables that lead a command to a home, with nothing of whoever runs the tests. */
export const environment = (home: string, more: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  MAKIMA_HOME: home,
  ...more,
});

/** The command line of `makima`, for a shell or another program. */
export const commandLine: readonly [string, ...string[]] = [process.execPath, launcher];

/** Runs `makima` as a shell does, with nothing but pipes. */
export const runCommand = async (
  home: string,
  args: readonly string[],
  { env = {}, cwd = home, input = '' }: RunOptions = {},
): Promise<Outcome> => {
  const [program, words] = plainly(...commandLine, ...args);
  const child = spawn(program, words, { cwd, env: environment(home, env), stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // It may have ended without reading.
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: typeof code === 'number' ? code : null, out, err };
};
