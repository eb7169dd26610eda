import type { Task } from '../../schemas/task.ts';
import type { AgentSignal } from '../agents/driver.ts';
import { addUsage } from '../domain/usage.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { revokeToolKeys } from '../ledger/tool-key.ts';
import type { TaskChanges } from '../store/task-store.ts';
import type { AgentProcess } from './agent-process.ts';
import { concludeRun, type RunOutcome } from './conclude-run.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { followOutput } from './follow-output.ts';
import type { ProgressTracker } from './progress.ts';
import { createRest } from './rest.ts';
import type { RunState, WatchedRun } from './run-state.ts';
import { untilDone } from './until-done.ts';
import { keepVigil } from './vigil.ts';

/** How long an answer to a message waits to be able to say that the agent has it. */
const deliveryWait = 2000;

export interface StopOptions {
  /** The agent is asked to give up by itself first. */
  graceful: boolean;
  /** The end of the run leaves the task's subtasks as they are. */
  keepSubtasks: boolean;
}

/** A run whose process there is, or was a moment ago. */
export interface LiveRun {
  /** Its keys die with it, at once: what its agent still asks for in its grace is refused. */
  stop(options: StopOptions): Promise<void>;
  pause(): Promise<Task>;
  resume(): Promise<Task>;
  send(text: string): Promise<{ delivered: boolean }>;
  /** The task is done as of now; the agent is let end. */
  finish(changes: TaskChanges): Promise<Task>;
  /** The calls with the task's key that wait for other tasks are others than before. */
  attended(): void;
  /** A stop was asked for. */
  isStopping(): boolean;
  /** Settles when the run is over and cleared away, or when the daemon lets go of it. Never rejects. */
  readonly ended: Promise<void>;
}

/** A note of what has happened: it has, even where the log has to wait for space. */
const noteIn =
  (context: RunContext, taskId: string, detach: AbortSignal) =>
  (work: () => void): void => {
    const unlessEnded = (): void => {
      const last = context.log.last(taskId);
      // Nothing follows the end, and a log that was deleted meanwhile is not begun anew.
      if (last !== null && !last.ended) work();
    };
    void untilDone(context, `noting in the log of task ${taskId}`, unlessEnded, detach);
  };

/**
 * Looks after a run from its first line, or from where the daemon lost sight of it, to its end.
 * @param isAttending - whether a call with the task's key waits for another task
 * @param detach - fires when the daemon shuts down and leaves the agent running
 */
export const superviseRun = (
  context: RunContext,
  of: RunOfTask,
  agent: AgentProcess,
  tracker: ProgressTracker,
  isAttending: () => boolean,
  detach: AbortSignal,
): LiveRun => {
  const { task, run, driver } = of;
  const { ledger, store } = context;
  const state: RunState = {
    paused: task.status === 'paused',
    inputClosed: false,
    finishing: run.finishRequested,
    stopping: run.stopRequested !== null,
    exited: false,
    askedAfter: run.toldAfter ?? -1,
  };
  const note = noteIn(context, task.id, detach);
  const say = (text: string, level?: 'warning'): void => note(() => ledger.say(task.id, text, level));

  const write = async (text: string): Promise<{ delivered: boolean }> => {
    if (state.inputClosed || state.exited) throw new MakimaError('AGENT_INPUT_CLOSED');
    const { results } = tracker.progress;
    const accepted = await agent.write(driver.userMessage(text));
    state.askedAfter = results;
    vigil.heard();
    note(() =>
      ledger.append(
        task.id,
        text.split('\n').map((content) => ({ type: 'output', stream: 'stdin', content })),
      ),
    );
    const late = AbortSignal.any([AbortSignal.timeout(deliveryWait), detach]);
    try {
      return { delivered: await accepted.delivered(late) };
    } catch (error) {
      // It is stored, and is handed over when the agent reads.
      if (late.aborted) return { delivered: false };
      throw error;
    }
  };
  const closeInput = async (): Promise<void> => {
    if (state.inputClosed) return;
    state.inputClosed = true;
    try {
      await agent.closeInput();
    } catch (error) {
      state.inputClosed = false;
      throw error;
    }
    vigil.heard();
  };
  const watched: WatchedRun = { ...of, context, agent, tracker, state, isAttending, detach, say, write, closeInput };
  const vigil = keepVigil(watched);
  const rest = createRest(watched);

  const learn = async (signals: readonly AgentSignal[]): Promise<void> => {
    for (const signal of signals) {
      if (signal.kind === 'session') await ledger.update(task.id, { sessionId: signal.sessionId });
      if (signal.kind === 'turn-ended') {
        const usage = addUsage(run.baseUsage, signal.usage);
        await ledger.update(task.id, { usage }, [{ type: 'usage', usage }]);
      }
    }
    if (signals.length > 0) rest.consider();
  };

  /** A run that cannot be read any more is ended: nobody would learn how it goes. */
  const followToEnd = async (): Promise<RunOutcome | null> => {
    try {
      const exit = await followOutput(context, { task, run, agent, tracker, heard: () => vigil.heard(), learn, detach });
      return exit && { exit, progress: tracker.progress };
    } catch (error) {
      if (detach.aborted) return null;
      context.report(`following run ${run.runId} of task ${task.id}`, error);
      await untilDone(context, `ending run ${run.runId}`, () => agent.terminate(null), detach);
      return { lost: `What the agent writes cannot be read any more, and it was ended: ${messageOf(error)}` };
    }
  };

  const live = async (): Promise<void> => {
    const outcome = await followToEnd();
    state.exited = true;
    vigil.stop();
    rest.stop();
    if (outcome === null) return;
    await untilDone(context, `ending run ${run.runId}`, () => concludeRun(context, of, outcome), detach);
  };

  const endAgent = (graceful: boolean): void => {
    say(graceful ? 'Stop requested: the agent is interrupted' : 'Stop requested: the agent is terminated');
    const interrupt = driver.interruptMessage();
    const politely = async (): Promise<void> => {
      if (interrupt === null || state.inputClosed) return;
      await agent.write(interrupt);
      await closeInput();
    };
    void untilDone(
      context,
      `stopping run ${run.runId}`,
      () => agent.terminate(graceful && interrupt !== null && !state.inputClosed ? politely : null),
      detach,
    );
  };

  // What a crash kept from being drawn from lines that were logged already.
  rest.consider();
  return {
    async stop({ graceful, keepSubtasks }) {
      await store.updateRun(run.runId, { stopRequested: 'interrupted', keepSubtasks });
      state.stopping = true;
      try {
        await revokeToolKeys(context, task.id, run.runId);
      } finally {
        // Asked for and stored: it is carried out whatever becomes of the keys, which the run's end revokes.
        endAgent(graceful);
      }
    },
    async pause() {
      const changed = await ledger.transition(task.id, { to: 'paused', code: 'TASK_NOT_RUNNING' });
      state.paused = true;
      await agent.pause();
      say('Paused: everything that the agent runs is stopped where it stands');
      return changed;
    },
    async resume() {
      await agent.resume();
      state.paused = false;
      vigil.heard();
      const changed = await ledger.transition(task.id, { to: 'running', from: ['paused'], code: 'TASK_NOT_PAUSED' });
      say('Resumed');
      return changed;
    },
    send: write,
    async finish(changes) {
      const done = await ledger.transition(task.id, {
        to: 'done',
        patch: { ...changes, completedAt: context.now().toISOString() },
        run: { runId: run.runId, changes: { finishRequested: true } },
        code: 'TASK_NOT_RUNNING',
      });
      state.finishing = true;
      vigil.heard();
      rest.consider();
      return done;
    },
    attended: () => vigil.heard(),
    isStopping: () => state.stopping,
    ended: live().catch((error: unknown) => context.report(`run ${run.runId} of task ${task.id}`, error)),
  };
};
