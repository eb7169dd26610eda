/** Lets clients work while one daemon after the other is killed, and looks at what is left when all is deleted. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '../../schemas/task.ts';
import { platform } from '../../src/process/platform/index.ts';
import { fingerprint } from '../support/daemon.ts';
import { everythingIn } from '../support/everything-in.ts';
import { keepDaemon, type Fault, type KeptDaemon } from './kept-daemon.ts';
import { halfMade } from './life.ts';
import { kinds, play, remove, type Kind } from './scenarios.ts';
import { diceOf, type Dice } from './seeded.ts';
import type { Stage } from './stage.ts';

type Points = Readonly<Record<string, number>>;

/** Each named point of a run and of a deletion, and up to how many times it is passed before the daemon dies at it. */
export const runPoints: Points = {
  'run begun': 2,
  'agent prepared': 2,
  'ports prepared': 2,
  'worktree prepared': 2,
  'files prepared': 2,
  'setup prepared': 2,
  'helper prepared': 2,
  'tool key prepared': 2,
  'plan stored': 2,
  'agent launched': 2,
  'running stored': 2,
  blocked: 2,
  unblocked: 2,
  'output logged': 12,
  'events committed': 12,
  'events logged': 12,
  'run ended': 2,
  'keys revoked': 2,
  'task settled': 2,
  'snapshot kept': 1,
  'rows deleted': 1,
  'worktree aside': 1,
};

/** Those of a merge: begun, carried out, left open, resolved, committed, aborted. */
export const mergePoints: Points = {
  'merge begun': 2,
  'merge files written': 2,
  'merge index installed': 2,
  'merge head moved': 2,
  'merge noted': 2,
  'merge left open': 1,
  'conflict resolved': 1,
  'abort begun': 1,
  'merge index restored': 1,
  'merge files restored': 1,
  'merge undone': 1,
  'merge committed': 1,
};

export const points: Points = { ...runPoints, ...mergePoints };

export interface ChaosFigures {
  seed: number;
  seconds: number;
  daemons: number;
  killedAtRandom: number;
  terminated: number;
  killedAt: Record<string, number>;
  tasks: Record<string, number>;
  lines: number;
  events: number;
  connections: number;
  /** Promises that were not kept. */
  wrong: string[];
}

export interface ChaosOptions {
  seed: number;
  /** An empty directory. */
  directory: string;
  /** A repository with a commit. */
  repository: string;
  /** The points to die at, in turn; between two of them the daemon dies at a random moment, so often. */
  points: readonly string[];
  /** They are given in the order in which one scenario passes them, and are died at in that order; else in one of the dice's. */
  inOrder?: boolean;
  randomKills: number;
  /** What the clients do; all there is where left out. */
  kinds?: readonly Kind[];
  /** So many clients at once. */
  clients: number;
  /** Goes on with the points from the start until then, by `performance.now()`. */
  until?: number;
  /** Told how it goes. */
  progress?: (line: string) => void;
}

/** A point that is not passed in this time is tried again after the others, so often; in milliseconds. */
const patience = 20_000;
const tries = 4;

/** Kills one daemon after the other. The last one is left running. */
const killer = async (daemon: KeptDaemon, dice: Dice, options: ChaosOptions, figures: ChaosFigures): Promise<void> => {
  const start = async (fault: Fault | null): Promise<void> => {
    figures.daemons += 1;
    await daemon.start(fault);
  };
  const dieAtRandom = async (): Promise<void> => {
    await start(null);
    await pause(dice.between(0, 500));
    const signal = dice.between(0, 3) === 0 ? 'SIGTERM' : 'SIGKILL';
    await daemon.kill(signal);
    if (signal === 'SIGTERM') figures.terminated += 1;
    else figures.killedAtRandom += 1;
  };
  do {
    const left = options.inOrder === true ? [...options.points] : dice.shuffled(options.points);
    const missed = new Map<string, number>();
    for (let point = left.shift(); point !== undefined; point = left.shift()) {
      await start({ point, times: options.inOrder === true ? 1 : dice.between(1, points[point] ?? 1) });
      await Promise.race([daemon.died(), pause(patience)]);
      const misses = (missed.get(point) ?? 0) + 1;
      if (!daemon.isAlive()) figures.killedAt[point] = (figures.killedAt[point] ?? 0) + 1;
      else if (misses < tries) left.push(point);
      missed.set(point, misses);
      await daemon.kill();
      for (let kill = 0; kill < options.randomKills; kill += 1) await dieAtRandom();
      options.progress?.(
        `${figures.daemons} daemons, ${Object.values(figures.tasks).reduce((sum, each) => sum + each, 0)} scenarios, ${figures.lines} lines, ${figures.wrong.length} promises broken`,
      );
    }
  } while (performance.now() < (options.until ?? 0));
  await start(null);
};

/** Everything below a directory but what may be there. */
const leftIn = (root: string, mayStay: (path: string) => boolean): string[] => everythingIn(root).filter((path) => !mayStay(path));

/** So many worktrees are kept ready where nobody says otherwise. */
const keptReady = 2;
const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);

/** What is left of tasks that were all deleted: nothing but what may be had back. */
const leftovers = async (home: string, notes: string): Promise<string[]> => {
  const left = leftIn(join(home, 'runs'), () => false)
    .concat(leftIn(join(home, 'worktrees'), (path) => path === '.trash'))
    .concat(leftIn(join(home, 'events'), (path) => path === 'ids'))
    .concat(leftIn(join(home, 'repositories'), () => false))
    .concat(['caches', 'kept'].flatMap((name) => leftIn(join(home, name), (path) => !halfMade.test(path))))
    .concat(
      readdirSync(home).filter(
        (name) =>
          ![
            'state.sqlite',
            'state.sqlite-wal',
            'state.sqlite-shm',
            'lock',
            'lock-journal',
            'token',
            'daemon.json',
            'makima.sock',
            'runs',
            'worktrees',
            'events',
            'repositories',
            'caches',
            'kept',
            'home.json',
            'prepared',
          ].includes(name),
      ),
    )
    // Kept ready for the next start on the one repository.
    .concat(namesIn(join(home, 'prepared')).slice(keptReady));
  const processes = (await platform.table('AGENT_NOTES')).filter(({ marks }) => marks.includes(notes));
  return [...left, ...processes.map(({ pid }) => `process ${pid}`)];
};

/**
 * One run of it.
 * @returns its figures; `wrong` is empty where every promise was kept
 */
export const runChaos = async (options: ChaosOptions): Promise<ChaosFigures> => {
  const { seed, directory } = options;
  const dice = diceOf(seed);
  const [home, notes] = [join(directory, 'home'), join(directory, 'notes')];
  for (const path of [home, notes]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const began = performance.now();
  const figures: ChaosFigures = {
    seed,
    seconds: 0,
    daemons: 0,
    killedAtRandom: 0,
    terminated: 0,
    killedAt: {},
    tasks: {},
    lines: 0,
    events: 0,
    connections: 0,
    wrong: [],
  };
  const daemon = keepDaemon(home, { MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: notes }), MAKIMA_MAX_CONCURRENT_TASKS: '3' });
  const stage: Stage = {
    daemon,
    dice: diceOf(seed + 1),
    notes,
    repository: options.repository,
    figures,
    wrong: (what) => void figures.wrong.push(what),
  };
  const before = JSON.stringify(fingerprint(options.repository));

  let killing = true;
  const isKilling = (): boolean => killing;
  // Each kind at least once, in an order of the dice's; then on as long as daemons die.
  const chosen = options.kinds ?? kinds;
  const toPlay = stage.dice.shuffled(chosen);
  const client = async (): Promise<void> => {
    for (let kind = toPlay.pop(); kind !== undefined || isKilling(); kind = toPlay.pop())
      await play(stage, kind ?? stage.dice.pick(chosen));
  };
  try {
    const clients = Promise.all(Array.from({ length: options.clients }, client));
    clients.catch(() => (killing = false));
    await Promise.race([clients, killer(daemon, dice, options, figures)]);
    killing = false;
    await clients;
    const { body } = await daemon.call<{ items: Task[] }>('GET', '/tasks?limit=500');
    for (const task of body.items.filter(({ parentTaskId }) => parentTaskId === null)) await remove(stage, task.id);
    if (JSON.stringify(fingerprint(options.repository)) !== before) stage.wrong("the user's repository was changed");
    // What was put aside is removed in the background.
    let left = await leftovers(home, notes);
    for (const limit = performance.now() + 30_000; left.length > 0 && performance.now() < limit; left = await leftovers(home, notes))
      await pause(50);
    for (const each of left) stage.wrong(`left behind: ${each}`);
  } finally {
    killing = false;
    await daemon.kill('SIGTERM');
    figures.seconds = Math.round((performance.now() - began) / 100) / 10;
    if (figures.wrong.length > 0) options.progress?.(daemon.log());
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  return figures;
};
