import type { Task } from '../../schemas/task.ts';
import { isActive } from '../domain/status-machine.ts';
import type { Run } from '../store/task-store.ts';
import type { RunContext } from './context.ts';
import { loggedOffsets } from './follow-output.ts';
import { followRunFile } from './process/follow-file.ts';
import { readHandle, type RunHandle } from './process/handle.ts';
import { removeRunDirectory, runPaths } from './process/run-directory.ts';
import { sweepRun } from './process/sweep.ts';
import { resumeInput } from './process/write-input.ts';
import { trackProgress, type ProgressTracker } from './progress.ts';
import type { Runs } from './runs.ts';
import { revokeToolKeys } from './tool-key.ts';

const pageSize = 500;

/** What the agent said that is in the log already, read again: what it means is kept nowhere else. */
const rememberProgress = async (context: RunContext, task: Task, run: Run): Promise<ProgressTracker> => {
  const tracker = trackProgress(context.drivers.get(task.agent).newReader());
  const { out } = loggedOffsets(context, task.id, run.runId);
  if (out === 0) return tracker;
  const enough = new AbortController();
  const follower = followRunFile({
    path: runPaths(run.directory).out,
    from: 0,
    signal: enough.signal,
    onPieces: (pieces) => {
      for (const piece of pieces) if (piece.end <= out) tracker.take(piece);
      if ((pieces.at(-1)?.end ?? 0) >= out) enough.abort();
      return Promise.resolve();
    },
  });
  follower.finish();
  await follower.done;
  return tracker;
};

/** The agent was started: it runs, or has ended meanwhile; looking after it finds out which. */
const attach = async (context: RunContext, runs: Runs, task: Task, run: Run, handle: RunHandle): Promise<void> => {
  const tracker = await rememberProgress(context, task, run);
  let current = task;
  if (run.state === 'preparing') {
    if (task.status === 'initializing') await context.ledger.transition(task.id, { to: 'starting' });
    current = await context.ledger.transition(task.id, { to: 'running', patch: { startedAt: context.now().toISOString() }, run: { runId: run.runId, changes: { handle, state: 'running' } } });
  }
  await resumeInput(run.directory);
  runs.attach({ task: current, run: { ...run, state: 'running', handle }, driver: context.drivers.get(task.agent) }, handle, tracker);
  if (run.stopRequested !== null) await runs.stop(task.id, { graceful: false });
};

/** The daemon died while it set the task up: what is left of that is cleared away, and the task waits again. */
const setUpAgain = async (context: RunContext, task: Task, run: Run): Promise<void> => {
  await sweepRun(run.runId, null);
  await removeRunDirectory(run.directory);
  await revokeToolKeys(context, task.id, run.runId);
  const endedAt = context.now().toISOString();
  const stopped = run.stopRequested !== null;
  await context.ledger.transition(task.id, {
    to: stopped ? 'interrupted' : 'queued',
    run: { runId: run.runId, changes: { state: 'ended', endedAt } },
    ...(stopped && { patch: { completedAt: endedAt }, events: [{ type: 'end' as const, status: 'interrupted' as const }] }),
  });
  context.ledger.say(task.id, stopped ? 'The daemon was restarted while the task was being stopped' : 'The daemon was restarted while it set the task up; that is done again');
};

const recoverRun = async (context: RunContext, runs: Runs, run: Run): Promise<void> => {
  const task = await context.store.getTask(run.taskId);
  if (task === null) return;
  const handle = await readHandle(run.directory);
  if (handle !== null) await attach(context, runs, task, run, handle);
  else if (run.state === 'preparing') await setUpAgain(context, task, run);
  else await fail(context, task, run, 'The directory of its run is gone, and with it what the agent wrote last');
};

const fail = async (context: RunContext, task: Task, run: Run, errorMessage: string): Promise<void> => {
  await sweepRun(run.runId, null);
  await removeRunDirectory(run.directory);
  await revokeToolKeys(context, task.id, run.runId);
  const endedAt = context.now().toISOString();
  if (!isActive(task.status)) {
    await context.store.endRun(run.runId, { exitCode: null, endedAt });
    return;
  }
  context.ledger.say(task.id, errorMessage, 'error');
  await context.ledger.transition(task.id, {
    to: 'failed',
    patch: { completedAt: endedAt, errorMessage },
    reason: errorMessage,
    run: { runId: run.runId, changes: { state: 'ended', endedAt } },
    events: [{ type: 'end', status: 'failed' }],
  });
};

const queuedTasks = async (context: RunContext): Promise<Task[]> => {
  const all: Task[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Task[]; nextCursor: string | null } = await context.store.listTasks({ status: 'queued', limit: pageSize, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all.sort((a, b) => (a.queuedAt ?? '').localeCompare(b.queuedAt ?? ''));
};

/**
 * Takes up what an earlier daemon left, before this one says that it is ready: events that were committed and not
 * logged, runs that go on or have ended meanwhile, tasks that were being set up, and the queue in its order. One run
 * that cannot be taken up fails with the reason and holds up nobody else.
 */
export const recover = async (context: RunContext, runs: Runs): Promise<void> => {
  await context.ledger.flush();
  for (const run of await context.store.activeRuns()) {
    try {
      await recoverRun(context, runs, run);
    } catch (error) {
      context.report(`taking up run ${run.runId} of task ${run.taskId}`, error);
    }
  }
  for (const task of await queuedTasks(context)) runs.enqueue(task);
};
