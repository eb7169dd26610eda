/**
 * The life of a run, as this daemon has it:
 *
 *   found ── it was being set up, and that is taken back ──► queued ◄── a task is started
 *    │ │                                                      │ │ slot
 *    │ │                                           stop       │ ▼
 *    │ │                                    ┌─────────────────┘ preparing ── fails, or a stop ──┐
 *    │ │                                    │                   │ agent launched               │
 *    │ └─ its agent was launched ───────────┼─────────────────► running                        │
 *    │                                      │                   │ no process is left           │
 *    │                                      │                   ▼                              │
 *    │                                      │                   ending                         │
 *    │                                      ▼                   │ settled, cleared away        ▼
 *    └─ lost, or a stop ──────────────────► ended ◄─────────────┴──────────────────────────────┘
 *
 * In each of them the daemon can shut down: what has a slot is detached then, and the next daemon finds it, or its task in the queue.
 * How the task stands is another matter (domain/status-machine.ts): one that was reported done is so while its agent still runs.
 */
import type { Task } from '../../schemas/task.ts';
import { createTurns } from '../domain/turns.ts';
import { MakimaError } from '../errors.ts';
import type { Run, TaskChanges } from '../store/task-store.ts';
import { beginRun, withdraw, type Begun } from './begin-run.ts';
import { concludeRun } from './conclude-run.ts';
import type { RunContext } from './context.ts';
import { tellStopping, type RunHook } from './hooks/hook.ts';
import { startRun, type Started } from './start-run.ts';
import type { StopOptions, Stopping } from './stop-below.ts';
import { openAgentProcess } from './supervision/agent-process.ts';
import { openLiveRun, type LiveRun } from './supervision/live-run.ts';
import { trackProgress, type ProgressTracker } from './supervision/progress.ts';
import { takeUpRun } from './take-up-run.ts';
import { untilDone } from './until-done.ts';

export type RunPhase = 'found' | 'queued' | 'preparing' | 'running' | 'ending' | 'ended' | 'detached';

/** One run of one task, from the queue to its end. */
export interface TaskRun {
  readonly phase: RunPhase;
  /** It has its slot: it is begun and looked after to its end. Does nothing where it does not wait (any more). Never rejects. */
  begin(): Promise<void>;
  /**
   * Takes it up where an earlier daemon left it, however long that takes. Never rejects.
   * @param goesOn - told the task's depth where it has its slot still
   * @returns the task where it waits for one
   */
  takeUp(goesOn: (depth: number) => void): Promise<Task | null>;
  /** Asks it to stop, in any phase; stored before this resolves: whatever becomes of this daemon, the task ends interrupted. */
  stop(options: StopOptions): Promise<void>;
  /** @throws MakimaError TASK_NOT_RUNNING */
  pause(): Promise<Task>;
  /** @throws MakimaError TASK_NOT_RUNNING, TASK_NOT_PAUSED */
  resume(): Promise<Task>;
  /** @throws MakimaError TASK_NOT_RUNNING, AGENT_INPUT_CLOSED */
  send(text: string): Promise<{ delivered: boolean }>;
  /** The task is done as of now; the agent is let end. @throws MakimaError TASK_NOT_RUNNING */
  finish(changes: TaskChanges): Promise<Task>;
  /** The calls with the task's key that wait for other tasks are others than before. */
  attended(): void;
  /** Whether a stop that was asked for is being carried out. */
  isStopping(): boolean;
  /** It has a slot, and is not over. */
  isUnderWay(): boolean;
  /** Resolves when it is over and cleared away, or the daemon has let go of it. */
  readonly over: Promise<unknown>;
}

/**
 * @param found - where an earlier daemon left it
 * @param isAttending - whether a call with the task's key waits for another task
 * @param detach - fires when the daemon shuts down and leaves the agent running
 */
export const createTaskRun = (
  context: RunContext & Stopping,
  hooks: readonly RunHook[],
  taskId: string,
  found: Pick<Run, 'runId' | 'taskId'> | null,
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

  const end = (): void => {
    phase = detach.aborted ? 'detached' : 'ended';
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

  const lookAfter = async (started: Started, tracker: ProgressTracker): Promise<void> => {
    const { run, handle } = started;
    const agent = openAgentProcess(run.directory, handle, context.timing, detach);
    stopping ||= run.stopRequested !== null;
    live = openLiveRun(context, hooks, { ...started, agent, tracker, isStopping: () => stopping, isAttending, detach });
    phase = 'running';
    const outcome = await live.over;
    if (outcome !== null) {
      phase = 'ending';
      await untilDone(context, `ending run ${run.runId}`, () => concludeRun(context, hooks, started, outcome, inTurn), detach);
    }
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
    const looked = lookAfter(started, trackProgress(started.driver.newReader()));
    // Stopped when it was about to run, and nobody to tell yet.
    if (settingUp.signal.aborted) await stopInTheEnd(started.run);
    await looked;
  };

  const takeUp = async (run: Pick<Run, 'runId' | 'taskId'>, goesOn: (depth: number) => void): Promise<Task | null> => {
    const taken = await untilDone(
      context,
      `taking up run ${run.runId} of task ${taskId}`,
      () => takeUpRun(context, hooks, run, detach, inTurn),
      detach,
    );
    if (taken?.kind === 'running') {
      void guarded(() => lookAfter(taken.started, taken.tracker));
      goesOn(taken.started.task.depth);
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

  const isUnderWay = (): boolean => phase === 'preparing' || phase === 'running' || phase === 'ending';

  return {
    get phase() {
      return phase;
    },
    async begin() {
      await guarded(begin);
    },
    takeUp: (goesOn) => guarded(async () => (found === null ? null : takeUp(found, goesOn))),
    stop: ({ graceful, keepSubtasks }) =>
      inTurn(async () => {
        if (phase === 'ended') return;
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
    resume: async () => liveOne().resume(),
    send: async (text) => liveOne().send(text),
    finish: async (changes) => liveOne().finish(changes),
    attended: () => live?.attended(),
    isStopping: () => stopping && isUnderWay(),
    isUnderWay,
    over,
  };
};
