/** Holds what the daemon tells of a task against what the agent itself wrote down. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { mayMove } from '../../src/domain/status-machine.ts';
import type { KeptDaemon } from './kept-daemon.ts';

/** What a client saw of one task, over as many connections as it took. */
export interface Seen {
  events: TaskEvent[];
  connections: number;
}

/** Follows a task to its end, each time from the last event seen, whatever becomes of the daemon. */
export const followToEnd = async (
  daemon: KeptDaemon,
  taskId: string,
  seen: Seen,
  fits: (event: TaskEvent) => boolean = (event) => event.type === 'end',
): Promise<void> => {
  for (;;) {
    seen.connections += 1;
    for await (const event of daemon.follow(taskId, seen.events.at(-1)?.id ?? null)) {
      seen.events.push(event);
      if (fits(event)) return;
    }
    await pause(50);
  }
};

/** The words of the agent, in order. */
export const wordsOf = (events: readonly TaskEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.type !== 'output' || event.stream !== 'stdout' || event.jsonType !== 'assistant') return [];
    return (JSON.parse(event.content) as { message: { content: { text?: string }[] } }).message.content.flatMap(({ text }) => text ?? []);
  });

export const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1} of ${count}`);

/** What the agents of a task noted of themselves. */
export const notesOf = (directory: string, task: Task): { starts: number; messages: string[] } => {
  const file = join(directory, basename(task.overlayPath ?? task.branch ?? 'none'));
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return {
    starts: lines.filter((line) => line.startsWith('start ')).length,
    messages: lines.filter((line) => line.startsWith('message ')).map((line) => String(JSON.parse(line.slice('message '.length)))),
  };
};

/** What is wrong with the events of a task that has ended: nothing, as it should be. */
export const wrongWith = (task: Task, events: readonly TaskEvent[], expected: { status: Task['status']; ends: number }): string[] => {
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`task ${task.id} ("${task.name}"): ${what}`);
  if (task.status !== expected.status) say(`is ${task.status} and not ${expected.status}: ${task.errorMessage ?? ''}`);
  events.forEach(({ id }, index) => {
    const before = events[index - 1]?.id ?? 0;
    if (id <= before) say(`event ${id} follows event ${before}`);
  });
  let status: Task['status'] = 'pending';
  for (const event of events) {
    if (event.type !== 'status') continue;
    if (event.from !== status) say(`a move from ${event.from} follows one to ${status}`);
    if (!mayMove(event.from, event.to)) say(`moved from ${event.from} to ${event.to}`);
    status = event.to;
  }
  if (status !== task.status) say(`the events say ${status}, the task ${task.status}`);
  const ends = events.filter(({ type }) => type === 'end').length;
  if (ends !== expected.ends) say(`${ends} ends, and not ${expected.ends}`);
  if (events.at(-1)?.type !== 'end') say(`the last event is ${events.at(-1)?.type ?? 'none'}`);
  return wrong;
};

/** What an agent counted for itself in its directory. */
export const countedBy = (task: Task): string[] => {
  const file = join(task.overlayPath ?? '', '.counted');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};
