/** What every scenario is played with: a client of the daemon that dies, and what holds its tasks against the promises. */
import { randomUUID } from 'node:crypto';
import type { Task } from '../../schemas/task.ts';
import { Unanswered, type KeptDaemon, type Reply } from './kept-daemon.ts';
import type { Dice } from './seeded.ts';
import { countedBy, followToEnd, notesOf, numbered, wordsOf, wrongWith, type Seen } from './witness.ts';

export interface Stage {
  daemon: KeptDaemon;
  dice: Dice;
  /** Where the agents write down what happens to them. */
  notes: string;
  /** A user's repository. */
  repository: string;
  /** Told of every promise that was not kept. */
  wrong: (what: string) => void;
  figures: { tasks: Record<string, number>; lines: number; events: number; connections: number };
}

type Body = Record<string, unknown>;

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

/** A task that is made once however often it has to be asked for. */
export const make = async ({ daemon, dice, repository, wrong }: Stage, task: Body): Promise<Task> => {
  const body = { start: true, ...(dice.between(0, 1) === 1 && { repositoryUrl: repository }), ...task };
  const made = await daemon.call('POST', '/tasks', { body, headers: { 'idempotency-key': randomUUID() }, repeat: true });
  if (made.status !== 201) wrong(`a task was refused: ${JSON.stringify(made.body)}`);
  return made.body;
};

export const taskOf = async ({ daemon }: Stage, id: string): Promise<Task> => (await daemon.call('GET', `/tasks/${id}`)).body;

/** The answer, null where the connection broke before there was one. */
export const perhaps = async <T>(asked: Promise<Reply<T>>): Promise<Reply<T> | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unanswered) return null;
    throw error;
  }
};

/** Holds a task that has ended to everything that is promised of all of them. */
export const finish = async (
  stage: Stage,
  id: string,
  seen: Seen,
  expected: { status: Task['status']; starts: number | null; lines: string[] | null; counted?: string[]; ends?: number },
): Promise<Task> => {
  await followToEnd(stage.daemon, id, seen);
  const task = await taskOf(stage, id);
  for (const each of wrongWith(task, seen.events, { status: expected.status, ends: expected.ends ?? 1 })) stage.wrong(each);
  const again: Seen = { events: [], connections: 0 };
  const last = seen.events.at(-1)?.id;
  await followToEnd(stage.daemon, id, again, (event) => event.id === last);
  if (JSON.stringify(again.events) !== JSON.stringify(seen.events)) stage.wrong(`task ${id}: a replay is not what was seen live`);
  const words = wordsOf(seen.events);
  if (expected.lines !== null && !same(words.slice(0, expected.lines.length), expected.lines))
    stage.wrong(`task ${id}: its lines are ${words.join(', ')}`);
  if (expected.counted !== undefined && !same(countedBy(task).slice(0, expected.counted.length), expected.counted))
    stage.wrong(`task ${id}: it counted ${countedBy(task).join(', ')}`);
  if (expected.lines !== null && words.filter((word) => word.startsWith('line ')).length !== countedBy(task).length)
    stage.wrong(`task ${id}: ${words.length} lines in the log, ${countedBy(task).length} counted`);
  const { starts } = notesOf(stage.notes, task);
  if (expected.starts !== null && starts !== expected.starts)
    stage.wrong(`task ${id}: its agent was started ${starts} times, and not ${expected.starts}`);
  stage.figures.lines += words.length;
  stage.figures.events += seen.events.length;
  stage.figures.connections += seen.connections;
  return task;
};

export const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));
export const nothingSeen = (): Seen => ({ events: [], connections: 0 });
export const counting = (stage: Stage, count: number, every: number): Promise<Task> =>
  make(stage, { name: 'counts', plan: `COUNT: ${count} EVERY: ${every}` });
export const counted = (count: number) => ({ starts: 1, lines: numbered(count), counted: numbers(count) });

/** Waits for a line; false where the task ended before. */
export const untilLine = async (stage: Stage, id: string, seen: Seen, line: string): Promise<boolean> => {
  await followToEnd(stage.daemon, id, seen, (event) => event.type === 'end' || wordsOf([event]).includes(line));
  return seen.events.at(-1)?.type !== 'end';
};

/** Follows on where the last word was not the end. */
export const toTheEnd = (stage: Stage, id: string, seen: Seen, expected: Parameters<typeof finish>[3]): Promise<Task> => {
  const ended = seen.events.at(-1)?.type === 'end';
  return finish(stage, id, ended ? { ...seen, events: seen.events.slice(0, -1) } : seen, expected);
};
