import type { Task } from '../../schemas/task.ts';
import { largePlanTokens, roughTokens } from '../domain/plan-size.ts';
import { noUsage } from '../domain/usage.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { orchestratorPrompt } from '../orchestrator/orchestrator-prompt.ts';
import { subtaskPrompt } from '../orchestrator/subtask-prompt.ts';
import type { RunHandle } from '../process/handle.ts';
import { launch } from '../process/launch.ts';
import { createRunDirectory, removeRunDirectory, runDirectory } from '../process/run-directory.ts';
import { sweepRun } from '../process/sweep.ts';
import { writeInput } from '../process/write-input.ts';
import type { Run } from '../store/task-store.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { endSubtasks } from './end-subtasks.ts';
import { failureLines } from './failure-lines.ts';
import { bringFiles } from './hooks/bring-files.ts';
import { checkAgent } from './hooks/check-agent.ts';
import { worktreeOfStart, type Start, type StartStep } from './hooks/hook.ts';
import { installHelper } from './hooks/install-helper.ts';
import { prepareWorktree } from './hooks/prepare-worktree.ts';
import { runSetup } from './hooks/run-setup.ts';
import { untilDone } from './until-done.ts';

/** In this order. The agent is looked for before its worktree is made, which may take long. */
const steps: readonly StartStep[] = [checkAgent, prepareWorktree, bringFiles, runSetup, installHelper];

/** The system text and the plan, as one message. */
const firstMessage = async (context: RunContext, start: Start): Promise<string> => {
  const { task, run } = start;
  const worktree = worktreeOfStart(start);
  const source = task.continueFromTaskId === null ? null : await context.store.getTask(task.continueFromTaskId);
  const facts = {
    name: task.name,
    worktreePath: worktree.path,
    branch: worktree.branch,
    baseBranch: task.baseBranch,
    isSubtask: task.parentTaskId !== null,
    continuedFrom: source?.name ?? null,
    hasEarlierRun: run.number > 1 && !start.isNewWorktree,
  };
  return `${task.isOrchestrator ? orchestratorPrompt(facts) : subtaskPrompt(facts)}\n\n${task.plan}`;
};

/** The directory with the plan in it, then the process: whenever the daemon dies, the agent has its plan or was never there. */
const launchAgent = async (context: RunContext, start: Start): Promise<RunHandle> => {
  const { task, run, driver } = start;
  const tokens = roughTokens(task.plan);
  if (tokens > largePlanTokens)
    context.ledger.say(
      task.id,
      `The plan is about ${tokens} tokens; beyond ${largePlanTokens} little of the agent's context is left for the work`,
      'warning',
    );
  await createRunDirectory(run.directory);
  await writeInput(run.directory, driver.userMessage(await firstMessage(context, start)));
  context.reached('plan stored');
  const command = driver.command();
  const handle = await launch({
    runId: run.runId,
    homeId: context.homeId,
    directory: run.directory,
    command: command.command,
    args: command.args,
    cwd: worktreeOfStart(start).path,
    env: { ...context.inheritedEnv, ...command.env, ...start.env },
  });
  context.reached('agent launched');
  context.ledger.say(task.id, `Started with a plan of about ${tokens} tokens`);
  return handle;
};

/** Takes back what a start did, the last step first, and settles the task as failed, or interrupted where somebody stopped it. */
const giveUp = async (context: RunContext, start: Start, begun: readonly StartStep[], failure: unknown): Promise<void> => {
  const { task, run } = start;
  const stored = await context.store.getRun(run.runId);
  if (stored?.state === 'ended') return;
  await sweepRun(run.runId, null);
  for (const step of begun.toReversed()) await step.undo?.(context, start);
  await removeRunDirectory(run.directory);
  const stopped = start.signal.aborted || stored?.stopRequested != null;
  await endSubtasks(context, task, stored ?? run, stopped ? 'interrupted' : 'failed');
  const errorMessage = stopped ? null : messageOf(failure);
  const endedAt = context.now().toISOString();
  await context.ledger.transition(task.id, {
    to: stopped ? 'interrupted' : 'failed',
    patch: { completedAt: endedAt, errorMessage },
    ...(errorMessage !== null && { reason: errorMessage }),
    run: { runId: run.runId, changes: { state: 'ended', endedAt } },
    events: [...failureLines(errorMessage), { type: 'end', status: stopped ? 'interrupted' : 'failed' }],
  });
};

/**
 * Takes a queued task its slot: from here on it has a run. Can be repeated with the same id.
 * @returns null where it was stopped while it waited
 */
const beginRun = async (context: RunContext, taskId: string, runId: string): Promise<{ task: Task; run: Run } | null> => {
  const waiting = await context.store.getTask(taskId);
  if (waiting?.status === 'queued') {
    const newRun = {
      runId,
      directory: runDirectory(context.directories.runs, runId),
      baseUsage: waiting.usage ?? noUsage,
      createdAt: context.now().toISOString(),
    };
    try {
      await context.ledger.transition(taskId, { to: 'initializing', from: ['queued'], newRun });
    } catch (error) {
      // Stopped between the look and the move.
      if (error instanceof MakimaError && error.code === 'INVALID_TRANSITION') return null;
      throw error;
    }
  }
  const task = await context.store.getTask(taskId);
  const run = await context.store.getRun(runId);
  return task === null || run === null ? null : { task, run };
};

/** Nobody waits for an answer here, so a store that cannot be written is waited for: the task would hang in the queue. */
const begin = async (context: RunContext, taskId: string, detach: AbortSignal): Promise<{ task: Task; run: Run } | null> => {
  const runId = context.newId();
  let begun: { task: Task; run: Run } | null = null;
  const work = async (): Promise<void> => {
    begun = await beginRun(context, taskId, runId);
  };
  await untilDone(context, `beginning a run of task ${taskId}`, work, detach);
  return begun;
};

/** A run whose agent has been started. */
export interface Started extends RunOfTask {
  handle: RunHandle;
}

/**
 * Brings a queued task to running: its steps, its agent, the handle in the store before anybody is told that it runs.
 * @param stop - fires when the task is stopped meanwhile
 * @param detach - fires when the daemon shuts down; the next one sets the task up again
 * @returns null where it did not come to run, for whatever reason; the task then says why
 */
export const startRun = async (context: RunContext, taskId: string, stop: AbortSignal, detach: AbortSignal): Promise<Started | null> => {
  const begun = await begin(context, taskId, detach);
  if (begun === null) return null;
  const signal = AbortSignal.any([stop, detach]);
  const done: StartStep[] = [];
  let launched = false;
  const driver = context.drivers.get(begun.task.agent);
  context.reached('run begun');
  const start: Start = { ...begun, driver, signal, worktree: null, isNewWorktree: false, hooksNotRun: null, env: {} };
  try {
    for (const step of steps) {
      signal.throwIfAborted();
      done.push(step);
      await step.apply(context, start);
      context.reached(`${step.name} prepared`);
    }
    signal.throwIfAborted();
    await context.ledger.transition(taskId, { to: 'starting' });
    const handle = await launchAgent(context, start);
    launched = true;
    // Whoever stopped it in the meantime saw no agent to stop.
    stop.throwIfAborted();
    const startedAt = context.now().toISOString();
    const { runId } = start.run;
    start.task = await context.ledger.transition(taskId, {
      to: 'running',
      patch: { startedAt },
      run: { runId, changes: { handle, state: 'running' } },
    });
    context.reached('running stored');
    return { task: start.task, run: { ...start.run, state: 'running', handle }, driver, handle };
  } catch (error) {
    // The next daemon takes up an agent that was launched, and sets up again what was not.
    if (detach.aborted && !stop.aborted) await (launched ? undefined : sweepRun(start.run.runId, null));
    else await untilDone(context, `taking back the start of task ${taskId}`, () => giveUp(context, start, done, error), detach);
    return null;
  }
};
