/** Many agents that count on by themselves, and what must have come of each. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { fingerprint, git, write } from '../support/daemon.ts';
import type { KeptDaemon } from './kept-daemon.ts';
import { followToEnd, wordsOf, wrongWith, type Seen } from './witness.ts';

/** A user's repository that gets commits while tasks are started on it. */
export interface Source {
  path: string;
  /** Every tip that it had, in order, with what a checkout of it holds. */
  tips: { commit: string; holds: Record<string, string> }[];
  /** The user commits something. */
  commit(): void;
}

/** @param files - so many, beside a script and a link */
export const sourceOf = (path: string, files: number): Source => {
  write(path, Object.fromEntries(Array.from({ length: files }, (_, n) => [`src/${n % 20}/${n}.txt`, `${n}\n`.repeat(1 + (n % 40))])));
  write(path, { 'tool.sh': '#!/bin/sh\n', 'src/changing.txt': 'first\n' });
  git(path, 'init', '-q', '-b', 'main');
  const source: Source = {
    path,
    tips: [],
    commit() {
      const number = source.tips.length;
      write(path, { 'src/changing.txt': `tip ${number}\n`, [`src/tip-${number}.txt`]: `${number}\n` });
      if (number > 1) git(path, 'rm', '-q', `src/tip-${number - 1}.txt`);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '-m', `tip ${number}`);
      source.tips.push({ commit: git(path, 'rev-parse', 'HEAD'), holds: fingerprint(path, { without: ['.git'] }) });
    },
  };
  source.commit();
  return source;
};

/** How an agent's task ends: it commits what it wrote, it fails, or somebody stops it. */
export type End = 'commits' | 'fails' | 'stopped';

export interface Member {
  id: string;
  end: End;
  source: Source | null;
  /** The tip that was the newest when the task was asked for. */
  askedAt: number;
  /** That when it ran. */
  ranAt: number;
  parent: Member | null;
  seen: Seen;
  /** Resolves when its reader has seen it run and say a line. */
  spoke: Promise<unknown>;
  /** Resolves when its reader has seen its end. */
  ended: Promise<void>;
}

export interface Crowd {
  members: Member[];
  /** Makes and starts tasks at once; resolves when all were answered. */
  join(
    count: number,
    how: { source?: Source | null; gate: string; end?: (n: number) => End; parent?: Member; orchestrates?: boolean },
  ): Promise<Member[]>;
  /** Has the agents that wait at it end. */
  open(gate: string): void;
  /** What an agent noted of itself. */
  notes(task: Pick<Task, 'overlayPath'>): { runs: string[]; pids: number[]; lines: number };
  taskOf(member: Member): Promise<Task>;
}

/** @param directory - for notes and gates */
export const crowdOf = (daemon: KeptDaemon, directory: string): Crowd => {
  const [notes, gates] = [join(directory, 'notes'), join(directory, 'gates')];
  for (const path of [notes, gates]) mkdirSync(path, { recursive: true });
  const members: Member[] = [];

  const watch = (member: Omit<Member, 'spoke' | 'ended'>): Member => {
    const spoke = Promise.withResolvers<null>();
    const look = (event: TaskEvent): boolean => {
      if (event.type === 'status' && event.to === 'running') whole.ranAt = (whole.source?.tips.length ?? 1) - 1;
      if (event.type === 'end' || wordsOf([event]).length > 0) spoke.resolve(null);
      return event.type === 'end';
    };
    const ended = followToEnd(daemon, member.id, member.seen, look);
    const whole: Member = { ...member, spoke: spoke.promise, ended };
    ended.catch(spoke.reject);
    return whole;
  };

  return {
    members,
    async join(count, { source = null, gate, end = () => 'commits', parent = null, orchestrates = false }) {
      const joining = Array.from({ length: count }, async (_, n) => {
        const how = end(n);
        const askedAt = (source?.tips.length ?? 1) - 1;
        const { status, body } = await daemon.call('POST', '/tasks', {
          body: {
            name: how,
            plan: `UNTIL: ${join(gates, gate)} END: ${how}`,
            start: true,
            isOrchestrator: orchestrates,
            ...(parent !== null ? { parentTaskId: parent.id } : source !== null && { repositoryUrl: source.path }),
          },
          headers: { 'idempotency-key': randomUUID() },
          repeat: true,
        });
        if (status !== 201) throw new Error(`a task was refused: ${JSON.stringify(body)}`);
        const seen: Seen = { events: [], connections: 0 };
        return watch({ id: body.id, end: how, source, askedAt, ranAt: askedAt, parent, seen });
      });
      const joined = await Promise.all(joining);
      members.push(...joined);
      return joined;
    },
    open: (gate) => writeFileSync(join(gates, gate), ''),
    notes(task) {
      const file = join(notes, basename(task.overlayPath ?? 'none'));
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
      const starts = lines.filter((line) => line.startsWith('start ')).map((line) => line.split(' '));
      const counts = lines.filter((line) => line.startsWith('line ')).map((line) => line.split(' '));
      return {
        runs: starts.map(([, run = '']) => run),
        pids: [...new Set([...starts, ...counts].map((words) => Number(words[2])))],
        lines: counts.length,
      };
    },
    taskOf: async (member) => (await daemon.call('GET', `/tasks/${member.id}`)).body,
  };
};

const expected = { commits: 'done', fails: 'failed', stopped: 'interrupted' } as const;

/** The lines of an agent on one stream, in the order of the log. Its shell has a word of its own where a command is ended. */
const said = (events: readonly TaskEvent[], stream: 'stdout' | 'stderr'): string[] =>
  stream === 'stdout'
    ? wordsOf(events)
    : events.flatMap((event) =>
        event.type === 'output' && event.stream === stream && event.content.startsWith('aside ') ? [event.content] : [],
      );

const numbered = (count: number, text: (n: number) => string): string[] => Array.from({ length: count }, (_, index) => text(index + 1));

/** Holds a member whose task has ended to all that is promised; its subtasks are those whose work was merged. */
export const wrongWithMember = async (
  crowd: Crowd,
  daemon: KeptDaemon,
  member: Member,
  merged: readonly { member: Member; task: Task }[] = [],
): Promise<string[]> => {
  const task = await crowd.taskOf(member);
  const { events } = member.seen;
  const wrong = wrongWith(task, events, { status: expected[member.end], ends: 1 });
  const say = (what: string): void => void wrong.push(`task ${task.id} ("${task.name}"): ${what}`);

  const again: Seen = { events: [], connections: 0 };
  const last = events.at(-1)?.id;
  await followToEnd(daemon, task.id, again, ({ id }) => id === last);
  if (JSON.stringify(again.events) !== JSON.stringify(events)) say('a replay is not what was seen live');

  const name = basename(task.overlayPath ?? 'none');
  const { runs, pids, lines } = crowd.notes(task);
  if (runs.length !== 1 || pids.length !== 1) say(`its agent was started ${runs.length} times, and had the pids ${pids.join(', ')}`);
  // An agent that is stopped may be between a line and the note of it.
  const mayBe = member.end === 'stopped' ? [lines, lines + 1] : [lines];
  const worktree = task.overlayPath ?? '';
  const counted = existsSync(join(worktree, `counted-${name}`)) ? readFileSync(join(worktree, `counted-${name}`), 'utf8') : '';
  const all = {
    'lines on standard output': [said(events, 'stdout'), (n: number) => `line ${n} of ${name}`],
    'lines on standard error': [said(events, 'stderr'), (n: number) => `aside ${n} of ${name}`],
    'lines of its file': [counted === '' ? [] : counted.trimEnd().split('\n'), String],
  } as const;
  for (const [what, [found, text]] of Object.entries(all))
    if (!mayBe.some((count) => JSON.stringify(found) === JSON.stringify(numbered(count, text))))
      say(`it noted ${lines} lines, and its ${what} are: ${found.join(', ')}`);

  const holds = fingerprint(worktree, { without: ['.git', '.makima'] });
  const own = [`counted-${name}`, ...(member.end === 'commits' ? [`left-${name}`] : [])];
  const tip = member.source?.tips.findIndex(({ commit }) => commit === task.baseCommit) ?? null;
  if (tip !== null && (tip < member.askedAt || tip > member.ranAt))
    say(`its base is tip ${tip}, and it was asked for at tip ${member.askedAt} and ran at ${member.ranAt}`);
  const base = member.parent === null ? (tip === null ? {} : (member.source?.tips[tip]?.holds ?? {})) : null;
  const brought = merged.flatMap((each) =>
    ['counted', 'left'].map((what) => [`${what}-${basename(each.task.overlayPath ?? '')}`, each.task.overlayPath ?? ''] as const),
  );
  const wanted: Record<string, string | undefined> = {
    ...base,
    ...Object.fromEntries(own.map((path) => [path, holds[path]])),
    ...Object.fromEntries(brought.map(([path, from]) => [path, fingerprint(from, { without: ['.git', '.makima'] })[path]])),
  };
  if (base !== null)
    for (const path of new Set([...Object.keys(wanted), ...Object.keys(holds)]))
      if (wanted[path] === undefined || wanted[path] !== holds[path])
        say(`${path} is ${holds[path] ?? 'missing'}, not ${wanted[path] ?? 'there'}`);
  return wrong;
};

/** Waits until a look finds nothing more to complain of, for so long, and returns what is left. */
export const untilNothing = async (look: () => string[] | Promise<string[]>, limitMs: number): Promise<string[]> => {
  let left = await look();
  for (const limit = performance.now() + limitMs; left.length > 0 && performance.now() < limit; left = await look()) await pause(100);
  return left;
};
