import { setImmediate as othersDone, setTimeout as delay } from 'node:timers/promises';
import type { MessageKind } from '../../schemas/message.ts';
import type { Task, WaitsFor } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import type { Run, TaskChanges } from '../store/task-store.ts';
import { createDesk, type Desk } from './asking/desk.ts';
import { createBudgets, type Budgets } from './budget/budgets.ts';
import type { RunContext } from './context.ts';
import type { RunHook } from './hooks/hook.ts';
import { runHooks } from './hooks/index.ts';
import { createAttendance, type Attendance } from './queue/attendance.ts';
import { awaitDependencies } from './queue/dependencies.ts';
import { createLimits, type Limits } from './limits/limits.ts';
import { createQueue, turnOf } from './queue/queue.ts';
import { createRests } from './next/rests.ts';
import type { StopOptions } from './stop-below.ts';
import type { TaskRun } from './life-of-run.ts';
import { createTaskRun } from './task-run.ts';

export type { StopOptions };

/** Every run of every task: from the queue to the end. */
export interface Runs {
  /** Gives a queued task its place in the queue; its turn comes when all is done that it depends on. */
  enqueue(task: Task): void;
  /** What a task waits for, with its place in the queue where it has one. */
  waitsFor(task: Task): WaitsFor | null;
  /**
   * A run that an earlier daemon left, which is asked to stop like any other from now on.
   * @returns takes it up, however long that takes; with the task where it waits for a slot
   */
  found(run: Run): () => Promise<Task | null>;
  /** Asks a task that waits, is being set up or runs to stop; it is interrupted when all it runs has ended. */
  stop(taskId: string, options: StopOptions): Promise<void>;
  /** @throws MakimaError TASK_NOT_RUNNING */
  pause(taskId: string): Promise<Task>;
  /** @throws MakimaError TASK_NOT_PAUSED */
  resume(taskId: string): Promise<Task>;
  /**
   * Says something more to the agent of an active task: at the end of the task's order, and handed over when that fits.
   * @param message.id - by which a repeat is known; made up where left out
   * @returns whether the agent has it already
   * @throws MakimaError TASK_NOT_RUNNING, AGENT_INPUT_CLOSED, TOO_MANY_MESSAGES, DISK_FULL
   */
  send(taskId: string, message: { id?: string; kind: MessageKind; text: string }): Promise<{ id: string; delivered: boolean }>;
  /** Hands over what was put in a transaction of its own, as soon as it fits. */
  deliver(taskId: string): void;
  /** The task is done as of now. @throws MakimaError TASK_NOT_RUNNING */
  finish(taskId: string, changes: TaskChanges): Promise<Task>;
  /** A decision on what an agent asks is stored, and is carried out. */
  decided: Desk['decided'];
  /** A call with the task's key waits for another task, which is no silence of its agent. */
  attend: Attendance['attend'];
  /** Ends what is left of a run whose task is terminal, and waits for it. */
  abandon(taskId: string): Promise<void>;
  /**
   * Waits until nothing of the task's last run is left. @param limit - in milliseconds
   * @returns false where something still is
   */
  settled(taskId: string, limit: number): Promise<boolean>;
  /**
   * A task that waits for the end of a limit goes on at once, whoever else waits for it.
   * @returns false where it does not wait for one
   */
  startDespiteLimit(task: Task): Promise<boolean>;
  /** The limits that agents' accounts have come to. */
  usageLimits: Limits['current'];
  /** What trees of tasks may use. */
  readonly budgets: Budgets;
  /** Fires when the daemon lets go of the agents. */
  readonly detached: AbortSignal;
  /** Whether a stop that was asked for is being carried out. */
  isStopping(): boolean;
  /** Starts nothing more, carries out the stops that were asked for, and lets go of the other agents, which go on by themselves; or ends them first. */
  close(options: { stopAgents: boolean }): Promise<void>;
}

/**
 * @param slots - how many runs there may be at once at each depth of the tree
 * @param more - hooks beside the daemon's own
 */
export const createRuns = (context: RunContext, slots: number, more: readonly RunHook[] = []): Runs => {
  const queue = createQueue(slots, context.timing.startInterval, () => context.now().getTime());
  const runs = new Map<string, TaskRun>();
  const detach = new AbortController();
  const desk = createDesk(context, detach.signal);
  const budgets = createBudgets(context, detach.signal);
  const limits = createLimits(context, queue, { goOn: context.resumeAfterLimit, times: context.timing.limit }, detach.signal);
  const rests = createRests(context, detach.signal);
  const hooks = [...runHooks({ ...context, budgets, limits }, desk), ...more];
  const attendance = createAttendance(context, (taskId) => runs.get(taskId), context.timing.waitGrace, detach.signal);

  /** A task is queued a moment before it has its place, and may be stopped in it. */
  const stop = (taskId: string, options: StopOptions): Promise<void> => (runs.get(taskId) ?? add(taskId, null)).stop(options);
  const add = (taskId: string, found: Run | null): TaskRun => {
    const isAttending = (): boolean => attendance.isAttending(taskId);
    const run = createTaskRun(
      { ...context, budgets, requeue: (task) => enqueue(task), runs: { stop } },
      hooks,
      taskId,
      found,
      queue.seat(),
      isAttending,
      detach.signal,
    );
    runs.set(taskId, run);
    void run.over.then(() => {
      if (runs.get(taskId) !== run) return;
      runs.delete(taskId);
      context.ports.giveBack(taskId);
    });
    return run;
  };

  const runOf = (taskId: string): TaskRun => {
    const run = runs.get(taskId);
    if (!run) throw new MakimaError('TASK_NOT_RUNNING');
    return run;
  };
  const underWay = (): TaskRun[] => [...runs.values()].filter((run) => run.isUnderWay());
  const stopping = (): TaskRun[] => [...runs.values()].filter((run) => run.isStopping());

  const enqueue = (task: Task): void => {
    if (detach.signal.aborted) return;
    const known = runs.get(task.id);
    const run = known?.phase === 'queued' ? known : add(task.id, null);
    const isParked = task.waitsFor?.kind === 'limit';
    const isAtRest = task.waitsFor?.kind === 'subtasks';
    // One that goes on has begun before.
    const stands = task.startedAt === null && (task.dependsOn.length > 0 || task.continueFromTaskId !== null);
    run.seat.wait(turnOf(task), stands || isParked || isAtRest, () => void run.begin());
    if (stands) awaitDependencies(context, task, run, detach.signal);
    if (isParked) limits.park(task, run);
    if (isAtRest) rests.hold(task, run);
  };
  const waitsFor = (task: Task): WaitsFor | null => {
    const why = task.status === 'queued' && task.waitsFor?.kind !== 'dependency' ? runs.get(task.id)?.seat.why() : null;
    if (!why) return task.waitsFor;
    return why.kind === 'slot' ? why : { kind: 'limit', until: why.until === null ? null : new Date(why.until).toISOString() };
  };

  /** A task whose run has ended this moment and that goes on has its new place when its last run is cleared away, and all who waited for that have been told. */
  const placed = async (taskId: string): Promise<void> => {
    const last = runs.get(taskId);
    if (last?.phase !== 'ending') return;
    await last.over;
    await othersDone();
  };

  return {
    enqueue,
    waitsFor,
    async startDespiteLimit(task) {
      if (task.status === 'queued') await placed(task.id);
      const run = runs.get(task.id);
      if (run?.phase !== 'queued' || waitsFor(task)?.kind !== 'limit') return false;
      await context.ledger.update(
        task.id,
        { waitsFor: { kind: 'slot' } },
        [{ type: 'limit', action: 'lifted', agent: task.agent, until: null }],
        { in: ['queued'], code: 'TASK_ACTIVE' },
      );
      limits.forget(task.id);
      run.seat.leave();
      // Nobody pauses the starts of this one.
      run.seat.wait({ ...turnOf(task), agent: '' }, false, () => void run.begin());
      return true;
    },
    usageLimits: () => limits.current(),
    found(row) {
      const run = add(row.taskId, row);
      context.ports.hold(row.taskId, row.ports);
      return async () => {
        const task = await run.takeUp();
        if (run.blocks.has('subtasks')) attendance.found(row.taskId);
        return task;
      };
    },
    decided: (approval, isRuled) => desk.decided(approval, isRuled),
    budgets,
    detached: detach.signal,
    stop,
    pause: async (taskId) => runOf(taskId).pause(),
    resume: async (taskId) => runOf(taskId).resume(),
    async send(taskId, { id = context.newId(), ...message }) {
      const put = { id, taskId, ...message, createdAt: context.now().toISOString() };
      if (runs.get(taskId)?.phase === 'ending' && (await context.store.getTask(taskId))?.status === 'queued') await placed(taskId);
      const run = runs.get(taskId);
      if (run) {
        const sent = await run.send(put);
        rests.look(taskId);
        return { id, ...sent };
      }
      // It is queued, and has its place in a moment.
      await context.ledger.commit(context.store.putMessage(put));
      runs.get(taskId)?.deliver();
      return { id, delivered: false };
    },
    deliver(taskId) {
      runs.get(taskId)?.deliver();
      rests.look(taskId);
    },
    finish: async (taskId, changes) => runOf(taskId).finish(changes),
    attend: (taskId, awaited) => attendance.attend(taskId, awaited),
    async abandon(taskId) {
      const run = runs.get(taskId);
      if (run?.isUnderWay() !== true) return;
      // Its task is terminal: what becomes of the subtasks was decided with it.
      await run.stop({ graceful: false, keepSubtasks: true });
      await run.over;
    },
    async settled(taskId, limit) {
      const run = runs.get(taskId);
      if (!run) return true;
      const over = new AbortController();
      try {
        return await Promise.race([run.over.then(() => true), delay(limit, false, { signal: over.signal })]);
      } finally {
        over.abort();
      }
    },
    isStopping: () => stopping().length > 0,
    async close({ stopAgents }) {
      queue.close();
      if (stopAgents) await Promise.all(underWay().map((run) => run.stop({ graceful: true, keepSubtasks: context.keepSubtasks })));
      // What was acknowledged is carried out: an agent that was told to stop would work on until the next start. The end of
      // one can stop those below it.
      for (let left = stopping(); left.length > 0; left = stopping()) await Promise.all(left.map((run) => run.over));
      detach.abort();
      await Promise.all(underWay().map((run) => run.over));
    },
  };
};
