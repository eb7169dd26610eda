import type { RunContext } from '../context.ts';
import type { TaskRun } from '../life-of-run.ts';
import { untilDone } from '../until-done.ts';

/** One call that waits for a task with another's key. */
export interface Waiting {
  /** The task is not over: the caller's own waits for it from now on, and others have its slot. */
  begins(): void;
  /**
   * The task is over: the caller's own goes on when it has a slot again, unless other calls of its still wait.
   * @param signal - fires when the call has to be answered all the same
   * @returns whether it goes on
   */
  goesOn(signal: AbortSignal): Promise<boolean>;
  /** The call is answered, or its caller has left. */
  leave(): void;
}

/** Who waits for other tasks by calls with their keys. */
export interface Attendance {
  /**
   * @param taskId - whose key it is
   * @param awaited - for whom it waits; null where the task does not wait by that, as somebody else has the key
   */
  attend(taskId: string, awaited: string | null): Waiting;
  /** Whether a call with the task's key waits for another task. */
  isAttending(taskId: string): boolean;
  /** One that an earlier daemon left waiting for its subtasks: its calls died with that, and most are made again at once. */
  found(taskId: string): void;
}

/** What calls with one task's key wait for. */
interface Calls {
  open: number;
  /** How many wait for each, and when the last that did left. One call after the other waits for the same. */
  awaited: Map<string, { open: number; leftAt: number }>;
  gaveUp: NodeJS.Timeout | null;
}

/**
 * A wait is many calls, one after the other: the task waits from the first to the last of them, also between two. An agent that makes no
 * further one for a while has given up waiting, and goes on already.
 * @param grace - how long nobody need call until then, in milliseconds
 */
export const createAttendance = (
  context: Pick<RunContext, 'report'>,
  runOf: (taskId: string) => Pick<TaskRun, 'phase' | 'blocks' | 'attended'> | undefined,
  grace: number,
  detach: AbortSignal,
): Attendance => {
  const all = new Map<string, Calls>();
  const callsOf = (taskId: string): Calls => {
    const known = all.get(taskId);
    if (known) return known;
    const made: Calls = { open: 0, awaited: new Map(), gaveUp: null };
    all.set(taskId, made);
    return made;
  };

  /** The task says for whom it waits. */
  const tell = (taskId: string): void => {
    const since = performance.now() - grace;
    const { awaited } = callsOf(taskId);
    for (const [id, { open, leftAt }] of awaited) if (open === 0 && leftAt < since) awaited.delete(id);
    const taskIds = [...awaited.keys()];
    runOf(taskId)
      ?.blocks.block({ kind: 'subtasks', taskIds })
      .catch((error: unknown) => context.report(`noting that task ${taskId} waits for its subtasks`, error));
  };
  const giveUp = (taskId: string): void => {
    all.delete(taskId);
    const goOn = async (): Promise<void> => runOf(taskId)?.blocks.goOn('subtasks');
    void untilDone(context, `letting task ${taskId} go on`, goOn, detach);
  };
  /** When the last call has left. */
  const giveUpSoon = (taskId: string, calls: Calls): void => {
    if (calls.awaited.size === 0) all.delete(taskId);
    else calls.gaveUp ??= setTimeout(giveUp, grace, taskId).unref();
  };

  return {
    isAttending: (taskId) => (all.get(taskId)?.open ?? 0) > 0,
    found(taskId) {
      const calls = callsOf(taskId);
      if (calls.open === 0) calls.gaveUp ??= setTimeout(giveUp, grace, taskId).unref();
    },
    attend(taskId, awaited) {
      const calls = callsOf(taskId);
      calls.open += 1;
      if (calls.gaveUp !== null) clearTimeout(calls.gaveUp);
      calls.gaveUp = null;
      runOf(taskId)?.attended();
      let mine: { open: number; leftAt: number } | null = null;
      return {
        begins() {
          if (awaited === null || mine !== null) return;
          mine = calls.awaited.get(awaited) ?? { open: 0, leftAt: 0 };
          mine.open += 1;
          calls.awaited.set(awaited, mine);
          tell(taskId);
        },
        async goesOn(signal) {
          const run = runOf(taskId);
          if (awaited === null || !run) return true;
          // Its run is being taken up, and nobody knows yet whether it has a slot: the next call is told.
          if (run.phase === 'found') return false;
          if ([...calls.awaited].some(([id, { open }]) => id !== awaited && open > 0)) {
            if (calls.awaited.delete(awaited)) tell(taskId);
            return true;
          }
          const left = Promise.withResolvers<false>();
          const leave = (): void => left.resolve(false);
          signal.addEventListener('abort', leave);
          if (signal.aborted) leave();
          try {
            const unblocked = run.blocks.unblock('subtasks').then((goesOn) => {
              // Until then it counts as waiting: an agent that gives up meanwhile has made no further call.
              if (goesOn) calls.awaited.clear();
              return true;
            });
            return await Promise.race([unblocked, left.promise]);
          } finally {
            signal.removeEventListener('abort', leave);
          }
        },
        leave() {
          calls.open -= 1;
          if (mine !== null) {
            mine.open -= 1;
            mine.leftAt = performance.now();
          }
          if (calls.open === 0) giveUpSoon(taskId, calls);
          runOf(taskId)?.attended();
        },
      };
    },
  };
};
