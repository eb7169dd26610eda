import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import type { Test } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { loadConfig } from '../../src/config/config.ts';
import { ownerToken } from '../../src/home/token.ts';
import { startApp, type App, type AppOptions } from '../../src/main/app.ts';

/** The path of a scripted agent. */
export const agentPath = (name: string): string => join(import.meta.dirname, '..', 'fixtures', 'agents', name);

/**
 * A command without what the test runner has every Node load: that costs a start of one 0.3 s of CPU time. Taking the variable
 * from the environment is not enough, since the runner puts it back at each spawn.
 */
export const plainly = (...command: [string, ...string[]]): [command: string, args: string[]] => [
  '/usr/bin/env',
  ['-u', 'NODE_OPTIONS', ...command],
];

/** The settings with which a scripted agent is the daemon's claude. */
const scripted = (name: string): Record<string, string> => {
  const [command, args] = plainly(agentPath(name));
  return { MAKIMA_CLAUDE_COMMAND: command, MAKIMA_CLAUDE_PRE_ARGS: JSON.stringify(args) };
};

/** A directory that goes with the test; short, as a unix socket's path must be. */
export const scratch = (t: Test, prefix = 'mk-'): string => {
  const path = mkdtempSync(join(tmpdir(), prefix));
  t.teardown(() => {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  });
  return path;
};

const gitEnv = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'U',
  GIT_AUTHOR_EMAIL: 'u@example.com',
  GIT_COMMITTER_NAME: 'U',
  GIT_COMMITTER_EMAIL: 'u@example.com',
};

/** git as a user types it. */
export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: gitEnv, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();

export const write = (root: string, files: Record<string, string>): void => {
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(root, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    if (content.startsWith('#!')) chmodSync(absolute, 0o755);
  }
};

/** A repository of a user's, with one commit of these files on main. */
export const userRepository = (t: Test, files: Record<string, string> = { 'README.md': 'hello\n' }): string => {
  const root = scratch(t, 'repo-');
  git(root, 'init', '-q', '-b', 'main');
  write(root, files);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
  return root;
};

/** Everything in a directory but what is at these paths: kinds, modes and contents by path. With `times` when each was changed, too. */
export const fingerprint = (
  root: string,
  { without = [], times = false }: { without?: string[]; times?: boolean } = {},
): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (without.some((each) => path === each || path.startsWith(`${each}/`))) continue;
    const absolute = join(root, path);
    const stats = lstatSync(absolute);
    const content = stats.isSymbolicLink()
      ? readlinkSync(absolute)
      : stats.isFile()
        ? createHash('sha256').update(readFileSync(absolute)).digest('hex')
        : '';
    found[path] = [stats.mode.toString(8), content, ...(times ? [stats.mtimeMs] : [])].join(' ');
  }
  return found;
};

export interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
}

/** A daemon under test, and a client of it. */
export interface TestDaemon {
  app: App;
  home: string;
  token: string;
  /** A request with the owner's token, below the API's base path. */
  call<T = Task>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  /** The same with a tool key, or with no credential at all. */
  callWith<T = Task>(key: string | null, method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** The text of an answer in text/plain. */
  text(path: string): Promise<string>;
  /** Makes a task. Fails the test where that is refused. */
  make(task?: Record<string, unknown>): Promise<Task>;
  /** Makes and starts a task with a scripted agent's plan. */
  start(task: Record<string, unknown>): Promise<Task>;
  /** Waits until the task is terminal and its log complete, and returns it. */
  ended(taskId: string): Promise<Task>;
  /** Stops the task and waits until it has ended. */
  stopped(taskId: string, how?: Record<string, unknown>): Promise<Task>;
  /** What the agent itself said, one text after the other. */
  said(taskId: string): Promise<string[]>;
  /** The task's events up to the first that fits. Fails the test when the stream ends without it. */
  until(taskId: string, fits: (event: TaskEvent) => boolean): Promise<TaskEvent[]>;
  events(taskId: string): Promise<TaskEvent[]>;
  /** Lines of one stream of the task's output. */
  lines(taskId: string, stream: string): Promise<string[]>;
  close(options?: { stopAgents?: boolean }): Promise<void>;
}

const base = '/api/v1/mesh';

const textsOf = (line: string): string[] => {
  const { message } = JSON.parse(line) as { message: { content: { type: string; text?: string }[] } };
  return message.content.flatMap(({ text }) => text ?? []);
};

/** What a refused request is answered with. */
export interface Refusal {
  statusCode: number;
  code: string;
  error: string;
  message: string;
  branches?: string[];
}

/** The text of an event that is a line of this stream of the output. */
export const lineOf = (event: TaskEvent, stream: string): string | null =>
  event.type === 'output' && event.stream === stream ? event.content : null;

/** The events of an SSE answer, as they come. */
export const readSse = async function* (response: Response): AsyncGenerator<TaskEvent> {
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) yield JSON.parse(data.slice('data: '.length)) as TaskEvent;
    }
  }
};

/**
 * Starts a daemon in this process, on a home and a port of its own, with a scripted agent as its claude.
 * @param settings - further settings, as environment variables; MAKIMA_HOME to start on an earlier home again
 * @param tuning - changes to the checked configuration
 * @param more - a clock of the test's own, what is told of the points that are reached, and hooks of every run
 */
export const startDaemon = async (
  t: Test,
  agent: string,
  settings: Record<string, string> = {},
  tuning: Record<string, number> = {},
  more: Pick<AppOptions, 'now' | 'reached' | 'twins' | 'hooks'> = {},
): Promise<TestDaemon> => {
  const home = settings['MAKIMA_HOME'] ?? scratch(t);
  const { config } = loadConfig(
    { MAKIMA_HOME: home, MAKIMA_PORT: '0', ...(settings['MAKIMA_CLAUDE_COMMAND'] === undefined && scripted(agent)), ...settings },
    { homedir: home },
  );
  const token = await ownerToken(home);
  const logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' }, pino.destination({ fd: 2, sync: true }));
  const app = await startApp({ config: { ...config, ...tuning }, logger, ownerToken: token, ...more });
  const close: TestDaemon['close'] = (options) => app.close(options);
  t.teardown(() => app.close({ stopAgents: true }));
  const authorization = { authorization: `Bearer ${token}` };

  const request: TestDaemon['call'] = async (method, path, body, headers) => {
    const response = await fetch(app.url + base + path, {
      method,
      headers: {
        ...(body !== undefined && {
          'content-type': body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json',
        }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' || body instanceof URLSearchParams ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
  const call: TestDaemon['call'] = (method, path, body, headers = {}) => request(method, path, body, { ...authorization, ...headers });
  const make: TestDaemon['make'] = async (task = {}) => {
    const { status, body } = await call('POST', '/tasks', { name: 'a task', plan: 'do it', ...task });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  };
  const follow = (taskId: string): AsyncGenerator<TaskEvent> => {
    const response = fetch(`${app.url}${base}/tasks/${taskId}/events`, { headers: authorization });
    return (async function* () {
      yield* readSse(await response);
    })();
  };
  const events: TestDaemon['events'] = async (taskId) => {
    const all: TaskEvent[] = [];
    for await (const event of follow(taskId)) all.push(event);
    return all;
  };
  const ended: TestDaemon['ended'] = async (taskId) => {
    await events(taskId);
    return (await call('GET', `/tasks/${taskId}`)).body;
  };

  return {
    app,
    home,
    token,
    call,
    text: async (path) => (await fetch(app.url + base + path, { headers: { ...authorization, accept: 'text/plain' } })).text(),
    callWith: (key, method, path, body) => request(method, path, body, key === null ? {} : { 'x-makima-tool-key': key }),
    make,
    start: (task) => make({ start: true, ...task }),
    ended,
    async stopped(taskId, how = {}) {
      const { status, body } = await call('POST', `/tasks/${taskId}/stop`, how);
      if (status !== 202 && status !== 200) throw new Error(JSON.stringify(body));
      return ended(taskId);
    },
    async said(taskId) {
      return (await events(taskId)).flatMap((event) =>
        event.type === 'output' && event.jsonType === 'assistant' ? textsOf(event.content) : [],
      );
    },
    async until(taskId, fits) {
      const seen: TaskEvent[] = [];
      for await (const event of follow(taskId)) {
        seen.push(event);
        if (fits(event)) return seen;
      }
      throw new Error(`no such event among ${JSON.stringify(seen, null, 1)}`);
    },
    events,
    async lines(taskId, stream) {
      return (await events(taskId)).flatMap((event) => (event.type === 'output' && event.stream === stream ? [event.content] : []));
    },
    close,
  };
};

/** The first letter of a process's state as ps prints it, null where there is no such process. */
export const stateOf = (pid: number): string | null => {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .charAt(0);
  } catch {
    // ps fails where there is no such process.
    return null;
  }
};

/** Whether a process is there and no zombie. */
export const isAlive = (pid: number): boolean => !['Z', null].includes(stateOf(pid));
