import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { revokeToolKeys } from '../ledger/tool-key.ts';
import type { RunHandle } from '../process/handle.ts';
import type { Run, TaskChanges } from '../store/task-store.ts';
import { openAgentProcess, type AgentProcess } from './agent-process.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { superviseRun, type LiveRun, type StopOptions } from './live-run.ts';
import { trackProgress, type ProgressTracker } from './progress.ts';
import { createQueue } from './queue.ts';
import { startRun } from './start-run.ts';

export type { StopOptions };

/** Every run of every task: from the queue to the end. */
export interface Runs {
  /** Gives a queued task its place in the queue. */
  enqueue(task: Task): void;
  /** Looks after a run that was started by an earlier daemon. */
  attach(of: RunOfTask, handle: RunHandle, tracker: ProgressTracker): void;
  /** Asks a task that waits, is being set up or runs to stop; it is interrupted when all it runs has ended. */
  stop(taskId: string, options: StopOptions): Promise<void>;
  /** @throws MakimaError TASK_NOT_RUNNING */
  pause(taskId: string): Promise<Task>;
  /** @throws MakimaError TASK_NOT_PAUSED */
  resume(taskId: string): Promise<Task>;
  /** @throws MakimaError TASK_NOT_RUNNING, AGENT_INPUT_CLOSED */
  send(taskId: string, text: string): Promise<{ delivered: boolean }>;
  /** The task is done as of now. @throws MakimaError TASK_NOT_RUNNING */
  finish(taskId: string, changes: TaskChanges): Promise<Task>;
  /** A call with the task's key waits for another task, which is no silence of its agent. @returns ends that */
  attend(taskId: string): () => void;
  /** Ends what is left of a run whose task is terminal, and waits for it. */
  abandon(taskId: string): Promise<void>;
  /**
   * Waits until nothing of the task's last run is left. @param limit - in milliseconds
   * @returns false where something still is
   */
  settled(taskId: string, limit: number): Promise<boolean>;
  /** Fires when the daemon lets go of the agents. */
  readonly detached: AbortSignal;
  /** Whether a stop that was asked for is being carried out. */
  isStopping(): boolean;
  /** Starts nothing more, carries out the stops that were asked for, and lets go of the other agents, which go on by themselves; or ends them first. */
  close(options: { stopAgents: boolean }): Promise<void>;
}

interface Entry {
  /** Fires to give up the setting up. */
  stop: AbortController;
  live: LiveRun | null;
  ended: Promise<void>;
}

/** @param slots - how many runs there may be at once at each depth of the tree */
export const createRuns = (context: RunContext, slots: number): Runs => {
  const queue = createQueue(slots);
  const entries = new Map<string, Entry>();
  const detach = new AbortController();
  /** How many calls with a task's key wait for other tasks, by the task: also before its agent is looked after. */
  const attending = new Map<string, number>();
  const attend = (taskId: string, by: 1 | -1): void => {
    const count = (attending.get(taskId) ?? 0) + by;
    if (count > 0) attending.set(taskId, count);
    else attending.delete(taskId);
    entries.get(taskId)?.live?.attended();
  };

  const supervise = (entry: Entry, of: RunOfTask, agent: AgentProcess, tracker: ProgressTracker): Promise<void> => {
    entry.live = superviseRun(context, of, agent, tracker, () => attending.has(of.task.id), detach.signal);
    return entry.live.ended;
  };
  const open = (run: Run, handle: RunHandle): AgentProcess => openAgentProcess(run.directory, handle, context.timing, detach.signal);

  const register = (taskId: string, work: (entry: Entry) => Promise<void>): Promise<void> => {
    const entry: Entry = { stop: new AbortController(), live: null, ended: Promise.resolve() };
    entries.set(taskId, entry);
    entry.ended = work(entry)
      .catch((error: unknown) => context.report(`the run of task ${taskId}`, error))
      .finally(() => {
        if (entries.get(taskId) === entry) entries.delete(taskId);
      });
    return entry.ended;
  };

  const liveOf = (taskId: string): LiveRun => {
    const live = entries.get(taskId)?.live;
    if (!live) throw new MakimaError('TASK_NOT_RUNNING');
    return live;
  };

  /** One that waits for its turn; its work will find it interrupted. @returns false where it does not wait (any more) */
  const stopWaiting = async (taskId: string): Promise<boolean> => {
    const completedAt = context.now().toISOString();
    try {
      await context.ledger.transition(taskId, {
        to: 'interrupted',
        from: ['queued'],
        patch: { completedAt },
        events: [{ type: 'end', status: 'interrupted' }],
      });
      return true;
    } catch (error) {
      if (error instanceof MakimaError && error.code === 'INVALID_TRANSITION') return false;
      throw error;
    }
  };

  /** Stored before it is answered: whatever becomes of this daemon, the task ends interrupted. */
  const stop = async (taskId: string, options: StopOptions): Promise<void> => {
    const live = entries.get(taskId)?.live;
    if (live) {
      await live.stop(options);
      return;
    }
    const run = await context.store.currentRun(taskId);
    if (run === null) {
      // It got its slot while we looked.
      if (!(await stopWaiting(taskId)) && (await context.store.currentRun(taskId)) !== null) await stop(taskId, options);
      return;
    }
    await context.store.updateRun(run.runId, { stopRequested: 'interrupted', keepSubtasks: options.keepSubtasks });
    await revokeToolKeys(context, taskId, run.runId);
    const entry = entries.get(taskId);
    // It may have come to run while we looked. Without an entry it is still to be taken up after a restart.
    if (entry?.live) await entry.live.stop(options);
    else entry?.stop.abort();
  };

  const stopping = (): Entry[] => [...entries.values()].filter((entry) => entry.stop.signal.aborted || entry.live?.isStopping() === true);

  return {
    enqueue(task) {
      queue.enqueue(task, () =>
        register(task.id, async (entry) => {
          const started = await startRun(context, task.id, entry.stop.signal, detach.signal);
          if (started === null) return;
          const over = supervise(entry, started, open(started.run, started.handle), trackProgress(started.driver.newReader()));
          // Stopped when it was about to run, and nobody to tell yet.
          if (entry.stop.signal.aborted)
            await entry.live?.stop({
              graceful: false,
              keepSubtasks: (await context.store.getRun(started.run.runId))?.keepSubtasks ?? false,
            });
          await over;
        }),
      );
    },
    attach(of, handle, tracker) {
      queue.occupy(
        of.task.depth,
        register(of.task.id, (entry) => supervise(entry, of, open(of.run, handle), tracker)),
      );
    },
    detached: detach.signal,
    stop,
    pause: async (taskId) => liveOf(taskId).pause(),
    resume: async (taskId) => liveOf(taskId).resume(),
    send: async (taskId, text) => liveOf(taskId).send(text),
    finish: async (taskId, changes) => liveOf(taskId).finish(changes),
    attend(taskId) {
      attend(taskId, 1);
      return () => attend(taskId, -1);
    },
    async abandon(taskId) {
      const entry = entries.get(taskId);
      if (!entry) return;
      // Its task is terminal: what becomes of the subtasks was decided with it.
      await entry.live?.stop({ graceful: false, keepSubtasks: true });
      await entry.ended;
    },
    async settled(taskId, limit) {
      const entry = entries.get(taskId);
      if (!entry) return true;
      const over = new AbortController();
      try {
        return await Promise.race([entry.ended.then(() => true), delay(limit, false, { signal: over.signal })]);
      } finally {
        over.abort();
      }
    },
    isStopping: () => stopping().length > 0,
    async close({ stopAgents }) {
      queue.close();
      if (stopAgents)
        await Promise.all([...entries.keys()].map((taskId) => stop(taskId, { graceful: true, keepSubtasks: context.keepSubtasks })));
      // What was acknowledged is carried out: an agent that was told to stop would work on until the next start. The end of
      // one can stop those below it.
      for (let left = stopping(); left.length > 0; left = stopping()) await Promise.all(left.map((entry) => entry.ended));
      detach.abort();
      await Promise.all([...entries.values()].map((entry) => entry.ended));
    },
  };
};
