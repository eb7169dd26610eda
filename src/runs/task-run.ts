import type { Task } from '../../schemas/task.ts';
import { isAtRest } from '../domain/run-verdict.ts';
import { createTurns } from '../domain/turns.ts';
import { MakimaError } from '../errors.ts';
import type { Run } from '../store/task-store.ts';
import type { Budgets } from './budget/budgets.ts';
import { beginRun, withdraw, type Begun } from './begin-run.ts';
import { askForStop } from './budget/ask-for-stop.ts';
import { concludeRun } from './conclude-run.ts';
import type { RunContext } from './context.ts';
import { tellStopping, type RunHook } from './hooks/hook.ts';
import { createBlocks } from './queue/blocks.ts';
import { turnOf, type Seat } from './queue/queue.ts';
import type { RunPhase, TaskRun } from './life-of-run.ts';
import { startRun, type Started } from './start-run.ts';
import type { Stopping } from './stop-below.ts';
import { openAgentProcess } from './supervision/agent-process.ts';
import { openLiveRun, type LiveRun } from './supervision/live-run.ts';
import type { ProgressTracker } from './supervision/progress.ts';
import { takeUpRun } from './take-up-run.ts';
import { untilDone } from './until-done.ts';

/**
 * The run whose life is drawn in life-of-run.
 * @param found - where an earlier daemon left it
 * @param seat - its place in the queue, which it leaves at its end
 * @param isAttending - whether a call with the task's key waits for another task
 * @param detach - fires when the daemon shuts down and leaves the agent running
 */
export const createTaskRun = (
  context: RunContext & Stopping & { requeue: (task: Task) => void } & { budgets: Pick<Budgets, 'mind'> },
  hooks: readonly RunHook[],
  taskId: string,
  found: Pick<Run, 'runId' | 'taskId'> | null,
  seat: Seat,
  isAttending: () => boolean,
  detach: AbortSignal,
): TaskRun => {
  const { promise: over, resolve: resolveOver } = Promise.withResolvers<undefined>();
  /** Who asks for a stop and who moves the run on take turns, where the one must not miss the other. */
  const inTurn = createTurns();
  const settingUp = new AbortController();
  let phase: RunPhase = found === null ? 'queued' : 'found';
  /** What is stored of it, null while it waits. */
  let stored = found;
  let live: LiveRun | null = null;
  let stopping = false;
  /** What is said to it waits for its next run, until it is decided that there is none. */
  let [isToldByRuns, isDecided] = [false, false];
  /** It went on in the queue, and was stopped there before it had its place. */
  let isWithdrawn = false;

  const blocks = createBlocks(context, taskId, seat, () => phase === 'running', detach);

  const end = (): void => {
    phase = detach.aborted ? 'detached' : 'ended';
    seat.leave();
    resolveOver(undefined);
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      context.report(`the run of task ${taskId}`, error);
      end();
      return null;
    }
  };

  /** Carries out a stop that is stored, by how it stands by then: it may have come to run meanwhile. */
  const carryOutStop = async (run: Pick<Run, 'runId' | 'taskId'>, graceful: boolean): Promise<void> => {
    stopping = true;
    try {
      await tellStopping(hooks, run);
    } finally {
      // It is carried out whatever becomes of what the hooks do, which the run's end does again.
      settingUp.abort();
      live?.end(graceful);
    }
  };

  const stopOverBudget = (run: Pick<Run, 'runId' | 'taskId'>, reason: string, { progress }: ProgressTracker): Promise<void> =>
    inTurn(async () => {
      if (phase === 'running' && (await askForStop(context, run, reason, isAtRest(progress)))) await carryOutStop(run, true);
    });

  const lookAfter = async (started: Started): Promise<void> => {
    const { run, handle, tracker } = started;
    const agent = openAgentProcess(run.directory, handle, context.timing, detach);
    stopping ||= run.stopRequested !== null;
    isToldByRuns = started.driver.hasOneTurn;
    phase = 'running';
    const minded = context.budgets.mind(taskId, { tracker, stop: (reason) => stopOverBudget(run, reason, tracker) });
    const heard = (): void => minded.heard();
    live = openLiveRun(context, hooks, { ...started, agent, isStopping: () => stopping, isAttending, blocks, heard, detach });
    // It may have come to wait for something before there was anybody to note it.
    void untilDone(context, `noting what task ${taskId} waits for`, () => blocks.align(), detach);
    const outcome = await live.over;
    if (outcome !== null) {
      phase = 'ending';
      const goesOn = await untilDone(
        context,
        `ending run ${run.runId}`,
        () => concludeRun(context, hooks, started, outcome, inTurn, () => (isDecided = true)),
        detach,
      );
      // Its next run is another one, once this is over.
      if (goesOn) void over.then(() => isWithdrawn || context.requeue(goesOn));
    }
    minded.end();
    end();
  };

  /** For a stop that was answered already. */
  const stopInTheEnd = async (run: Pick<Run, 'runId' | 'taskId'>): Promise<void> => {
    const stop = async (): Promise<void> => {
      if ((await context.store.getRun(run.runId))?.stopRequested != null) await carryOutStop(run, false);
    };
    await untilDone(context, `stopping run ${run.runId} of task ${taskId}`, stop, detach);
  };

  const begin = async (): Promise<void> => {
    if (phase !== 'queued') return;
    const runId = context.newId();
    // Nobody waits for an answer here, so a store that cannot be written is waited for: the task would hang in the queue.
    const begun = await untilDone<Begun | null>(
      context,
      `beginning a run of task ${taskId}`,
      () =>
        inTurn(async () => {
          const made = phase === 'queued' ? await beginRun(context, taskId, runId) : null;
          if (made === null) return null;
          stored = made.run;
          phase = 'preparing';
          return made;
        }),
      detach,
    );
    const started = begun && (await startRun(context, hooks, begun, settingUp.signal, detach));
    if (!started) {
      end();
      return;
    }
    const looked = lookAfter(started);
    // Stopped when it was about to run, and nobody to tell yet.
    if (settingUp.signal.aborted) await stopInTheEnd(started.run);
    await looked;
  };

  const takeUp = async (run: Pick<Run, 'runId' | 'taskId'>): Promise<Task | null> => {
    const taken = await untilDone(
      context,
      `taking up run ${run.runId} of task ${taskId}`,
      () => takeUpRun(context, hooks, run, detach, inTurn),
      detach,
    );
    if (taken?.kind === 'running') {
      const { task } = taken.started;
      seat.goesOn(turnOf(task), task.status !== 'blocked');
      blocks.found(task);
      void guarded(() => lookAfter(taken.started));
      // Somebody may have asked for that before the daemon was restarted, or meanwhile.
      await stopInTheEnd(run);
      return null;
    }
    if (taken?.kind === 'queued') {
      const waits = await inTurn(async () => {
        stored = null;
        phase = 'queued';
        return !stopping || !(await withdraw(context, taskId));
      });
      if (waits) return taken.task;
    }
    end();
    return null;
  };

  const liveOne = (): LiveRun => {
    if (live === null || phase === 'ended' || phase === 'detached') throw new MakimaError('TASK_NOT_RUNNING');
    return live;
  };

  const deliver = (): void => live?.deliver();
  const isUnderWay = (): boolean => phase === 'preparing' || phase === 'running' || phase === 'ending';

  return {
    get phase() {
      return phase;
    },
    seat,
    blocks,
    async begin() {
      await guarded(begin);
    },
    takeUp: () => guarded(async () => (found === null ? null : takeUp(found))),
    fail: (reason) =>
      inTurn(async () => {
        if (phase !== 'queued') return;
        await withdraw(context, taskId, reason);
        end();
      }),
    stop: ({ graceful, keepSubtasks }) =>
      inTurn(async () => {
        if (phase === 'ended') return;
        if ((isWithdrawn ||= phase === 'ending' && (await withdraw(context, taskId)))) return;
        if (stored === null && !(await withdraw(context, taskId))) stored = await context.store.currentRun(taskId);
        if (stored === null) {
          end();
          return;
        }
        await context.store.updateRun(stored.runId, { stopRequested: 'interrupted', keepSubtasks });
        await carryOutStop(stored, graceful);
      }),
    async pause() {
      // Its agent has ended: nothing is left to pause.
      if (phase === 'ending') throw new MakimaError('TASK_NOT_RUNNING');
      return liveOne().pause();
    },
    async resume() {
      const resumed = await liveOne().resume();
      await blocks.align();
      return resumed;
    },
    async send(message) {
      if (live !== null && isToldByRuns)
        return inTurn(async () => {
          if (isDecided) throw new MakimaError('AGENT_INPUT_CLOSED');
          await context.ledger.commit(context.store.putMessage(message));
          context.reached('message put');
          return { delivered: false };
        });
      if (live !== null || phase === 'ended' || phase === 'detached') return liveOne().send(message);
      await context.ledger.commit(context.store.putMessage(message));
      // Its agent has come to run meanwhile, which had a look before.
      deliver();
      return { delivered: false };
    },
    deliver,
    async finish(changes) {
      const one = liveOne();
      // Whoever says that it is done waits for nothing.
      await blocks.goOn(null);
      return one.finish(changes);
    },
    attended: () => live?.attended(),
    isStopping: () => stopping && isUnderWay(),
    isUnderWay,
    over,
  };
};
