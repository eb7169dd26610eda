import PQueue from 'p-queue';
import type { Task } from '../../schemas/task.ts';
import type { RunContext } from './context.ts';
import type { Runs } from './runs.ts';

type Parts = Pick<RunContext, 'store' | 'log' | 'ledger' | 'timing' | 'report'>;

const pageSize = 500;
/** Runs taken up at once, so that one whose files hang does not hold up all the others. */
const atOnce = 4;

/** In the order in which they were queued; of what came in one millisecond, by the ids of their events. */
const queuedTasks = async (context: Parts): Promise<Task[]> => {
  const all: Task[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Task[]; nextCursor: string | null } = await context.store.listTasks({
      statuses: ['queued'],
      limit: pageSize,
      cursor,
    });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  const lastIds = new Map(all.map(({ id }) => [id, context.log.last(id)?.id ?? 0]));
  const byTime = (a: Task, b: Task): number => Date.parse(a.queuedAt ?? a.createdAt) - Date.parse(b.queuedAt ?? b.createdAt);
  return all.sort((a, b) => byTime(a, b) || (lastIds.get(a.id) ?? 0) - (lastIds.get(b.id) ?? 0));
};

/**
 * Takes up what an earlier daemon left, before this one says that it is ready: events that were committed and not
 * logged, runs that go on or have ended meanwhile, tasks that were being set up, and the queue in its order. One run
 * that cannot be taken up fails with the reason and holds up nobody else.
 * It takes `timing.recovery` at the most: what is not taken up by then is taken up in the background, or by the next
 * daemon where this one shuts down before.
 */
export const recover = async (context: Parts, runs: Pick<Runs, 'enqueue' | 'found' | 'detached'>): Promise<void> => {
  const signal = runs.detached;
  const over = AbortSignal.any([signal, AbortSignal.timeout(context.timing.recovery)]);
  await context.ledger.flush();
  // All of them at once: the end of one can stop another that is not taken up yet.
  const active = (await context.store.activeRuns()).map((run) => runs.found(run));
  const waiting = await queuedTasks(context);
  let queueOpen = false;
  // Those that had a slot already come first, in the order in which they had got it.
  const again: (Task | null)[] = [];
  const lane = new PQueue({ concurrency: atOnce });
  const taken = lane.addAll(
    active.map((takeUp, index) => async () => {
      if (signal.aborted) return;
      const task = await takeUp();
      if (task !== null && queueOpen) runs.enqueue(task);
      else again[index] = task;
    }),
  );
  taken.catch((error: unknown) => context.report('taking up what an earlier daemon left', error));
  await Promise.race([taken, aborted(over)]);
  queueOpen = true;
  // A limit of an account is known by those that it has parked: before anybody else of that account could begin.
  const isParked = ({ waitsFor }: Task): boolean => waitsFor?.kind === 'limit';
  const others = waiting.filter((task) => !isParked(task));
  for (const task of [...waiting.filter(isParked), ...again, ...others]) if (task) runs.enqueue(task);
};

/** Resolves when the signal fires. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
