/** What a user would pick instead, with the defaults of each but for its port, and what would open a browser or ask a program for a token. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { patienceMs, until } from './waiting.ts';

export interface Place {
  url: string;
  port: number;
  /** The package's command. */
  command: string;
  repository: string;
  env: NodeJS.ProcessEnv;
  /** Where the agent that stands in for claude writes where it runs. */
  mark: string;
}

export interface Peer {
  package: string;
  version: string;
  command: string;
  args: (place: Pick<Place, 'port'>) => string[];
  /** Answers once it serves. */
  ready: string;
  /** Has a session in a worktree of its own ready; null where there is no such thing. */
  worktree: { how: string; work: (place: Place) => Promise<void> } | null;
}

const run = promisify(execFile);

const post = async (url: string, body: object): Promise<unknown> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};
const field = (of: unknown, name: string): string => String(Reflect.get(Object(of), name));

/** Its own commands are its interface: each is a process of Node's that speaks to the server. */
const startKanbanTask = async ({ command, port, repository, env, mark }: Place): Promise<void> => {
  const options = { cwd: repository, env: { ...env, KANBAN_RUNTIME_PORT: String(port) }, timeout: patienceMs };
  const create = ['task', 'create', '--prompt', 'wait', '--project-path', repository, '--base-ref', 'main', '--agent-id', 'claude'];
  const { stdout } = await run(command, create, options);
  const id = /"(?:id|taskId)":\s*"([^"]+)"/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(`no task in ${stdout}`);
  await run(command, ['task', 'start', '--task-id', id, '--project-path', repository], options);
  await until(() => existsSync(mark), 'the agent runs');
  if (readFileSync(mark, 'utf8').trim() === repository) throw new Error('the agent runs in the repository itself');
};

const openWorktreeSession = async ({ url, repository }: Place): Promise<void> => {
  const made = await post(`${url}/experimental/worktree?directory=${encodeURIComponent(repository)}`, {});
  const directory = field(made, 'directory');
  // it answers before the files are there
  await until(() => existsSync(join(directory, 'README.md')), 'the worktree has its files');
  await post(`${url}/session?directory=${encodeURIComponent(directory)}`, {});
};

export const peers: readonly Peer[] = [
  {
    package: 'sandbox-agent',
    version: '0.4.2',
    command: 'sandbox-agent',
    args: ({ port }) => ['server', '--no-token', '--no-telemetry', '--port', String(port)],
    ready: '/v1/health',
    worktree: null,
  },
  {
    package: 'kanban',
    version: '0.1.70',
    command: 'kanban',
    args: ({ port }) => ['--no-open', '--port', String(port)],
    ready: '/',
    worktree: { how: 'task create and task start, until the agent runs', work: startKanbanTask },
  },
  {
    package: 'opencode-ai',
    version: '1.18.33',
    command: 'opencode',
    args: ({ port }) => ['serve', '--port', String(port)],
    ready: '/session',
    worktree: { how: 'a worktree and a session in it; no agent runs yet', work: openWorktreeSession },
  },
];
