import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { orchestrateScript } from '../../src/orchestrator/script.ts';

export const taskId = '0b5fbd1c-7d1f-4a8b-9c32-5f3b2f0a1e01';
export const otherId = 'c4b4e7a2-11d5-4f0e-8a55-90a7c1d2e302';
export const key = '5e'.repeat(32);

export interface Options {
  env?: Record<string, string | undefined>;
  stdin?: string | Buffer;
  cwd?: string;
  script?: string;
}

/** Starts the script; `ended` has its exit status and what it printed. */
export const startScript = (url: string, args: readonly string[], options: Options = {}) => {
  const env = {
    PATH: process.env['PATH'],
    TMPDIR: process.env['TMPDIR'],
    MAKIMA_API_URL: url,
    MAKIMA_API_KEY: key,
    MAKIMA_TASK_ID: taskId,
    ...options.env,
  };
  const child = spawn(options.script ?? orchestrateScript, args, { env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  // A script that ends before it has read everything is no failure of the test's.
  child.stdin.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
  child.stdin.end(options.stdin ?? '');
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  const ended = Promise.all([exited, buffer(child.stdout), buffer(child.stderr)]).then(([status, stdout, stderr]) => ({
    status,
    stdout: stdout.toString(),
    stdoutBytes: stdout,
    stderr: stderr.toString(),
  }));
  return { child, ended };
};

export const runScript = (url: string, args: readonly string[], options: Options = {}) => startScript(url, args, options).ended;
