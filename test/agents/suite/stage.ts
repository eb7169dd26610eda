/** What the suite does with a task and sees of it, the same for every agent. */
import { once } from 'node:events';
import { existsSync, linkSync, readdirSync, readFileSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Test } from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import { readSse, scratch, type TestDaemon } from '../../support/daemon.ts';

export type Activity = Extract<TaskEvent, { type: 'activity' }>;

/** Resolves when a file is there. */
export const there = async (path: string): Promise<void> => {
  const watcher = watch(dirname(path));
  while (!existsSync(path)) await once(watcher, 'change');
  watcher.close();
};

/** What the agent did, by every line of a task that has ended. */
export const activitiesOf = async ({ app, token }: TestDaemon, taskId: string): Promise<Activity[]> => {
  const response = await fetch(`${app.url}/api/v1/mesh/tasks/${taskId}/events?types=activity,end`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const found: Activity[] = [];
  for await (const event of readSse(response)) if (event.type === 'activity') found.push(event);
  return found;
};

/** All that the agent of a task that has ended said, in one text. */
export const saidBy = async (daemon: TestDaemon, taskId: string): Promise<string> =>
  (await activitiesOf(daemon, taskId)).flatMap(({ kind, text }) => (kind === 'text' ? [text ?? ''] : [])).join('\n');

/** How often a text stands in another. */
export const countOf = (text: string, of: string): number => text.split(of).length - 1;

/** The run's own files, kept beyond its end: by links, which what is written later is in, too. */
export interface Kept {
  /** Every line that the agent wrote, as it wrote it. */
  out(): string[];
  /** Its directory, as long as it is there. */
  directory: string;
}

/** Keeps what the one run that there is writes. @param home - the daemon's */
export const keepRun = (t: Test, home: string): Kept => {
  const runs = join(home, 'runs');
  const [run, ...others] = readdirSync(runs).filter(
    (name) => existsSync(join(runs, name, 'handle.json')) && !existsSync(join(runs, name, 'exit')),
  );
  if (run === undefined || others.length > 0) throw new Error(`${others.length + 1} runs are there, and not one`);
  const path = join(scratch(t), basename(run));
  linkSync(join(runs, run, 'out'), path);
  return { directory: join(runs, run), out: () => readFileSync(path, 'utf8').split('\n').slice(0, -1) };
};

/** The lines of a task's log that its agent wrote, long ones whole. */
export const loggedLines = (events: readonly TaskEvent[]): string[] => {
  const found: string[] = [];
  let open = '';
  for (const event of events) {
    if (event.type !== 'output' || event.stream !== 'stdout') continue;
    open += event.content;
    if (event.partial) continue;
    found.push(open);
    open = '';
  }
  return found;
};

/** The moves of a task, in order. */
export const movesOf = (events: readonly TaskEvent[]): string[] => events.flatMap((event) => (event.type === 'status' ? [event.to] : []));
