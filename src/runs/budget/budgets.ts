/**
 * Holds the runs of a tree to the budgets that it is under. What was used is looked at when it changes: at the end of each turn, by one
 * query where there is a budget and by none where there is not. Between these an open turn is guessed at by its lines, in memory. Time is
 * looked at by one timer for each budget of minutes under which something runs.
 */
import type { Budget, Task, TaskStatus } from '../../../schemas/task.ts';
import { estimatedCost, isFarBeyond, isUsedUp, leftForAgent, limitsOf, nextLookMs, type LeftForAgent } from '../../domain/budget.ts';
import { createTurns } from '../../domain/turns.ts';
import { addUsage, type Spent } from '../../domain/usage.ts';
import { MakimaError } from '../../errors.ts';
import type { RunContext } from '../context.ts';
import { untilDone } from '../until-done.ts';
import { isInTurn, usedInOpenTurns, type Spender } from './spender.ts';
import { describeUsedUp, standingsOver, whatIsUsedUp, whyStopped, type Standing } from './standing.ts';
import { tellMarks } from './tell-marks.ts';

type Parts = Pick<RunContext, 'store' | 'log' | 'ledger' | 'now' | 'reached' | 'report'>;

/** A run that is looked after. */
export interface Minded {
  /** Its agent has printed something. */
  heard(): void;
  /** It has ended. */
  end(): void;
}

export interface Budgets {
  /** Looks after a run from here to its end. */
  mind(taskId: string, spender: Spender): Minded;
  /** A task has used something, or its budget is another: tells of what its budgets have reached, and stops what is to be stopped. Never rejects. */
  look(taskId: string): Promise<void>;
  /** @throws MakimaError BUDGET_EXCEEDED where a budget that the task is under is used up */
  require(task: Pick<Task, 'id'>): Promise<void>;
  /** What of the budgets that a task is under its agent can be held to itself. @throws MakimaError BUDGET_EXCEEDED */
  leftFor(task: Pick<Task, 'id'>): Promise<LeftForAgent>;
  /** The budget of a task was changed. */
  changed(taskId: string): void;
}

/** What is known of a budget since it was looked at last. */
interface Known {
  budget: Budget;
  spent: Spent;
  ids: ReadonlySet<string>;
  /** What this daemon has told of it. */
  told: Set<string>;
}

/** The longest that a timer takes. */
const longestMs = 2 ** 31 - 1;

/** @param detach - fires when the daemon lets go of the agents */
export const createBudgets = (parts: Parts, detach: AbortSignal): Budgets => {
  const spenders = new Map<string, Spender>();
  const known = new Map<string, Known>();
  /** Those that are being stopped. */
  const stopped = new WeakSet<Spender>();
  const timers = new Map<string, NodeJS.Timeout>();
  /** Of two looks at a budget the later knows more. */
  const oneByOne = createTurns();

  const clear = (taskId: string): void => {
    clearTimeout(timers.get(taskId));
    timers.delete(taskId);
  };
  detach.addEventListener('abort', () => {
    for (const id of [...timers.keys()]) clear(id);
  });
  const arm = ({ task, budget, spent, tree }: Standing): void => {
    clear(task.id);
    const running = tree.filter(({ runningSince }) => runningSince !== null).length;
    const next = detach.aborted ? null : nextLookMs(budget, spent, running);
    if (next !== null) timers.set(task.id, setTimeout(() => lookSoon(task.id), Math.min(next, longestMs)).unref());
  };

  const under = (ids: Iterable<string>): Spender[] => [...ids].flatMap((id) => spenders.get(id) ?? []);

  /** What was used, with what open turns have used about; of that nobody knows the cost, which is guessed by what the rest did. */
  const withOpenTurns = (spent: Spent, ids: Iterable<string>): Spent => {
    const open = usedInOpenTurns(under(ids));
    return { ...addUsage(spent, { ...open, costUsd: open.costUsd + estimatedCost(open, spent) }), runningMs: spent.runningMs };
  };

  const hold = async ({ task, budget, spent, limits }: Standing, ids: ReadonlySet<string>): Promise<void> => {
    const far = limitsOf(budget, withOpenTurns(spent, ids)).filter(isFarBeyond);
    const over = far.length > 0 ? far : limits.filter(isUsedUp);
    if (over.length === 0) return;
    const reason = whyStopped(describeUsedUp(task, over));
    for (const spender of under(ids)) {
      if (stopped.has(spender) || (far.length === 0 && isInTurn(spender))) continue;
      await spender.stop(reason);
      stopped.add(spender);
    }
  };

  const forgetUnused = (): void => {
    for (const [id, { ids }] of known) {
      if (under(ids).length > 0) continue;
      known.delete(id);
      clear(id);
    }
  };

  const lookOnce = (taskId: string): Promise<void> =>
    oneByOne(async () => {
      for (const standing of await standingsOver(parts, taskId)) {
        const { task, budget, spent, tree } = standing;
        const told = known.get(task.id)?.told ?? new Set();
        await tellMarks(parts, standing, taskId, told);
        const ids = new Set(tree.map(({ id }) => id));
        known.set(task.id, { budget, spent, ids, told });
        arm(standing);
        await hold(standing, ids);
      }
      forgetUnused();
    });
  const look = (taskId: string): Promise<void> =>
    untilDone(parts, `looking at the budgets over task ${taskId}`, () => lookOnce(taskId), detach);
  const lookSoon = (taskId: string): void => void look(taskId);

  /** Whether its open turn takes a budget so far that its end is not waited for. */
  const isTooMuch = (taskId: string): boolean => {
    for (const { budget, spent, ids } of known.values())
      if (ids.has(taskId) && limitsOf(budget, withOpenTurns(spent, ids)).some(isFarBeyond)) return true;
    return false;
  };
  const requireLeft = async ({ id }: Pick<Task, 'id'>): Promise<Standing[]> => {
    const standings = await standingsOver(parts, id);
    const usedUp = whatIsUsedUp(standings);
    if (usedUp !== null) throw new MakimaError('BUDGET_EXCEEDED', usedUp);
    return standings;
  };

  return {
    mind(taskId, spender) {
      spenders.set(taskId, spender);
      let isLooking = false;
      let status: TaskStatus | null = null;
      // Time passes for it or does not: it was paused, waits, goes on.
      const unwatch = parts.ledger.watch(taskId, (task) => {
        if (task === null || task.status === status) return;
        status = task.status;
        lookSoon(taskId);
      });
      // Also for what an earlier daemon noted, and died before it drew anything from that.
      lookSoon(taskId);
      return {
        heard() {
          if (isLooking || known.size === 0 || stopped.has(spender) || !isTooMuch(taskId)) return;
          isLooking = true;
          void look(taskId).then(() => (isLooking = false));
        },
        end() {
          unwatch();
          if (spenders.get(taskId) === spender) spenders.delete(taskId);
          forgetUnused();
          // What others are under may have time left for longer.
          if (known.size > 0) lookSoon(taskId);
        },
      };
    },
    look,
    require: async (task) => {
      await requireLeft(task);
    },
    leftFor: async (task) => leftForAgent(await requireLeft(task)),
    changed(taskId) {
      known.delete(taskId);
      clear(taskId);
      lookSoon(taskId);
    },
  };
};
