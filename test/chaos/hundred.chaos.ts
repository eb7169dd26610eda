/**
 * A hundred agents at once, sixty in repositories of their own and forty on one of a user's, with worktrees kept ready for it: in one
 * life of a daemon, which must hold nothing of them after it, and through deaths of the daemon at every step of their lives.
 */
import t, { type Test } from 'tap';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { agentPath, fingerprint, isAlive, scratch } from '../support/daemon.ts';
import { crowdOf, sourceOf, untilNothing, wrongWithMember, type Crowd, type End, type Member, type Source } from './crowd.ts';
import { keepDaemon, type KeptDaemon } from './kept-daemon.ts';
import { mergeIn } from './merge-scenario.ts';
import { heldBy, ownGroup, pathsOf } from './remains.ts';

// Two minutes here, where nothing else runs; a slow machine gets ten.
t.setTimeout(600_000);

/** What happens by itself has so long, in milliseconds. */
const patience = 240_000;
const keptReady = 2;

const file = t;
const group = ownGroup(file);

interface Stand {
  home: string;
  /** Where the daemon's temporary files go. */
  tmp: string;
  source: Source;
  daemon: KeptDaemon;
  crowd: Crowd;
  /** What the home of a daemon that did nothing holds. */
  empty: { paths: string[]; rows: Record<string, unknown> };
}

/** The rows of each table of a home whose daemon has ended. */
const rowsOf = (home: string): Record<string, unknown> => {
  const database = new DatabaseSync(join(home, 'state.sqlite'));
  const tables = database.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").all();
  const rows = tables.map(({ name }) => [String(name), database.prepare(`select count(*) as n from "${String(name)}"`).get()?.['n']]);
  database.close();
  return Object.fromEntries(rows);
};

const stand = async (t: Test): Promise<Stand> => {
  const directory = scratch(t);
  const [home, tmp] = [join(directory, 'home'), join(directory, 'tmp')];
  for (const path of [home, tmp]) mkdirSync(path, { mode: 0o700 });
  const daemon = keepDaemon(home, {
    MAKIMA_CLAUDE_COMMAND: agentPath('counts-on'),
    MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: join(directory, 'notes') }),
    MAKIMA_MAX_CONCURRENT_TASKS: '200',
    MAKIMA_PREPARED_WORKTREES: String(keptReady),
    TMPDIR: tmp,
  });
  t.teardown(() => daemon.kill());
  await daemon.start(null);
  await daemon.kill('SIGTERM');
  const empty = { paths: pathsOf(home), rows: rowsOf(home) };
  return { home, tmp, source: sourceOf(join(directory, 'source'), 300), daemon, crowd: crowdOf(daemon, directory), empty };
};

const untilReady = async (daemon: KeptDaemon): Promise<void> => {
  const left = await untilNothing(async () => {
    const ready = /^makima_prepared_worktrees (\d+)$/m.exec((await daemon.metrics()) ?? '')?.[1];
    return ready === String(keptReady) ? [] : [`${ready ?? 'no'} worktrees are ready`];
  }, patience);
  if (left.length > 0) throw new Error(left.join());
};

const each = <T>(members: readonly Member[], act: (member: Member) => Promise<T>): Promise<T[]> => Promise.all(members.map(act));
const stop = async ({ daemon }: Stand, { id }: Member): Promise<void> => {
  const { status, body } = await daemon.call('POST', `/tasks/${id}/stop`, { body: { graceful: false }, repeat: true });
  if (status !== 202 && status !== 200) throw new Error(`a stop was refused: ${JSON.stringify(body)}`);
};
const remove = async ({ daemon }: Stand, { id }: Member): Promise<void> => {
  const { status, body } = await daemon.call<unknown>('DELETE', `/tasks/${id}`, { repeat: true });
  if (status !== 204 && status !== 404) throw new Error(`task ${id} cannot be deleted: ${JSON.stringify(body)}`);
};

/** What a home may hold, with no task in it, that one in which never was any does not. */
const stays = [
  'caches/',
  'disk-usage.json',
  'events/ids',
  'kept/',
  'prepared/',
  'repositories/',
  'runs/',
  'worktrees/',
  'worktrees/.trash/',
];
/** And while its daemon runs. */
const ofDaemon = ['daemon.json', 'makima.sock', 'state.sqlite-shm', 'state.sqlite-wal'];

/** Nothing of the tasks, which were all deleted, is left in the home beside what is kept ready. */
const leftOf = ({ home, tmp, empty, daemon }: Stand): string[] => [
  ...pathsOf(home).filter(
    (path) =>
      !empty.paths.includes(path) && !stays.includes(path) && !(daemon.isAlive() && ofDaemon.includes(path)) && !/^prepared\/./.test(path),
  ),
  ...pathsOf(tmp).map((path) => `temporary: ${path}`),
];

/** All were deleted and the daemon has had its rest: it ends, and nothing is left. */
const endWithNothing = async (t: Test, stand: Stand): Promise<void> => {
  const { home, daemon, empty } = stand;
  t.same(await untilNothing(() => leftOf(stand), patience), [], 'no task has left anything');
  await daemon.kill('SIGTERM');
  t.same(await untilNothing(() => leftOf(stand), patience), [], 'neither has the daemon');
  t.ok(pathsOf(home).filter((path) => /^prepared\/[^/]+\/$/.test(path)).length <= keptReady, 'but what is kept ready');
  t.same(rowsOf(home), empty.rows, 'there is no row of them');
};

/** What is said of a daemon that holds something else than it did. */
const moreThan = (rest: Record<string, number>, held: Record<string, number>): string[] =>
  [...new Set([...Object.keys(rest), ...Object.keys(held)])]
    .filter((what) => (held[what] ?? 0) !== (rest[what] ?? 0))
    .map((what) => `${what}: ${held[what] ?? 0}, and at rest ${rest[what] ?? 0}`);

/** Ends the first test when its daemon has come to rest: the shells that it has no more use for go by and by, and others are tested meanwhile. */
let comesToRest: (t: Test) => Promise<unknown> = (t) => Promise.resolve(t.fail('there was no daemon'));

void t.test('a hundred agents come and go, forty of them on one repository, two in prepared worktrees', async (t) => {
  // Its daemon goes on after it.
  const here = await stand(file);
  const { daemon, crowd, source } = here;
  await daemon.start(null);
  const pid = daemon.pid() ?? 0;
  // It has one shell, on four sockets, and what it watches by, from the first task on.
  const atFirst = heldBy(pid);
  const more = { socket: 4, children: 1, 'anon_inode:inotify': 1 };
  const rest = { ...atFirst, ...Object.fromEntries(Object.entries(more).map(([what, by]) => [what, (atFirst[what] ?? 0) + by])) };
  const [first] = await crowd.join(1, { source, gate: 'first' });
  await first?.spoke;
  await untilReady(daemon);
  source.commit();
  const ends = (n: number): End => (n % 5 === 0 ? 'fails' : n % 5 === 1 ? 'stopped' : 'commits');
  await Promise.all([crowd.join(60, { gate: 'all', end: ends }), crowd.join(39, { source, gate: 'all', end: ends })]);
  await each(crowd.members, ({ spoke }) => spoke);
  const busy = heldBy(pid);
  if (busy['watches'] !== undefined) t.equal(busy['watches'], 100, 'each run is watched once');
  const toStop = crowd.members.filter(({ end }) => end === 'stopped');
  await each(toStop, (member) => stop(here, member));
  await each(toStop, ({ ended }) => ended);
  for (const gate of ['first', 'all']) crowd.open(gate);
  await each(crowd.members, ({ ended }) => ended);
  t.same((await each(crowd.members, (member) => wrongWithMember(crowd, daemon, member))).flat(), []);
  t.match(await daemon.metrics(), /^makima_prepared_worktrees_total\{[^}]*taken[^}]*\} 2$/m);
  await each(crowd.members, (member) => remove(here, member));
  comesToRest = async (t) => {
    t.same(await untilNothing(() => moreThan(rest, heldBy(pid)), patience), [], 'it holds what it held before them');
    await endWithNothing(t, here);
  };
});

type Death = readonly [point: string, times: number];

/** What the daemon dies of, one life after the other, while the hundred are led through theirs. */
const deaths = {
  starting: [
    ['run begun', 15],
    ['agent launched', 10],
    ['running stored', 10],
    ['events logged', 5],
  ],
  preparing: [['preparation begun', 1]],
  ready: [['prepared worktree ready', 1]],
  naming: [['prepared worktree named', 2]],
  movingIndex: [['prepared index moved', 2]],
  moving: [['prepared worktree moved', 2]],
  startingOnOne: [
    ['worktree prepared', 4],
    ['events committed', 3],
  ],
  talking: [
    ['output logged', 50],
    ['output logged', 150],
  ],
  merging: [
    ['merge begun', 1],
    ['merge files written', 1],
    ['merge index installed', 1],
    ['merge head moved', 1],
    ['merge noted', 1],
  ],
  stopping: [
    ['stop stored', 8],
    ['run ended', 5],
  ],
  ending: [
    ['run ended', 10],
    ['task settled', 10],
  ],
  deleting: [
    ['snapshot kept', 10],
    ['rows deleted', 10],
    ['worktree aside', 10],
  ],
} as const satisfies Record<string, readonly Death[]>;
type Phase = keyof typeof deaths;

void t.test('a hundred agents go on through deaths at every step, and each promise is kept to each of them', async (t) => {
  const here = await stand(t);
  const { daemon, crowd, source } = here;
  const wrong: string[] = [];
  /** The agents that run, until they are told otherwise, by the same pid. */
  const living = new Map<Member, number>();

  const passed = new Map(Object.keys(deaths).map((phase) => [phase, Promise.withResolvers<null>()]));
  const dieAndDie = async (): Promise<void> => {
    for (const [phase, points] of Object.entries(deaths)) {
      for (const [point, times] of points) {
        await daemon.start({ point, times });
        await Promise.race([daemon.died(), pause(patience, undefined, { ref: false })]);
        if (daemon.isAlive()) wrong.push(`the daemon did not come to: ${point}`);
        await daemon.kill();
        for (const [{ id }, pid] of living) if (!isAlive(pid)) wrong.push(`the agent of task ${id} died with its daemon`);
      }
      passed.get(phase)?.resolve(null);
    }
    await daemon.start(null);
  };
  const dying = dieAndDie();
  /** Does something while the daemon dies of what belongs to it. */
  const through = async <T>(phase: Phase, act: () => Promise<T>): Promise<T> => {
    const came = await act();
    await passed.get(phase)?.promise;
    t.comment(`${Math.round(performance.now() / 1000)} s: ${phase}`);
    return came;
  };
  const run = async (members: readonly Member[]): Promise<void> => {
    await each(members, ({ spoke }) => spoke);
    await each(members, async (member) => {
      const [pid] = crowd.notes(await crowd.taskOf(member)).pids;
      if (pid === undefined) wrong.push(`the agent of task ${member.id} is not there`);
      else living.set(member, pid);
    });
  };
  const ends = (n: number): End => (n % 6 === 0 ? 'fails' : n % 3 === 1 ? 'stopped' : 'commits');

  await through('starting', async () => run(await crowd.join(60, { gate: 'all', end: ends })));
  for (const phase of ['preparing', 'ready'] as const) await through(phase, async () => run(await crowd.join(1, { source, gate: 'all' })));
  for (const phase of ['naming', 'movingIndex', 'moving'] as const)
    await through(phase, async () => {
      await run(await crowd.join(1, { source, gate: 'all' }));
      await untilReady(daemon);
      source.commit();
      await run(await crowd.join(3, { source, gate: 'all', end: ends }));
    });
  const leads = await through('startingOnOne', async () => {
    const joining = crowd.join(4, { source, gate: 'leads', orchestrates: true });
    const others = crowd.join(14, { source, gate: 'all', end: ends });
    source.commit();
    await run(await others);
    const leads = await joining;
    await run(leads);
    return leads;
  });
  const untouched = fingerprint(source.path);
  await through('talking', () => Promise.resolve());

  crowd.open('subtasks');
  const merged = new Map<Member, Member[]>();
  const stage = { daemon, wrong: (what: string) => void wrong.push(what) };
  await through('merging', async () => {
    await each(leads, async (parent) => {
      const subtasks = await crowd.join(2, { source, gate: 'subtasks', parent });
      merged.set(parent, subtasks);
      await each(subtasks, ({ ended }) => ended);
      for (const subtask of subtasks)
        if ((await mergeIn(stage, await crowd.taskOf(parent), await crowd.taskOf(subtask))) !== 'committed')
          wrong.push(`the work of task ${subtask.id} was not merged`);
    });
  });

  const toStop = crowd.members.filter(({ end }) => end === 'stopped');
  for (const member of toStop) living.delete(member);
  await through('stopping', async () => {
    await each(toStop, (member) => stop(here, member));
    await each(toStop, ({ ended }) => ended);
  });

  living.clear();
  for (const gate of ['all', 'leads']) crowd.open(gate);
  await through('ending', () => each(crowd.members, ({ ended }) => ended));

  for (const member of crowd.members) {
    const subtasks = await each(merged.get(member) ?? [], async (member) => ({ member, task: await crowd.taskOf(member) }));
    wrong.push(...(await wrongWithMember(crowd, daemon, member, subtasks)));
  }
  t.same(wrong, []);
  t.same(fingerprint(source.path), untouched, "the user's repository is as the user left it");
  const events = crowd.members.reduce((sum, { seen }) => sum + seen.events.length, 0);
  const connections = crowd.members.reduce((sum, { seen }) => sum + seen.connections, 0);
  t.comment(`${crowd.members.length} tasks, ${events} events over ${connections} connections`);

  await through('deleting', () => each(crowd.members, (member) => remove(here, member)));
  await dying;
  t.same(wrong, []);
  if (wrong.length > 0) t.comment(daemon.log());
  await endWithNothing(t, here);
});

void t.test('the daemon of the first hundred holds no more descriptors, watches and shells than before them', async (t) => {
  await comesToRest(t);
  t.same(await untilNothing(() => group?.left() ?? [], patience), [], 'no process and no group of either daemon or its agents is left');
});
