import PQueue from 'p-queue';
import type { Task } from '../../schemas/task.ts';
import { addUsage } from '../domain/usage.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { revokeToolKeys } from '../ledger/tool-key.ts';
import { followRunFile } from '../process/follow-file.ts';
import { isOfOtherHome, readHandle, type RunHandle } from '../process/handle.ts';
import { pauseRun } from '../process/pause.ts';
import { removeRunDirectory, runPaths } from '../process/run-directory.ts';
import { sweepRun } from '../process/sweep.ts';
import { resumeInput } from '../process/write-input.ts';
import type { Run } from '../store/task-store.ts';
import { concludeRun } from './conclude-run.ts';
import type { RunContext } from './context.ts';
import { endSubtasks } from './end-subtasks.ts';
import { loggedOffsets } from './follow-output.ts';
import { undoHalfMade } from './hooks/half-made.ts';
import { trackProgress, type ProgressTracker } from './progress.ts';
import type { Runs } from './runs.ts';
import { untilDone } from './until-done.ts';

const pageSize = 500;
/** Runs taken up at once, so that one whose files hang does not hold up all the others. */
const atOnce = 4;

/** What the agent said that is in the log already, read again: what it means is kept nowhere else. */
const rememberProgress = async (context: RunContext, task: Task, run: Run, signal: AbortSignal): Promise<ProgressTracker> => {
  const tracker = trackProgress(context.drivers.get(task.agent).newReader());
  const { out } = loggedOffsets(context, task.id, run.runId);
  if (out === 0) return tracker;
  const enough = new AbortController();
  const follower = followRunFile({
    path: runPaths(run.directory).out,
    from: 0,
    signal: AbortSignal.any([enough.signal, signal]),
    onPieces: (pieces) => {
      for (const piece of pieces) if (piece.end <= out) tracker.take(piece);
      if ((pieces.at(-1)?.end ?? 0) >= out) enough.abort();
      return Promise.resolve();
    },
  });
  follower.finish();
  await follower.done;
  signal.throwIfAborted();
  return tracker;
};

/** A crash right after lines were logged kept what they mean from the task's row. */
const noteProgress = async (context: RunContext, task: Task, run: Run, tracker: ProgressTracker): Promise<Task> => {
  const usage = addUsage(run.baseUsage, tracker.usage);
  const sessionId = tracker.sessionId ?? task.sessionId;
  const counted = tracker.usage.turns === 0 || JSON.stringify(usage) === JSON.stringify(task.usage);
  if (counted && sessionId === task.sessionId) return task;
  return context.ledger.update(task.id, { sessionId, ...(!counted && { usage }) }, counted ? [] : [{ type: 'usage', usage }]);
};

/** The agent was started: it runs, or has ended meanwhile; looking after it finds out which. */
const attach = async (context: RunContext, runs: Runs, task: Task, run: Run, handle: RunHandle, signal: AbortSignal): Promise<void> => {
  const tracker = await rememberProgress(context, task, run, signal);
  let current = task;
  if (run.state === 'preparing') {
    if (task.status === 'initializing') await context.ledger.transition(task.id, { to: 'starting' });
    current = await context.ledger.transition(task.id, {
      to: 'running',
      patch: { startedAt: context.now().toISOString() },
      run: { runId: run.runId, changes: { handle, state: 'running' } },
    });
  }
  current = await noteProgress(context, current, run, tracker);
  // Stopping and noting it are two steps, and so are continuing and noting that.
  if (current.status === 'paused') await pauseRun(handle);
  await resumeInput(run.directory);
  signal.throwIfAborted();
  runs.attach({ task: current, run: { ...run, state: 'running', handle }, driver: context.drivers.get(task.agent) }, handle, tracker);
};

/**
 * The daemon died while it set the task up: what is left of that is cleared away, and the task waits again.
 * @returns the task where it waits
 */
const setUpAgain = async (context: RunContext, task: Task, run: Run): Promise<Task | null> => {
  await sweepRun(run.runId, null);
  // A worktree that is on record was finished.
  if ((await context.store.getWorktree(task.id)) === null) {
    await undoHalfMade(run.directory);
    await context.ledger.update(task.id, { overlayPath: null, baseCommit: null });
  }
  await revokeToolKeys(context, task.id, run.runId);
  // Asked last: somebody may stop it while this goes on.
  const stored = (await context.store.getRun(run.runId)) ?? run;
  const stopped = stored.stopRequested !== null;
  if (stopped) await endSubtasks(context, task, stored, 'interrupted');
  context.ledger.say(
    task.id,
    stopped
      ? 'The daemon was restarted while the task was being stopped'
      : 'The daemon was restarted while it set the task up; that is done again',
  );
  const endedAt = context.now().toISOString();
  const changed = await context.ledger.transition(task.id, {
    to: stopped ? 'interrupted' : 'queued',
    run: { runId: run.runId, changes: { state: 'ended', endedAt } },
    ...(stopped && { patch: { completedAt: endedAt }, events: [{ type: 'end' as const, status: 'interrupted' as const }] }),
  });
  await removeRunDirectory(run.directory);
  return stopped ? null : changed;
};

/** Ends a run that cannot be taken up: what there is of it is ended, and the task fails with the reason. */
const giveUp = async (context: RunContext, task: Task, run: Run, lost: string): Promise<null> => {
  await sweepRun(run.runId, null);
  await concludeRun(context, { task, run, driver: context.drivers.get(task.agent) }, { lost });
  return null;
};

const isFull = (error: unknown): boolean => error instanceof MakimaError && error.code === 'DISK_FULL';

/** @returns the task where it waits to be set up again */
const takeUp = async (context: RunContext, runs: Runs, { runId, taskId }: Run, signal: AbortSignal): Promise<Task | null> => {
  const run = await context.store.getRun(runId);
  const task = await context.store.getTask(taskId);
  if (run === null || task === null || run.state === 'ended') return null;
  try {
    const handle = await readHandle(run.directory);
    if (isOfOtherHome(handle, context.homeId)) {
      await concludeRun(
        context,
        { task, run, driver: context.drivers.get(task.agent) },
        { lost: 'Its run is of another home, of which this one is a copy: what goes on there is left alone' },
      );
      return null;
    }
    if (handle === null && run.state === 'preparing') return await setUpAgain(context, task, run);
    if (handle === null) return await giveUp(context, task, run, 'The directory of its run is gone, and with it what the agent wrote last');
    await attach(context, runs, task, run, handle, signal);
    return null;
  } catch (error) {
    // A full disk is waited for; nothing else gets better by itself.
    if (signal.aborted || isFull(error)) throw error;
    context.report(`taking up run ${runId} of task ${taskId}`, error);
    return giveUp(context, task, run, `Its run could not be taken up after a restart of the daemon: ${messageOf(error)}`);
  }
};

/** Takes a run up however long it takes, and stops it where somebody asked for that before or meanwhile. */
const takeUpInTheEnd = async (context: RunContext, runs: Runs, run: Run, signal: AbortSignal): Promise<Task | null> => {
  let waits: Task | null = null;
  const work = async (): Promise<void> => {
    waits = await takeUp(context, runs, run, signal);
  };
  await untilDone(context, `taking up run ${run.runId} of task ${run.taskId}`, work, signal);
  const stop = async (): Promise<void> => {
    const current = await context.store.currentRun(run.taskId);
    if (current?.stopRequested != null) await runs.stop(run.taskId, { graceful: false, keepSubtasks: current.keepSubtasks });
  };
  await untilDone(context, `stopping run ${run.runId} of task ${run.taskId}`, stop, signal);
  return waits;
};

/** In the order in which they were queued: by the ids of their events, since a clock can be set back. */
const queuedTasks = async (context: RunContext): Promise<Task[]> => {
  const all: Task[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Task[]; nextCursor: string | null } = await context.store.listTasks({ status: 'queued', limit: pageSize, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  const lastIds = new Map(all.map(({ id }) => [id, context.log.last(id)?.id ?? 0]));
  return all.sort((a, b) => (lastIds.get(a.id) ?? 0) - (lastIds.get(b.id) ?? 0));
};

/**
 * Takes up what an earlier daemon left, before this one says that it is ready: events that were committed and not
 * logged, runs that go on or have ended meanwhile, tasks that were being set up, and the queue in its order. One run
 * that cannot be taken up fails with the reason and holds up nobody else.
 * It takes `timing.recovery` at the most: what is not taken up by then is taken up in the background, or by the next
 * daemon where this one shuts down before.
 */
export const recover = async (context: RunContext, runs: Runs): Promise<void> => {
  const signal = runs.detached;
  const over = AbortSignal.any([signal, AbortSignal.timeout(context.timing.recovery)]);
  await context.ledger.flush();
  const active = await context.store.activeRuns();
  const waiting = await queuedTasks(context);
  let queueOpen = false;
  // Those that had a slot already come first, in the order in which they had got it.
  const again: (Task | null)[] = [];
  const lane = new PQueue({ concurrency: atOnce });
  const taken = lane.addAll(
    active.map((run, index) => async () => {
      if (signal.aborted) return;
      const task = await takeUpInTheEnd(context, runs, run, signal);
      if (task !== null && queueOpen) runs.enqueue(task);
      else again[index] = task;
    }),
  );
  taken.catch((error: unknown) => context.report('taking up what an earlier daemon left', error));
  await Promise.race([taken, aborted(over)]);
  queueOpen = true;
  for (const task of [...again, ...waiting]) if (task) runs.enqueue(task);
};

/** Resolves when the signal fires. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
