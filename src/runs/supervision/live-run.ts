import type { EventPayload } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import type { AgentSignal } from '../../agents/driver.ts';
import { createTurns } from '../../domain/turns.ts';
import { messageOf } from '../../errors.ts';
import type { NewMessage, TaskChanges } from '../../store/task-store.ts';
import type { RunOfTask } from '../context.ts';
import { tellFound, tellSignals, type RunHook, type RunningAgent } from '../hooks/hook.ts';
import { openMailbox } from '../messages/open-mailbox.ts';
import type { RunOutcome } from '../outcome.ts';
import type { Blocks } from '../queue/blocks.ts';
import { untilDone } from '../until-done.ts';
import { openAgentInput } from './agent-input.ts';
import type { AgentProcess } from './agent-process.ts';
import { followOutput } from './follow-output.ts';
import type { ProgressTracker } from './progress.ts';
import { openProtocol } from './protocol.ts';
import { createRest } from './rest.ts';
import type { RunState, WatchedRun, WatchParts } from './run-state.ts';
import { keepVigil } from './vigil.ts';

/** The part of a run in which there is an agent: it runs, or did a moment ago. */
export interface LiveRun {
  /** Ends the agent and all it runs, now or in the end. @param graceful - it is asked to give up by itself first */
  end(graceful: boolean): void;
  pause(): Promise<Task>;
  resume(): Promise<Task>;
  send(message: NewMessage): Promise<{ delivered: boolean }>;
  /** There may be messages that can be handed over. */
  deliver(): void;
  /** The task is done as of now; the agent is let end. */
  finish(changes: TaskChanges): Promise<Task>;
  /** The calls with the task's key that wait for other tasks are others than before. */
  attended(): void;
  /** Settles when no process is left and all that was written is in the log; with null where the daemon lets go of it. Never rejects. */
  readonly over: Promise<RunOutcome | null>;
}

/** What the beginning of looking after an agent needs to know. */
export interface Watched extends RunOfTask {
  agent: AgentProcess;
  tracker: ProgressTracker;
  /** Whether a stop was asked for. */
  isStopping: () => boolean;
  /** Whether a call with the task's key waits for another task. */
  isAttending: () => boolean;
  /** What it waits for. */
  blocks: Pick<Blocks, 'block' | 'unblock' | 'has'>;
  /** Told whenever the agent has printed something. */
  heard: () => void;
  /** Fires when the daemon shuts down and leaves the agent running. */
  detach: AbortSignal;
}

/** A note of what has happened: it has, even where the log has to wait for space. */
const noteIn =
  (context: WatchParts, taskId: string, detach: AbortSignal) =>
  (work: () => void): void => {
    const unlessEnded = (): void => {
      const last = context.log.last(taskId);
      // Nothing follows the end, and a log that was deleted meanwhile is not begun anew.
      if (last !== null && !last.ended) work();
    };
    void untilDone(context, `noting in the log of task ${taskId}`, unlessEnded, detach);
  };

/** Follows the agent to its end. One that cannot be read any more is ended: nobody would learn how it goes. */
const followToEnd = async (
  context: WatchParts,
  { task, run, agent, tracker, detach }: Watched,
  heard: () => void,
  learn: (signals: readonly AgentSignal[]) => Promise<void>,
): Promise<RunOutcome | null> => {
  try {
    const exit = await followOutput(context, { task, run, agent, tracker, heard, learn, detach });
    return exit && { exit, progress: tracker.progress, usage: tracker.usageSoFar };
  } catch (error) {
    if (detach.aborted) return null;
    context.report(`following run ${run.runId} of task ${task.id}`, error);
    await untilDone(context, `ending run ${run.runId}`, () => agent.terminate(null), detach);
    return { lost: `What the agent writes cannot be read any more, and it was ended: ${messageOf(error)}` };
  }
};

/** Looks after an agent from its first line, or from where the daemon lost sight of it, to its end. */
export const openLiveRun = (context: WatchParts, hooks: readonly RunHook[], of: Watched): LiveRun => {
  const { task, run, driver, agent, tracker, detach } = of;
  const { ledger } = context;
  const state: RunState = {
    paused: task.status === 'paused',
    inputClosed: false,
    finishing: run.finishRequested,
    exited: false,
    opened: tracker.conversation.greeting === null,
    askedAfter: run.toldAfter ?? -1,
  };
  /** Pausing and continuing, of which each takes a while. */
  const inTurn = createTurns();
  const note = noteIn(context, task.id, detach);
  const say = (text: string): void => note(() => ledger.say(task.id, text));
  const said = (text: string): void =>
    note(() =>
      ledger.append(
        task.id,
        text.split('\n').map((content) => ({ type: 'output', stream: 'stdin', content })),
      ),
    );
  const heard = (): void => vigil.heard();
  const input = openAgentInput({ agent, tracker, state, said, heard, reached: context.reached, detach });
  const end = (graceful: boolean, words: string): void => {
    say(words);
    const interrupt = tracker.conversation.interruptMessage();
    const politely = async (): Promise<void> => {
      if (interrupt === null || state.inputClosed) return;
      await agent.write(interrupt);
      // One that may end by that in mid-turn is let end its turn before.
      if (driver.endsWithInput) await input.close();
      else rest.consider();
    };
    void untilDone(
      context,
      `stopping run ${run.runId}`,
      () =>
        agent.terminate(
          graceful && interrupt !== null && !state.inputClosed ? politely : graceful ? (driver.interruptSignal ?? null) : null,
        ),
      detach,
    );
  };
  const parts = { ...of, state, input, say, end, note: (events: readonly EventPayload[]) => note(() => ledger.append(task.id, events)) };
  const mailbox = openMailbox(context, { ...parts, consider: () => rest.consider() });
  const watched: WatchedRun = { ...parts, mailbox };
  const vigil = keepVigil(context, watched);
  const rest = createRest(context, watched);

  const asAgent: RunningAgent = {
    task,
    run,
    driver,
    isFound: tracker.progress.sawOutput,
    get asked() {
      return tracker.asked;
    },
    answer: (request, answer) => input.answer(request, answer),
    async block(waitsFor) {
      await of.blocks.block(waitsFor);
      heard();
    },
    unblock: (kind) => of.blocks.unblock(kind),
  };
  const protocol = openProtocol(context, parts);
  const learn = async (signals: readonly AgentSignal[]): Promise<void> => {
    await protocol.say(signals.filter((signal) => signal.kind === 'reply'));
    if (await protocol.open()) await mailbox.look();
    await tellSignals(hooks, asAgent, signals);
    rest.consider();
  };
  const live = async (): Promise<RunOutcome | null> => {
    const printed = (): void => {
      heard();
      of.heard();
    };
    const outcome = await followToEnd(context, of, printed, learn);
    state.exited = true;
    vigil.stop();
    rest.stop();
    mailbox.stop();
    return outcome;
  };

  // What a crash kept from being drawn from lines that were logged already.
  const goOn = async (): Promise<void> => {
    await untilDone(context, `going on with the protocol of the agent of task ${task.id}`, () => protocol.resume(), detach);
    await mailbox.look();
    // Not before: an agent is not let end while what it is to be told waits for its protocol.
    rest.consider();
  };
  void goOn();
  const asked = tracker.asked.map((request): AgentSignal => ({ kind: 'asked', request }));
  const tellAgain = async (): Promise<void> => {
    if (asAgent.isFound) await tellFound(hooks, asAgent);
    await tellSignals(hooks, asAgent, asked);
  };
  void untilDone(context, `telling what the agent of task ${task.id} asks`, tellAgain, detach);
  return {
    end: (graceful) => end(graceful, graceful ? 'Stop requested: the agent is interrupted' : 'Stop requested: the agent is terminated'),
    pause: () =>
      inTurn(async () => {
        const changed = await ledger.transition(task.id, { to: 'paused', code: 'TASK_NOT_RUNNING' });
        state.paused = true;
        await agent.pause();
        say('Paused: everything that the agent runs is stopped where it stands');
        return changed;
      }),
    resume: () =>
      inTurn(async () => {
        await agent.resume();
        state.paused = false;
        heard();
        const changed = await ledger.transition(task.id, { to: 'running', from: ['paused'], code: 'TASK_NOT_PAUSED' });
        say('Resumed');
        return changed;
      }),
    send: (message) => mailbox.send(message),
    deliver: () => void mailbox.look(),
    async finish(changes) {
      const done = await ledger.transition(task.id, {
        to: 'done',
        patch: { ...changes, completedAt: context.now().toISOString() },
        run: { runId: run.runId, changes: { finishRequested: true } },
        code: 'TASK_NOT_RUNNING',
      });
      state.finishing = true;
      heard();
      rest.consider();
      return done;
    },
    attended: heard,
    over: live(),
  };
};
