import type { Task } from '../../schemas/task.ts';
import { asSetUp } from '../agents/driver.ts';
import { isTerminal } from '../domain/status-machine.ts';
import type { InTurn } from '../domain/turns.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { isOfOtherHome, readHandle, type RunHandle } from '../process/handle.ts';
import { pauseRun } from '../process/pause.ts';
import { readRunFile } from '../process/read-run-file.ts';
import { runPaths } from '../process/run-directory.ts';
import { resumeInput, saidInputs } from '../process/write-input.ts';
import type { Run } from '../store/task-store.ts';
import { concludeRun } from './conclude-run.ts';
import type { RunContext, RunOfTask } from './context.ts';
import type { RunHook, Start } from './hooks/hook.ts';
import { isNoted, noteUsage } from './hooks/note-progress.ts';
import { readOpeningFile } from './messages/opening-file.ts';
import { sessionOf } from './messages/opening.ts';
import { sessionUsage } from './next/session-usage.ts';
import type { Started } from './start-run.ts';
import type { Stopping } from './stop-below.ts';
import { loggedOffsets } from './supervision/follow-output.ts';
import { trackProgress, type ProgressTracker } from './supervision/progress.ts';
import { takeBackStart } from './take-back-start.ts';

type Parts = Pick<
  RunContext,
  | 'homeId'
  | 'store'
  | 'log'
  | 'ledger'
  | 'drivers'
  | 'keepSubtasks'
  | 'tellParents'
  | 'completions'
  | 'now'
  | 'newId'
  | 'reached'
  | 'report'
> &
  Stopping;

/** How a run stands that an earlier daemon left: its agent runs, or has ended unseen; its task waits to be set up anew; or it is over. */
export type TakenUp = { kind: 'running'; started: Started } | { kind: 'queued'; task: Task } | { kind: 'ended' };

const ended: TakenUp = { kind: 'ended' };

/** What the agent said that is in the log already, read again: what it means is kept nowhere else. */
const rememberProgress = async (context: Parts, { task, run, driver }: RunOfTask, signal: AbortSignal): Promise<ProgressTracker> => {
  const launch = readOpeningFile(run.directory)?.launch ?? {
    ...asSetUp,
    cwd: task.overlayPath ?? '',
    session: sessionOf({ task, run }),
    ...(await sessionUsage(context, driver, run)),
  };
  const conversation = driver.converse(launch);
  const tracker = trackProgress(conversation);
  if (conversation.recall) for (const said of await saidInputs(run.directory)) conversation.recall(said);
  const { out } = loggedOffsets(context, task.id, run.runId);
  if (out === 0) return tracker;
  await readRunFile(runPaths(run.directory).out, out, (piece) => void tracker.take(piece), signal);
  return tracker;
};

/** A crash right after lines were logged kept what they mean from the task's row. */
const noteProgress = async (context: Parts, task: Task, run: Run, tracker: ProgressTracker): Promise<Task> => {
  const sessionId = tracker.sessionId ?? task.sessionId;
  const isToNote = tracker.progress.results > 0 && !isNoted({ run }, tracker.usage);
  const noted = isToNote ? await noteUsage(context, { task, run }, tracker.usage) : task;
  return sessionId === task.sessionId ? noted : context.ledger.update(task.id, { sessionId });
};

/** Nobody can tell how it goes: it is ended like one that was asked to stop. */
const endLost = async ({ store, ledger, keepSubtasks }: Parts, task: Task, run: Run, why: string): Promise<void> => {
  if (run.stopRequested !== null) return;
  const how = isTerminal(task.status) ? { stopRequested: 'interrupted' as const } : { stopRequested: 'failed' as const, stopReason: why };
  await store.updateRun(run.runId, { ...how, keepSubtasks });
  ledger.say(task.id, why, 'warning');
};

/** The agent was started: it runs, or has ended meanwhile; looking after it finds out which. */
const attach = async (context: Parts, task: Task, run: Run, handle: RunHandle, signal: AbortSignal): Promise<TakenUp> => {
  const { driver, whyLost } = context.drivers.ofRun(task, handle.protocol);
  const tracker = await rememberProgress(context, { task, run, driver }, signal);
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
  if (whyLost !== null) await endLost(context, task, run, whyLost);
  return { kind: 'running', started: { task: current, run: { ...run, state: 'running', handle }, driver, handle, tracker } };
};

/** The daemon died while it set the task up: what is left of that is cleared away, and the task waits again, unless it was stopped. */
const setUpAgain = async (context: Parts, hooks: readonly RunHook[], task: Task, run: Run, signal: AbortSignal): Promise<TakenUp> => {
  const start: Start = {
    task,
    run,
    driver: context.drivers.ofTask(task),
    signal,
    worktree: null,
    // One that is on record was finished.
    isNewWorktree: (await context.store.getWorktree(task.id)) === null,
    isRestored: false,
    hasRunSetup: false,
    hooksNotRun: null,
  };
  const settled = await takeBackStart(context, hooks, start, {
    again: 'The daemon was restarted while it set the task up; that is done again',
  });
  return settled?.status === 'queued' ? { kind: 'queued', task: settled } : ended;
};

const isFull = (error: unknown): boolean => error instanceof MakimaError && error.code === 'DISK_FULL';

/**
 * Takes up a run that an earlier daemon left. One that cannot be taken up is ended, and its task fails with the reason. Can be
 * repeated.
 * @param found - as it was on record when the daemon started
 * @param signal - gives it up: the next daemon does it
 * @param inTurn - with which whoever asks for a stop takes turns
 * @throws where a full disk is to be waited for; nothing else gets better by itself
 */
export const takeUpRun = async (
  context: Parts,
  hooks: readonly RunHook[],
  { runId, taskId }: Pick<Run, 'runId' | 'taskId'>,
  signal: AbortSignal,
  inTurn: InTurn,
): Promise<TakenUp> => {
  const run = await context.store.getRun(runId);
  const task = await context.store.getTask(taskId);
  if (run === null || task === null) return ended;
  // Taken back by an earlier try, which failed after that.
  if (run.state === 'ended') return task.status === 'queued' ? { kind: 'queued', task } : ended;
  const loses = async (lost: string, elsewhere = false): Promise<TakenUp> => {
    const of = { task, run, driver: context.drivers.ofTask(task) };
    await concludeRun(context, hooks, of, { lost, ...(elsewhere && { elsewhere }) }, inTurn);
    return ended;
  };
  try {
    const handle = await readHandle(run.directory);
    if (isOfOtherHome(handle, context.homeId))
      return await loses('Its run is of another home, of which this one is a copy: what goes on there is left alone', true);
    if (handle !== null) return await attach(context, task, run, handle, signal);
    if (run.state === 'preparing') return await setUpAgain(context, hooks, task, run, signal);
    return await loses('The directory of its run is gone, and with it what the agent wrote last');
  } catch (error) {
    if (signal.aborted || isFull(error)) throw error;
    context.report(`taking up run ${runId} of task ${taskId}`, error);
    return loses(`Its run could not be taken up after a restart of the daemon: ${messageOf(error)}`);
  }
};
