import { open } from 'node:fs/promises';
import type { Task } from '../../schemas/task.ts';
import { isTerminal } from '../domain/status-machine.ts';
import { judgeRun, type Verdict } from '../domain/run-verdict.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { removeRunDirectory, runPaths } from './process/run-directory.ts';
import type { RunExit } from './process/wait-for-exit.ts';
import type { ProgressTracker } from './progress.ts';
import { revokeToolKeys } from './tool-key.ts';

/** What of stderr goes into an error message, in bytes. */
const stderrTailBytes = 4096;

const stderrTail = async (directory: string): Promise<string> => {
  const file = await open(runPaths(directory).err, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(stderrTailBytes), 0, stderrTailBytes, Math.max(0, size - stderrTailBytes));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
};

/** An orchestrator finishes by saying so; one that only stops talking has finished if nothing is left to do. */
const holdToDone = async (context: RunContext, task: Task, verdict: Verdict): Promise<Verdict> => {
  if (verdict.status !== 'done' || !task.isOrchestrator) return verdict;
  const left = await context.whatIsLeft(task);
  return left === null ? verdict : { status: 'failed', errorMessage: `The orchestrator ended without finishing: ${left}` };
};

const describeCompletion = (task: Task): string => `Completion action: none; the work is in ${task.overlayPath ?? 'the worktree'}${task.branch === null ? '' : ` on branch ${task.branch}`}`;

/** The end of a run whose task was not reported done before: one transaction settles the task, the run and the log's end. */
const settle = async (context: RunContext, task: Task, { run, driver }: RunOfTask, exit: RunExit, verdict: Verdict): Promise<void> => {
  const errorMessage = verdict.errorMessage === null ? null : driver.explainFailure(verdict.errorMessage);
  if (verdict.status === 'done') context.ledger.say(task.id, describeCompletion(task));
  // Only a running task can be done; its process may have ended in the moment in which it was paused.
  if (verdict.status === 'done' && task.status !== 'running') await context.ledger.transition(task.id, { to: 'running' });
  const endedAt = context.now().toISOString();
  await context.ledger.transition(task.id, {
    to: verdict.status,
    patch: { completedAt: endedAt, exitCode: exit.exitCode, errorMessage },
    ...(errorMessage !== null && { reason: errorMessage }),
    run: { runId: run.runId, changes: { state: 'ended', endedAt, exitCode: exit.exitCode } },
    events: [{ type: 'end', status: verdict.status }],
  });
};

/** The end of a run whose task is terminal already, as it was reported done. */
const close = async (context: RunContext, task: Task, { run }: RunOfTask, exit: RunExit): Promise<void> => {
  if (context.log.last(task.id)?.ended !== true) {
    context.ledger.say(task.id, describeCompletion(task));
    await context.ledger.update(task.id, { exitCode: exit.exitCode }, [{ type: 'end', status: task.status }]);
  }
  await context.store.endRun(run.runId, { exitCode: exit.exitCode, endedAt: context.now().toISOString() });
};

/**
 * Ends a run whose process has ended and whose output is in the log: judges it, settles the task and clears the run
 * away. Each part can be repeated, so that a crash in the middle is made good by doing it again.
 */
export const concludeRun = async (context: RunContext, of: RunOfTask, tracker: ProgressTracker, exit: RunExit): Promise<void> => {
  context.reached('run ended');
  const run = await context.store.getRun(of.run.runId);
  const task = await context.store.getTask(of.task.id);
  if (run !== null && task !== null && run.state !== 'ended') {
    await revokeToolKeys(context, task.id, run.runId);
    context.reached('keys revoked');
    if (isTerminal(task.status)) {
      await close(context, task, { ...of, run }, exit);
    } else {
      const judged = judgeRun(tracker.progress, {
        exitCode: exit.exitCode,
        stopRequested: run.stopRequested !== null,
        endedByDaemon: run.endedByDaemon,
        stderrTail: await stderrTail(run.directory),
      });
      await settle(context, task, { ...of, run }, exit, await holdToDone(context, task, judged));
    }
  }
  context.reached('task settled');
  await removeRunDirectory(of.run.directory);
};
