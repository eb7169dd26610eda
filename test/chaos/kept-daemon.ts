import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { agentPath, plainly, readSse } from '../support/daemon.ts';

/** How one life of the daemon ends: at a named point, or by itself after a time that the caller waits. */
export interface Fault {
  point: string;
  times: number;
}

export interface Reply<T> {
  status: number;
  body: T;
}

/** The connection broke: what was asked for may have been done or not. */
export class Unanswered extends Error {}

/** One daemon after the other on the same home, and a client that outlives them all. */
export interface KeptDaemon {
  /** Starts the next one. Resolves when it serves, or is dead again. */
  start(fault: Fault | null): Promise<void>;
  /** Whether one runs. */
  isAlive(): boolean;
  /** Resolves when the one that runs has died. */
  died(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Of the one that runs. */
  pid(): number | null;
  /**
   * Asks until there is an answer, through every restart.
   * @param options.repeat - may be done twice; a broken connection is Unanswered otherwise
   */
  call<T = Task>(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string>; repeat?: boolean },
  ): Promise<Reply<T>>;
  /** Its metrics, null where the connection broke. */
  metrics(): Promise<string | null>;
  /** The events of a task after an id, as one connection has them; ends without an error when that breaks. */
  follow(taskId: string, after: number | null): AsyncGenerator<TaskEvent>;
  /** What all of them wrote on standard error. */
  log(): string;
}

/** Between two tries of a client that finds nobody, in milliseconds. */
const retryMs = 50;

/** @param env - settings of the daemon */
export const keepDaemon = (home: string, env: Record<string, string>): KeptDaemon => {
  let child: ChildProcess | null = null;
  let gone: Promise<unknown> = Promise.resolve();
  let log = '';
  /** Resolves when one serves: clients that ask again and again meanwhile would take the processor from the one that starts. */
  let up = Promise.withResolvers<null>();
  let isUp = false;

  const address = (): { url: string; base: string; authorization: string } | null => {
    try {
      const { url } = JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8'));
      return { url, base: `${url}/api/v1/mesh`, authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}` };
    } catch (error) {
      // Not there before the first start, and after a shutdown.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };

  return {
    async start(fault) {
      const [script = '', ...args] =
        fault === null ? ['../../bin/makima.cjs', 'serve'] : ['../support/faulty-daemon.ts', fault.point, String(fault.times)];
      const started = spawn(...plainly(process.execPath, join(import.meta.dirname, script), ...args), {
        env: {
          ...process.env,
          MAKIMA_HOME: home,
          MAKIMA_PORT: '0',
          MAKIMA_CLAUDE_COMMAND: agentPath('by-task-name'),
          MAKIMA_LOG_LEVEL: 'warn',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
      child = started;
      const exited = once(started, 'exit').then(() => {
        child = null;
        if (isUp) up = Promise.withResolvers<null>();
        isUp = false;
      });
      gone = exited;
      let said = '';
      const serving = new Promise<void>((resolve) => {
        started.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          if (!said.includes('API documentation')) return;
          isUp = child === started;
          if (isUp) up.resolve(null);
          resolve();
        });
      });
      await Promise.race([serving, exited]);
    },
    isAlive: () => child !== null,
    async died() {
      await gone;
    },
    async kill(signal = 'SIGKILL') {
      child?.kill(signal);
      await gone;
    },
    pid: () => child?.pid ?? null,
    async metrics() {
      await up.promise;
      const to = address();
      try {
        return to === null ? null : await (await fetch(`${to.url}/metrics`, { headers: { authorization: to.authorization } })).text();
      } catch (error) {
        if (error instanceof TypeError) return null;
        throw error;
      }
    },
    async call(method, path, { body, headers = {}, repeat = method === 'GET' } = {}) {
      for (;;) {
        await up.promise;
        const to = address();
        if (to !== null) {
          try {
            const response = await fetch(to.base + path, {
              method,
              headers: { authorization: to.authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
              ...(body !== undefined && { body: JSON.stringify(body) }),
            });
            const text = await response.text();
            if (response.status !== 503)
              return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
          } catch (error) {
            const cause: unknown = error instanceof Error ? error.cause : null;
            const refused = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
            if (!refused && !repeat) throw new Unanswered(`${method} ${path}`);
          }
        }
        await pause(retryMs);
      }
    },
    async *follow(taskId, after) {
      await up.promise;
      const to = address();
      try {
        if (to === null) return;
        const response = await fetch(`${to.base}/tasks/${taskId}/events`, {
          headers: { authorization: to.authorization, ...(after !== null && { 'last-event-id': String(after) }) },
        });
        if (response.status !== 200) return;
        yield* readSse(response);
      } catch (error) {
        // A connection that breaks is what this is about; anything else is for the test to see.
        if (!(error instanceof TypeError) && !(error instanceof Error && error.name === 'AbortError')) throw error;
      }
    },
    log: () =>
      log
        .split('\n')
        .filter((line) => !line.includes('The daemon is starting'))
        .join('\n'),
  };
};
