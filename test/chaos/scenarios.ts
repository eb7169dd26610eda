/** What clients do while the daemon dies again and again, and what must have come of it. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '../../schemas/task.ts';
import { isActive, isTerminal } from '../../src/domain/status-machine.ts';
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

const same = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((each, index) => each === other[index]);

/** A task that is made once however often it has to be asked for. */
const make = async ({ daemon, dice, repository, wrong }: Stage, task: Body): Promise<Task> => {
  const body = { start: true, ...(dice.between(0, 1) === 1 && { repositoryUrl: repository }), ...task };
  const made = await daemon.call('POST', '/tasks', { body, headers: { 'idempotency-key': randomUUID() }, repeat: true });
  if (made.status !== 201) wrong(`a task was refused: ${JSON.stringify(made.body)}`);
  return made.body;
};

const taskOf = async ({ daemon }: Stage, id: string): Promise<Task> => (await daemon.call('GET', `/tasks/${id}`)).body;

/** The answer, null where the connection broke before there was one. */
const perhaps = async <T>(asked: Promise<Reply<T>>): Promise<Reply<T> | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unanswered) return null;
    throw error;
  }
};

/** Holds a task that has ended to everything that is promised of all of them. */
const finish = async (stage: Stage, id: string, seen: Seen, expected: { status: Task['status']; starts: number | null; lines: string[] | null; counted?: string[]; ends?: number }): Promise<Task> => {
  await followToEnd(stage.daemon, id, seen);
  const task = await taskOf(stage, id);
  for (const each of wrongWith(task, seen.events, { status: expected.status, ends: expected.ends ?? 1 })) stage.wrong(each);
  const again: Seen = { events: [], connections: 0 };
  const last = seen.events.at(-1)?.id;
  await followToEnd(stage.daemon, id, again, (event) => event.id === last);
  if (JSON.stringify(again.events) !== JSON.stringify(seen.events)) stage.wrong(`task ${id}: a replay is not what was seen live`);
  const words = wordsOf(seen.events);
  if (expected.lines !== null && !same(words.slice(0, expected.lines.length), expected.lines)) stage.wrong(`task ${id}: its lines are ${words.join(', ')}`);
  if (expected.counted !== undefined && !same(countedBy(task).slice(0, expected.counted.length), expected.counted)) stage.wrong(`task ${id}: it counted ${countedBy(task).join(', ')}`);
  if (expected.lines !== null && words.filter((word) => word.startsWith('line ')).length !== countedBy(task).length) stage.wrong(`task ${id}: ${words.length} lines in the log, ${countedBy(task).length} counted`);
  const { starts } = notesOf(stage.notes, task);
  if (expected.starts !== null && starts !== expected.starts) stage.wrong(`task ${id}: its agent was started ${starts} times, and not ${expected.starts}`);
  stage.figures.lines += words.length;
  stage.figures.events += seen.events.length;
  stage.figures.connections += seen.connections;
  return task;
};

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));
const nothingSeen = (): Seen => ({ events: [], connections: 0 });
const counting = (stage: Stage, count: number, every: number): Promise<Task> => make(stage, { name: 'counts', plan: `COUNT: ${count} EVERY: ${every}` });
const counted = (count: number) => ({ starts: 1, lines: numbered(count), counted: numbers(count) });

/** Waits for a line; false where the task ended before. */
const untilLine = async (stage: Stage, id: string, seen: Seen, line: string): Promise<boolean> => {
  await followToEnd(stage.daemon, id, seen, (event) => event.type === 'end' || wordsOf([event]).includes(line));
  return seen.events.at(-1)?.type !== 'end';
};

/** Follows on where the last word was not the end. */
const toTheEnd = (stage: Stage, id: string, seen: Seen, expected: Parameters<typeof finish>[3]): Promise<Task> => {
  const ended = seen.events.at(-1)?.type === 'end';
  return finish(stage, id, ended ? { ...seen, events: seen.events.slice(0, -1) } : seen, expected);
};

const scenarios = {
  async count(stage) {
    const count = stage.dice.between(5, 30);
    const { id } = await counting(stage, count, stage.dice.between(0, 10));
    await finish(stage, id, nothingSeen(), { status: 'done', ...counted(count) });
    return id;
  },

  async again(stage) {
    const { id } = await counting(stage, 4, 0);
    const seen = nothingSeen();
    const first = await finish(stage, id, seen, { status: 'done', ...counted(4) });
    for (;;) {
      const started = await perhaps(stage.daemon.call('POST', `/tasks/${id}/start`));
      if (started?.status === 202) break;
      const now = await taskOf(stage, id);
      if (now.queuedAt !== first.queuedAt) break;
      if (started !== null) stage.wrong(`task ${id}: a start was refused: ${JSON.stringify(started.body)}`);
    }
    await finish(stage, id, seen, { status: 'done', starts: 2, ends: 2, lines: [...numbered(4), ...numbered(4)], counted: [...numbers(4), ...numbers(4)] });
    return id;
  },

  async message(stage) {
    const { id } = await counting(stage, 25, 10);
    const seen = nothingSeen();
    const answers = new Map<string, number | null>();
    if (await untilLine(stage, id, seen, 'line 3 of 25')) {
      for (let number = 0; number < 3; number += 1) {
        const message = `COUNT: 1 ${randomUUID()}`;
        const answer = await perhaps(stage.daemon.call('POST', `/tasks/${id}/messages`, { body: { message } }));
        answers.set(message, answer?.status ?? null);
      }
    }
    const task = await toTheEnd(stage, id, seen, { status: 'done', ...counted(25) });
    const { messages } = notesOf(stage.notes, task);
    for (const [message, status] of answers) {
      const times = messages.filter((each) => each === message).length;
      const kept = status === 202 ? times === 1 : status === null ? times <= 1 : times === 0;
      if (!kept) stage.wrong(`task ${id}: a message that was answered with ${status ?? 'nothing'} reached the agent ${times} times`);
    }
    return id;
  },

  async stop(stage) {
    const { id } = await make(stage, { name: 'forever', plan: 'work on' });
    const seen = nothingSeen();
    const when = stage.dice.pick(['queued', 'initializing', 'starting', 'running', 'working'] as const);
    await followToEnd(stage.daemon, id, seen, (event) => (when === 'working' ? wordsOf([event]).length > 0 : event.type === 'status' && event.to === when) || event.type === 'end');
    const { status, body } = await stage.daemon.call('POST', `/tasks/${id}/stop`, { body: {}, repeat: true });
    if (status !== 202 && status !== 200) stage.wrong(`task ${id}: a stop was refused: ${JSON.stringify(body)}`);
    await toTheEnd(stage, id, seen, { status: 'interrupted', starts: null, lines: null });
    if (notesOf(stage.notes, await taskOf(stage, id)).starts > 1) stage.wrong(`task ${id}: its agent was started twice`);
    return id;
  },

  async pause(stage) {
    const { id } = await counting(stage, 30, 10);
    const seen = nothingSeen();
    if (await untilLine(stage, id, seen, 'line 3 of 30')) {
      const paused = await perhaps(stage.daemon.call('POST', `/tasks/${id}/pause`));
      if (paused?.status === 200) {
        // An agent that had said all by then had nothing left to be paused.
        const atWork = countedBy(paused.body).length < 30;
        await pause(stage.dice.between(0, 300));
        const now = await taskOf(stage, id);
        if (atWork && now.status !== 'paused') stage.wrong(`task ${id}: it was paused and is ${now.status}`);
      }
      // Whatever became of it, it is to go on.
      while ((await taskOf(stage, id)).status === 'paused') await perhaps(stage.daemon.call('POST', `/tasks/${id}/resume`));
    }
    await toTheEnd(stage, id, seen, { status: 'done', ...counted(30) });
    return id;
  },

  async reportDone(stage) {
    const { id } = await counting(stage, 30, 10);
    const seen = nothingSeen();
    if (await untilLine(stage, id, seen, 'line 3 of 30')) {
      const { status, body } = await stage.daemon.call('PUT', `/tasks/${id}`, { body: { status: 'done', progressSummary: 'enough' }, repeat: true });
      if (status !== 200) stage.wrong(`task ${id}: done was refused: ${JSON.stringify(body)}`);
      const now = await taskOf(stage, id);
      if (now.status !== 'done' || now.progressSummary !== 'enough') stage.wrong(`task ${id}: it was done and is ${now.status}`);
    }
    await toTheEnd(stage, id, seen, { status: 'done', ...counted(30) });
    return id;
  },

  async orchestrate(stage) {
    // Daemon after daemon dies here, and on a slow machine that takes longer than the script waits by itself.
    const plan = `RUN: set -eu
export MAKIMA_RETRY_SECONDS=600
o=.makima/orchestrate.sh
a=$($o create counts 'COUNT: 8 EVERY: 5' --start | cut -f1)
$o wait "$a"
$o done 'all of it' --force`;
    const { id } = await make(stage, { name: 'runs-plan', isOrchestrator: true, plan });
    await finish(stage, id, nothingSeen(), { status: 'done', starts: 1, lines: null });
    const { body: subtasks } = await stage.daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`);
    if (subtasks.length !== 1) stage.wrong(`task ${id}: ${subtasks.length} subtasks, and not 1`);
    for (const subtask of subtasks) await finish(stage, subtask.id, nothingSeen(), { status: 'done', ...counted(8) });
    return id;
  },
} as const satisfies Record<string, (stage: Stage) => Promise<string>>;

export const kinds = Object.keys(scenarios) as (keyof typeof scenarios)[];

/** Plays one scenario, and deletes its task in the end as a rule. */
export const play = async (stage: Stage, kind: (typeof kinds)[number]): Promise<void> => {
  const id = await scenarios[kind](stage);
  stage.figures.tasks[kind] = (stage.figures.tasks[kind] ?? 0) + 1;
  if (stage.dice.between(0, 3) > 0) await remove(stage, id);
};

/** Deletes a task that has ended, with all below it. */
export const remove = async (stage: Stage, id: string): Promise<void> => {
  const task = await taskOf(stage, id);
  if (!isTerminal(task.status) || isActive(task.status)) stage.wrong(`task ${id}: it is to be deleted and is ${task.status}`);
  const { status, body } = await stage.daemon.call<unknown>('DELETE', `/tasks/${id}`, { repeat: true });
  if (status !== 204 && status !== 404) stage.wrong(`task ${id}: it cannot be deleted: ${JSON.stringify(body)}`);
  if ((await stage.daemon.call('GET', `/tasks/${id}`)).status !== 404) stage.wrong(`task ${id}: it was deleted and is there`);
  if (status === 204 && task.overlayPath !== null && existsSync(task.overlayPath)) stage.wrong(`task ${id}: its worktree is left`);
};
