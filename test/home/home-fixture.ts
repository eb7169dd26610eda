import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { DaemonProcess } from '../support/daemon-process.ts';
import { fingerprint } from '../support/daemon.ts';

/** As a user makes a backup. */
export const copyHome = (from: string, to: string): void => void execFileSync('cp', ['-a', from, to]);

export const taskOf = async (daemon: DaemonProcess, id: string): Promise<Task> => (await daemon.call('GET', `/tasks/${id}`)).body;

export const textOf = async (daemon: DaemonProcess, path: string): Promise<string> =>
  String((await daemon.call<unknown>('GET', path, undefined, { accept: 'text/plain' })).body);

export const startTask = async (daemon: DaemonProcess, task: Record<string, unknown>): Promise<Task> => {
  const { status, body } = await daemon.call('POST', '/tasks', { plan: 'do it', start: true, ...task });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
};

/** Waits for an event of the task. */
export const until = async (daemon: DaemonProcess, id: string, fits: (event: TaskEvent) => boolean): Promise<void> => {
  for await (const event of daemon.follow(id)) if (fits(event)) return;
  throw new Error(`no such event: ${daemon.log()}`);
};

/** Waits until the task is terminal. */
export const ended = async (daemon: DaemonProcess, id: string): Promise<Task> =>
  (await daemon.call('GET', `/tasks/${id}/wait?timeout=120`)).body;

/** Runs commands in a task's directory to its end. */
export const doneTask = async (daemon: DaemonProcess, commands: string, more: Record<string, unknown> = {}): Promise<Task> =>
  ended(daemon, (await startTask(daemon, { name: 'runs-plan', plan: `RUN: ${commands}`, ...more })).id);

/** An orchestrator whose agent is at work until somebody interrupts it. */
export const workingTask = async (daemon: DaemonProcess): Promise<Task> => {
  const { id } = await startTask(daemon, { name: 'forever', isOrchestrator: true });
  await until(daemon, id, (event) => event.type === 'output' && event.jsonType === 'assistant' && event.content.includes('sleep'));
  return taskOf(daemon, id);
};

/** All that a stop, a deletion or a start on a copy might reach for; not what the daemon does by itself meanwhile, such as to note that an agent is silent, or to prepare a worktree. */
export const stateOf = (home: string): Record<string, string> =>
  fingerprint(home, { without: ['worktrees/.trash', 'prepared', 'events', 'state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm'] });

/** Waits until no more runs than these have a directory: that of one which is over goes after the end of its task. */
export const runsLeft = (home: string, count: number): Promise<void> =>
  new Promise((resolve) => {
    const runs = join(home, 'runs');
    const look = (): void => {
      if (readdirSync(runs).length > count) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(runs, look);
    look();
  });

/** The wrapper of the only run in a home. */
export const pidOf = (home: string): number => {
  const runs = join(home, 'runs');
  const [run = ''] = readdirSync(runs);
  return JSON.parse(readFileSync(join(runs, run, 'handle.json'), 'utf8')).pid;
};

/** Every file below a home that holds a text, but for what only tells what happened: logs of events and the state file. */
export const filesThatName = (home: string, text: string): string[] =>
  existsSync(home)
    ? execFileSync(
        'sh',
        ['-c', `grep -rlFI --exclude-dir=events --exclude-dir=.trash --exclude=state.sqlite* -e "$2" "$1" || true`, 'sh', home, text],
        { encoding: 'utf8' },
      )
        .split('\n')
        .filter((line) => line !== '')
    : [];
