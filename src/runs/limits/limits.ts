import type { Task } from '../../../schemas/task.ts';
import { limitEnds, type LimitTimes } from '../../domain/usage-limit.ts';
import { createAlarm } from '../alarm.ts';
import type { RunContext } from '../context.ts';
import type { TaskRun } from '../life-of-run.ts';
import type { RunQueue } from '../queue/queue.ts';

/** What is known of a limit that an agent's account has come to. */
export interface UsageLimit {
  agent: string;
  /** In ISO 8601; null where nobody knows. */
  until: string | null;
  since: string;
  /** How many tasks it has parked. */
  parked: number;
}

/** The limits of agents' accounts: starts of an agent pause until its account may go on, and the tasks that a limit ended are parked. */
export interface Limits {
  /**
   * An agent has told of a limit of its account, or of its model alone, in which case the account's other tasks go on.
   * @returns whether that is news
   */
  reached(task: Task, limit: { until: string | null; ofModel?: true }): boolean;
  /** An agent has ended a turn well. @param task - as it was when its run began */
  succeeded(task: Task): void;
  /** A task waits for the end of a limit, parked or found so: it goes on then where the settings say so, else at a word of somebody's. */
  park(task: Task, run: TaskRun): void;
  /** It may go on, by a word of somebody's. */
  forget(taskId: string): void;
  current(): UsageLimit[];
}

interface Parked {
  agent: string;
  at: number;
  run: TaskRun;
}

/**
 * What is known of an account is not stored: its parked tasks are, and it is known again by them.
 * @param goOn - parked tasks go on by themselves
 * @param detach - fires when the daemon shuts down
 */
export const createLimits = (
  { now, ledger }: Pick<RunContext, 'now' | 'ledger'>,
  queue: Pick<RunQueue, 'pauseStarts' | 'resumeStarts'>,
  { goOn, times }: { goOn: boolean; times: LimitTimes },
  detach: AbortSignal,
): Limits => {
  const known = new Map<string, { until: string | null; since: number; ends: number }>();
  const parked = new Map<string, Parked>();
  /** Tasks whose limit is of their model. */
  const ofModel = new Set<string>();

  const time = (): number => now().getTime();
  const note = (agent: string, until: string | null, since: number): boolean => {
    const before = known.get(agent);
    const ends = limitEnds(until, since, times);
    if (before && before.ends >= ends && before.ends > time()) return false;
    known.set(agent, { until, since, ends });
    queue.pauseStarts(agent, ends);
    lookAgain();
    return true;
  };
  const release = (taskId: string, { agent, run }: Parked): void => {
    parked.delete(taskId);
    ledger.append(taskId, [
      { type: 'output', stream: 'system', content: 'The limit is over: the task goes on when it has a slot' },
      { type: 'limit', action: 'lifted', agent, until: null },
    ]);
    run.seat.release();
  };
  const look = (): void => {
    const at = time();
    for (const [agent, { ends }] of known) if (ends <= at) known.delete(agent);
    if (goOn) for (const [taskId, each] of [...parked]) if (each.at <= at) release(taskId, each);
    lookAgain();
  };
  const lookAgain = (): void => {
    const ends = [...[...known.values()].map((each) => each.ends), ...(goOn ? [...parked.values()].map((each) => each.at) : [])];
    alarm.set(ends.length === 0 || detach.aborted ? null : Math.min(...ends));
  };
  const alarm = createAlarm(time, look);
  detach.addEventListener('abort', () => lookAgain());

  return {
    reached({ id, agent }, limit) {
      if (limit.ofModel) {
        ofModel.add(id);
        return true;
      }
      ofModel.delete(id);
      return note(agent, limit.until, time());
    },
    succeeded({ agent, startedAt }) {
      const limit = known.get(agent);
      // What was under way when the account came to its limit says nothing of it.
      if (!limit || Date.parse(startedAt ?? '') < limit.since) return;
      known.delete(agent);
      queue.resumeStarts(agent);
      if (goOn) for (const [taskId, each] of [...parked]) if (each.agent === agent) release(taskId, each);
      lookAgain();
    },
    park(task, run) {
      const until = task.waitsFor?.until ?? null;
      const since = Date.parse(task.queuedAt ?? '') || time();
      const at = limitEnds(until, since, times);
      if (!ofModel.delete(task.id) && at > time()) note(task.agent, until, since);
      const mine = { agent: task.agent, at, run };
      parked.set(task.id, mine);
      void run.over.then(() => {
        if (parked.get(task.id) === mine) parked.delete(task.id);
      });
      look();
    },
    forget: (taskId) => void parked.delete(taskId),
    current: () =>
      [...known].map(([agent, { until, since }]) => ({
        agent,
        until,
        since: new Date(since).toISOString(),
        parked: [...parked.values()].filter((each) => each.agent === agent).length,
      })),
  };
};
