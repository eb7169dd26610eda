import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { agentPath, plainly, readSse, type Answer } from './daemon.ts';
import { removeGroups } from './remove-groups.ts';

/** A daemon in a process of its own, as a user starts it: one that can be killed. */
export interface DaemonProcess {
  pid: number;
  url: string;
  call<T = Task>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  /** The events of a task after an id, to the end of the task or of the daemon. */
  follow(taskId: string, after?: number): AsyncGenerator<TaskEvent>;
  /** @returns its exit status, null where the signal ended it */
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** What it printed on standard output until it served. */
  greeting(): string;
  /** Everything it printed on standard error. */
  log(): string;
  /** Nobody reads any more what it prints, as where its terminal is gone. */
  deafen(): void;
  /** Resolves when it has ended, by whatever. */
  gone: Promise<unknown>;
}

const launcher = join(import.meta.dirname, '../../bin/makima.cjs');
/** One that is killed when it reaches a named point for the first time. */
const faultyPath = join(import.meta.dirname, 'faulty-daemon.ts');

/**
 * Starts `makima serve` and waits until it serves.
 * @param dieAt - the point of a task's life at which it is killed
 * @param args - of the command line
 * @throws Error with what it printed where it ends before
 */
export const spawnDaemon = async (
  t: Test,
  home: string,
  agent: string,
  env: Record<string, string> = {},
  dieAt: string | null = null,
  args: readonly string[] = [],
): Promise<DaemonProcess> => {
  const child: ChildProcess = spawn(
    ...plainly(process.execPath, ...(dieAt === null ? [launcher, 'serve', ...args] : [faultyPath, dieAt, '1', ...args])),
    {
      env: {
        ...process.env,
        MAKIMA_HOME: home,
        MAKIMA_PORT: '0',
        MAKIMA_CLAUDE_COMMAND: agentPath(agent),
        MAKIMA_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  const gone = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await gone;
    await removeGroups(home);
  });
  if (!child.stdout || child.pid === undefined) throw new Error('no process');
  let serving = false;
  let greeting = '';
  for await (const line of createInterface({ input: child.stdout })) {
    greeting += `${line}\n`;
    serving = line.startsWith('API documentation');
    if (serving) break;
  }
  if (!serving) throw new Error(`the daemon ended before it served: ${log}`);
  child.stdout.resume();
  const { url } = JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8'));
  const headers = { authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}` };
  const base = `${url}/api/v1/mesh`;
  return {
    pid: child.pid,
    url,
    async call(method, path, body, more = {}) {
      const response = await fetch(base + path, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }), ...more },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: response.headers.get('content-type')?.startsWith('application/json') === true ? JSON.parse(text) : text,
        headers: response.headers,
      };
    },
    async *follow(taskId, after) {
      yield* readSse(
        await fetch(`${base}/tasks/${taskId}/events`, {
          headers: { ...headers, ...(after !== undefined && { 'last-event-id': String(after) }) },
        }),
      );
    },
    async kill(signal) {
      child.kill(signal);
      return gone;
    },
    greeting: () => greeting,
    log: () => log,
    deafen() {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    gone,
  };
};
