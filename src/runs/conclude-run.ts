import type { EventPayload } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { Verdict } from '../domain/run-verdict.ts';
import { isTerminal } from '../domain/status-machine.ts';
import type { InTurn } from '../domain/turns.ts';
import { subtaskWarnings } from '../integration/subtask-warnings.ts';
import { lastSign } from '../process/last-sign.ts';
import { removeRunDirectory } from '../process/run-directory.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { endSubtasks } from './end-subtasks.ts';
import { judge, judgeProcess } from './ending/judge.ts';
import { failureLines } from './failure-lines.ts';
import { tellEnded, type RunHook } from './hooks/hook.ts';
import { settleMessages, warnOfMessages } from './messages/settle-messages.ts';
import type { RunOutcome } from './outcome.ts';
import { park } from './limits/park.ts';
import { goOn } from './next/go-on.ts';
import type { Stopping } from './stop-below.ts';

type Parts = Pick<RunContext, 'store' | 'log' | 'ledger' | 'keepSubtasks' | 'tellParents' | 'completions' | 'now' | 'newId' | 'reached'> &
  Stopping;

/** What somebody should look at though the task is done: said before its log ends, and again to no effect where that was broken off. */
const warnOfDone = async (context: Parts, { task, run }: RunOfTask, outcome: RunOutcome): Promise<void> => {
  const denied = 'lost' in outcome ? [] : outcome.progress.denied;
  const tools =
    denied.length === 0
      ? []
      : [
          {
            code: 'TOOLS_DENIED',
            message: `The agent was denied some of the tools that it tried: ${denied.join(', ')}. Look whether the work is whole, and at the permissions and hooks in its settings`,
          },
        ];
  const budget = run.stopReason === null ? [] : [{ code: 'BUDGET_EXCEEDED', message: run.stopReason }];
  const warnings = [...tools, ...budget, ...(task.isOrchestrator ? await subtaskWarnings(context, task) : [])];
  if (warnings.length > 0) await context.ledger.warn(task.id, ...warnings);
};

const describeCompletion = (task: Task): EventPayload => ({
  type: 'output',
  stream: 'system',
  content: `Completion action: none; the work is in ${task.overlayPath ?? 'the worktree'}${task.branch === null ? '' : ` on branch ${task.branch}`}`,
});

/** Somebody has asked for a stop since the run was judged, and was told that it is being stopped. */
const unlessStopped = async (context: Parts, { task, run }: RunOfTask, verdict: Verdict): Promise<Verdict> => {
  const latest = await context.store.getRun(run.runId);
  // One that has used up its budget had ended by itself.
  if (latest === null || latest.stopRequested !== 'interrupted' || run.stopRequested !== null) return verdict;
  await endSubtasks(context, task, latest, 'interrupted');
  return { status: 'interrupted', errorMessage: null };
};

/**
 * The end of a run whose task was not reported done before: one transaction settles the task, the run and the log's end.
 * With a completion action these are two: the task is done, and its log ends when the action has.
 * @returns the task where its action is still to be run
 */
const settle = async (context: Parts, of: RunOfTask, exitCode: number | null, judged: Verdict): Promise<Task | null> => {
  const { task, run, driver } = of;
  const verdict = await unlessStopped(context, of, judged);
  const errorMessage = verdict.errorMessage === null ? null : driver.explainFailure(verdict.errorMessage);
  // Only a running task can be done; its process may have ended in the moment in which it was paused.
  const { status } = (await context.store.getTask(task.id)) ?? task;
  if ((verdict.status === 'done' || verdict.status === 'queued') && status !== 'running')
    await context.ledger.transition(task.id, { to: 'running' });
  const endedAt = context.now().toISOString();
  const patch = { completedAt: endedAt, exitCode, errorMessage };
  // It may have ended while no daemon looked: time in which the machine was off is none of the agent's.
  const ranUntil = lastSign(run.directory)?.toISOString() ?? endedAt;
  if (verdict.status === 'queued') {
    await context.ledger.transition(task.id, park({ task, run, exitCode, endedAt, ranUntil, until: verdict.until ?? null }));
    context.reached('parked');
    return null;
  }
  if (verdict.status === 'done' && context.completions.atEnd(task) !== null) {
    const done = await context.ledger.transition(task.id, { to: 'done', patch, ranUntil });
    context.reached('task done');
    return done;
  }
  await context.ledger.transition(task.id, {
    to: verdict.status,
    patch,
    ranUntil,
    ...(errorMessage !== null && { reason: errorMessage }),
    run: { runId: run.runId, changes: { state: 'ended', endedAt, exitCode } },
    events: [
      ...(verdict.status === 'done' ? [describeCompletion(task)] : failureLines(errorMessage)),
      { type: 'end', status: verdict.status },
    ],
  });
  return null;
};

/**
 * The end of a run whose task is terminal already: reported done, or done and its completion action still to be run.
 * @returns false where the shutdown came first
 */
const close = async (
  context: Parts,
  task: Task,
  { run }: RunOfTask,
  { exitCode, isElsewhere }: { exitCode: number | null; isElsewhere: boolean },
): Promise<boolean> => {
  if (context.log.last(task.id)?.ended !== true) {
    const complete = task.status === 'done' && !isElsewhere ? context.completions.atEnd(task) : null;
    if (complete !== null && !(await complete())) return false;
    const none = task.status === 'done' && complete === null ? [describeCompletion(task)] : [];
    await context.ledger.update(task.id, { exitCode }, [...none, { type: 'end', status: task.status }]);
  }
  await context.store.endRun(run.runId, { exitCode, endedAt: context.now().toISOString() });
  return true;
};

/** Whether it goes on by a next run, where its agent works one turn a process; else nothing is said to it any more. */
const goesOn = async (context: Parts, of: RunOfTask, outcome: RunOutcome, inTurn: InTurn, decided: () => unknown): Promise<boolean> => {
  if (!of.driver.hasOneTurn || 'lost' in outcome || isTerminal(of.task.status)) return false;
  const { status } = await judgeProcess(of.run, outcome);
  const end = {
    exitCode: outcome.exit.exitCode,
    results: outcome.progress.results,
    ranUntil: lastSign(of.run.directory)?.toISOString() ?? context.now().toISOString(),
  };
  const isOn = await inTurn(async () => {
    const goes = status === 'done' && (await goOn(context, of, end));
    if (!goes) decided();
    return goes;
  });
  if (!isOn) context.reached('end decided');
  return isOn;
};

/** Judges a run after which its task does not go on, and settles the task. */
const conclude = async (
  context: Parts,
  of: RunOfTask,
  outcome: RunOutcome,
  inTurn: InTurn,
): Promise<'parked' | 'settled' | 'shut down'> => {
  const { task, run } = of;
  const exitCode = 'lost' in outcome ? null : outcome.exit.exitCode;
  const isElsewhere = 'lost' in outcome && outcome.elsewhere === true;
  const isOpen = (): boolean => context.log.last(task.id)?.ended !== true && !isElsewhere;
  const verdict = isTerminal(task.status) ? null : await judge(context, task, run, outcome);
  const isParked = verdict?.status === 'queued';
  if (verdict !== null && !isParked && !isElsewhere) await endSubtasks(context, task, run, verdict.status);
  if ((verdict ?? task).status === 'done' && isOpen()) await warnOfDone(context, of, outcome);
  if (isOpen() && !isParked) await warnOfMessages(context, task.id);
  const toClose = verdict === null ? task : await inTurn(() => settle(context, of, exitCode, verdict));
  if (toClose !== null && !(await close(context, toClose, of, { exitCode, isElsewhere }))) return 'shut down';
  return isParked ? 'parked' : 'settled';
};

/**
 * Ends a run of which no process is left and whose output is in the log: judges it, settles the task and clears the run
 * away. Each part can be repeated, so that a crash or a full disk in the middle is made good by doing it again.
 * @param inTurn - with which whoever asks for a stop takes turns: one that was stored before the task is settled counts
 * @param decided - called in turn when it is decided that the task does not go on by a next run
 * @returns the task where it waits again: for the end of a limit, or to go on
 */
export const concludeRun = async (
  context: Parts,
  hooks: readonly RunHook[],
  of: RunOfTask,
  outcome: RunOutcome,
  inTurn: InTurn,
  decided: () => unknown = () => undefined,
): Promise<Task | null> => {
  context.reached('run ended');
  // What an earlier try committed is in the log before anything is decided by what the log says.
  await context.ledger.flush();
  const run = await context.store.getRun(of.run.runId);
  const task = await context.store.getTask(of.task.id);
  // An earlier try may have had it wait.
  let mayWait = run?.state === 'ended';
  if (run !== null && task !== null && run.state !== 'ended') {
    const current = { ...of, task, run };
    await tellEnded(hooks, current, outcome);
    await settleMessages(context, current, outcome);
    context.reached('messages settled');
    mayWait = await goesOn(context, current, outcome, inTurn, decided);
    if (!mayWait) {
      const concluded = await conclude(context, current, outcome, inTurn);
      // The next start finds the run as it is and goes on.
      if (concluded === 'shut down') return null;
      mayWait = concluded === 'parked';
    }
  }
  context.reached('task settled');
  await removeRunDirectory(of.run.directory);
  if (!mayWait) return null;
  const settled = await context.store.getTask(of.task.id);
  // One that was started anew meanwhile has not run yet.
  return settled?.status === 'queued' && settled.startedAt !== null ? settled : null;
};
