import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../schemas/task.ts';
import { startModelApi, type ModelApi } from '../fixtures/model-api/server.ts';
import { EventStream } from './event-stream.ts';
import { installClaude } from './install-claude.ts';
import { claudeEnv, isolatedFolder, type Cleanup } from './isolated.ts';
import { killRuns } from './processes.ts';

const launcher = join(import.meta.dirname, '../../bin/makima.cjs');

/** What came back from the API: JSON parsed, anything else as text. */
export interface Answer {
  status: number;
  body: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The daemon as a user starts it, on a home of its own, with the real claude and the scripted model behind it. */
export class Daemon {
  readonly folder: string;
  readonly home: string;
  readonly model: ModelApi;
  readonly #env: Record<string, string>;
  #child: ChildProcess | null = null;
  #said = '';
  url = '';
  token = '';

  constructor(folder: string, model: ModelApi, env: Record<string, string>) {
    this.folder = folder;
    this.home = join(folder, 'makima');
    this.model = model;
    this.#env = env;
  }

  /** Resolves when it has written where it listens and says it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [launcher, 'serve'], { cwd: this.folder, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const listen = (text: Buffer): void => void (this.#said += text.toString());
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const exited = once(child, 'exit').then(() => {
      throw new Error(`The daemon ended at its start with ${String(child.exitCode ?? child.signalCode)}. It said:\n${this.#said}`);
    });
    this.url = await Promise.race([exited, this.#address(child)]);
    this.token = (await readFile(join(this.home, 'token'), 'utf8')).trim();
    const ready = await fetch(`${this.url}/readyz`);
    if (ready.status !== 200) throw new Error(`The daemon wrote its address and is not ready: ${ready.status} ${await ready.text()}`);
  }

  /** The address in daemon.json, as soon as the file is this process's own and not one that a killed daemon left. */
  async #address(child: ChildProcess): Promise<string> {
    await mkdir(this.home, { recursive: true });
    return new Promise((resolve, reject) => {
      const watcher = watch(this.home);
      child.once('exit', () => watcher.close());
      const look = (): void => {
        this.#readAddress(child).then((url) => {
          if (url === null) return;
          watcher.close();
          resolve(url);
        }, reject);
      };
      watcher.on('change', look);
      look();
    });
  }

  async #readAddress(child: ChildProcess): Promise<string | null> {
    try {
      const daemon: unknown = JSON.parse(await readFile(join(this.home, 'daemon.json'), 'utf8'));
      return isRecord(daemon) && daemon['pid'] === child.pid && typeof daemon['url'] === 'string' ? daemon['url'] : null;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Ends it: SIGTERM as a user would, SIGKILL as a crash would. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Calls the API below /api/v1/mesh as the owner, or as whoever the headers say. */
  async call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1/mesh${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(headers ?? { authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text };
  }

  /** A call without which the rest of a test makes no sense: what came back, or an error that stops the test. */
  async must(status: number, method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.call(method, path, body);
    if (answer.status !== status)
      throw new Error(`${method} ${path} answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A GET that must succeed, as text. */
  async text(path: string): Promise<string> {
    const response = await fetch(`${this.url}/api/v1/mesh${path}`, {
      headers: { authorization: `Bearer ${this.token}`, accept: 'text/plain' },
    });
    if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.text();
  }

  async task(id: string): Promise<Task> {
    return taskOf(await this.must(200, 'GET', `/tasks/${id}`));
  }

  async subtasks(id: string): Promise<Task[]> {
    const body = await this.must(200, 'GET', `/tasks/${id}/subtasks`);
    return Array.isArray(body) ? body.filter(isTask) : [];
  }

  /** Makes a task and starts it. */
  async startTask(fields: Record<string, unknown>): Promise<Task> {
    return taskOf(await this.must(201, 'POST', '/tasks', { ...fields, start: true }));
  }

  /** Opens an event stream: of a task, or of all with `/events`. */
  async follow(t: Cleanup, path: string, after?: number): Promise<EventStream> {
    const stream = await EventStream.open(`${this.url}/api/v1/mesh${path}`, this.token, after);
    t.teardown(() => stream.close());
    return stream;
  }

  /** What it printed so far. */
  get said(): string {
    return this.#said;
  }
}

const isTask = (value: unknown): value is Task => isRecord(value) && typeof value['id'] === 'string' && typeof value['status'] === 'string';

const taskOf = (body: unknown): Task => {
  if (!isTask(body)) throw new Error(`Not a task: ${JSON.stringify(body)}`);
  return body;
};

/**
 * A daemon that is up, on a home of its own in a folder with the scripted model; whatever of it is left is ended with the test.
 * @param settingsIn - those beside where it is
 */
export const startDaemonIn = async (
  t: Cleanup,
  settingsIn: (folder: string, apiUrl: string) => Promise<Record<string, string>>,
): Promise<Daemon> => {
  const folder = await isolatedFolder(t);
  const model = await startModelApi();
  t.teardown(() => model.close());
  const userHome = join(folder, 'user');
  await mkdir(userHome);
  const daemon = new Daemon(folder, model, {
    PATH: process.env['PATH'] ?? '',
    HOME: userHome,
    TMPDIR: folder,
    MAKIMA_HOME: join(folder, 'makima'),
    MAKIMA_PORT: '0',
    ...(await settingsIn(folder, model.url)),
  });
  t.teardown(async () => {
    await daemon.end();
    await killRuns(folder);
  });
  await daemon.start();
  return daemon;
};

/** The same with the real claude as its agent. */
export const startDaemon = async (
  t: Cleanup,
  { agentEnv = {}, settings = {} }: { agentEnv?: Record<string, string>; settings?: Record<string, string> } = {},
): Promise<Daemon> => {
  const binary = await installClaude();
  return startDaemonIn(t, async (folder, apiUrl) => ({
    MAKIMA_CLAUDE_COMMAND: binary,
    MAKIMA_AGENT_ENV: JSON.stringify({ ...(await claudeEnv(folder, apiUrl)), ...agentEnv }),
    ...settings,
  }));
};
