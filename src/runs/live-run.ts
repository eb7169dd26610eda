import type { Task } from '../../schemas/task.ts';
import { isAtRest } from '../domain/run-verdict.ts';
import { isActive } from '../domain/status-machine.ts';
import { addUsage } from '../domain/usage.ts';
import type { AgentSignal } from '../agents/driver.ts';
import { MakimaError, messageOf } from '../errors.ts';
import type { TaskChanges } from '../store/task-store.ts';
import type { AgentProcess } from './agent-process.ts';
import { concludeRun, type RunOutcome } from './conclude-run.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { followOutput } from './follow-output.ts';
import type { ProgressTracker } from './progress.ts';
import { createQuietTimer } from './quiet-timer.ts';
import { untilDone } from './until-done.ts';

/** How long an answer to a message waits to be able to say that the agent has it. */
const deliveryWait = 2000;

/** A run whose process there is, or was a moment ago. */
export interface LiveRun {
  stop(options: { graceful: boolean }): Promise<void>;
  pause(): Promise<Task>;
  resume(): Promise<Task>;
  send(text: string): Promise<{ delivered: boolean }>;
  /** The task is done as of now; the agent is let end. */
  finish(changes: TaskChanges): Promise<Task>;
  /** Settles when the run is over and cleared away, or when the daemon lets go of it. Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Looks after a run from its first line, or from where the daemon lost sight of it, to its end.
 * @param detach - fires when the daemon shuts down and leaves the agent running
 */
export const superviseRun = (context: RunContext, { task, run, driver }: RunOfTask, agent: AgentProcess, tracker: ProgressTracker, detach: AbortSignal): LiveRun => {
  const { ledger, store, timing } = context;
  let inputClosed = false;
  let finishing = run.finishRequested;
  let nudged = false;
  /** The subtasks that an agent at rest waits for, each with what ends watching it. */
  const awaited = new Map<string, () => void>();
  let lingerWarned = false;
  let exited = false;

  /** A note of what has happened: it has, even where the log has to wait for space. */
  const note = (work: () => void): void => {
    const unlessEnded = (): void => {
      const last = context.log.last(task.id);
      // Nothing follows the end, and a log that was deleted meanwhile is not begun anew.
      if (last !== null && !last.ended) work();
    };
    void untilDone(context, `noting in the log of task ${task.id}`, unlessEnded, detach);
  };
  const say = (text: string, level?: 'warning'): void => note(() => ledger.say(task.id, text, level));

  const warnOfSilence = (): void => say(`The agent has printed nothing for ${Math.round(timing.silence / 1000)} s; it may be working on something long, or hang`, 'warning');
  // A paused agent is silent because it was told to be.
  let paused = task.status === 'paused';
  const silence = createQuietTimer(() => (paused || exited ? null : timing.silence), warnOfSilence);

  const lingers = (): void => {
    if (paused || exited) return;
    if (!inputClosed && !lingerWarned) {
      lingerWarned = true;
      say('Background work of the agent goes on without a word; the agent is told that nothing more will come', 'warning');
      void untilDone(context, 'closing the input of a run', closeInput, detach).then(() => linger.heard());
      return;
    }
    say('The agent did not end after its last word, and is ended', 'warning');
    void untilDone(context, 'ending a run that lingers', endLingering, detach);
  };
  const lingerTime = (): number | null => {
    // A turn may be silent for long while a command of it runs; after its end there is nothing to wait for.
    if (finishing || inputClosed) return tracker.progress.turnOpen ? timing.backgroundWait : timing.exitGrace;
    return tracker.progress.background > 0 && !tracker.progress.turnOpen ? timing.backgroundWait : null;
  };
  const linger = createQuietTimer(lingerTime, lingers);

  const closeInput = async (): Promise<void> => {
    if (inputClosed) return;
    inputClosed = true;
    await agent.closeInput();
    linger.heard();
  };
  const endLingering = async (): Promise<void> => {
    await store.updateRun(run.runId, { endedByDaemon: true });
    await agent.terminate(null);
  };

  const write = async (text: string): Promise<{ delivered: boolean }> => {
    if (inputClosed || exited) throw new MakimaError('AGENT_INPUT_CLOSED');
    const accepted = await agent.write(driver.userMessage(text));
    note(() => ledger.append(task.id, text.split('\n').map((content) => ({ type: 'output', stream: 'stdin', content }))));
    const late = AbortSignal.any([AbortSignal.timeout(deliveryWait), detach]);
    try {
      return { delivered: await accepted.delivered(late) };
    } catch (error) {
      // It is stored, and is handed over when the agent reads.
      if (late.aborted) return { delivered: false };
      throw error;
    }
  };

  const waitForSubtasks = (active: readonly Task[]): void => {
    if (awaited.size === 0) say(`The agent is at rest; it will be told when its ${active.length} active subtasks have ended`);
    // Others may have been started since: each is watched, or nobody would look again when it ends.
    for (const { id } of active.filter((subtask) => !awaited.has(subtask.id))) {
      awaited.set(id, ledger.watch(id, (changed) => (changed !== null && isActive(changed.status) ? undefined : considerRest())));
    }
  };
  const stopWaiting = (): void => {
    for (const unwatch of awaited.values()) unwatch();
    awaited.clear();
  };

  /** An agent at rest is let end, unless its task still has something to tell it. */
  const decideAtRest = async (): Promise<void> => {
    if (inputClosed || exited || !isAtRest(tracker.progress)) return;
    if (task.isOrchestrator && !finishing && tracker.progress.lastTurn?.isError !== true) {
      const subtasks = await store.listChildren(task.id);
      const active = subtasks.filter((each) => isActive(each.status));
      if (active.length > 0) {
        waitForSubtasks(active);
        return;
      }
      if (awaited.size > 0) {
        await write(`Your subtasks have ended:\n${subtasks.map((each) => `- ${each.id} ${each.status} ${each.name}`).join('\n')}\nGo on: look at their work, bring in what is good, and finish with done.`);
        stopWaiting();
        return;
      }
      const left = nudged ? null : await context.whatIsLeft(task);
      if (left !== null) {
        await write(`You ended your turn, but the task is not finished: ${left}. Go on, and finish with .makima/orchestrate.sh done.`);
        nudged = true;
        return;
      }
    }
    await closeInput();
  };
  let deciding: Promise<void> = Promise.resolve();
  const considerRest = (): void => {
    deciding = deciding.then(() => untilDone(context, 'deciding on an agent at rest', decideAtRest, detach));
  };

  const learn = async (signals: readonly AgentSignal[]): Promise<void> => {
    for (const signal of signals) {
      if (signal.kind === 'session') await ledger.update(task.id, { sessionId: signal.sessionId });
      if (signal.kind === 'turn-ended') {
        const usage = addUsage(run.baseUsage, signal.usage);
        await ledger.update(task.id, { usage }, [{ type: 'usage', usage }]);
      }
    }
    if (signals.length > 0) considerRest();
  };

  const heard = (): void => {
    silence.heard();
    linger.heard();
  };

  /** A run that cannot be read any more is ended: nobody would learn how it goes. */
  const followToEnd = async (): Promise<RunOutcome | null> => {
    try {
      const exit = await followOutput(context, { task, run, agent, tracker, heard, learn, detach });
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
    exited = true;
    silence.stop();
    linger.stop();
    stopWaiting();
    if (outcome === null) return;
    await untilDone(context, `ending run ${run.runId}`, () => concludeRun(context, { task, run, driver }, outcome), detach);
  };

  // What a crash kept from being drawn from lines that were logged already.
  considerRest();
  return {
    async stop({ graceful }) {
      await store.updateRun(run.runId, { stopRequested: 'interrupted' });
      say(graceful ? 'Stop requested: the agent is interrupted' : 'Stop requested: the agent is terminated');
      const interrupt = driver.interruptMessage();
      const politely = async (): Promise<void> => {
        if (interrupt === null || inputClosed) return;
        await agent.write(interrupt);
        await closeInput();
      };
      void untilDone(context, `stopping run ${run.runId}`, () => agent.terminate(graceful && interrupt !== null && !inputClosed ? politely : null), detach);
    },
    async pause() {
      const changed = await ledger.transition(task.id, { to: 'paused', code: 'TASK_NOT_RUNNING' });
      paused = true;
      await agent.pause();
      say('Paused: everything that the agent runs is stopped where it stands');
      return changed;
    },
    async resume() {
      await agent.resume();
      paused = false;
      heard();
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
      finishing = true;
      linger.heard();
      considerRest();
      return done;
    },
    ended: live().catch((error: unknown) => context.report(`run ${run.runId} of task ${task.id}`, error)),
  };
};
