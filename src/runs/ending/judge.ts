import { open } from 'node:fs/promises';
import type { Task } from '../../../schemas/task.ts';
import { withoutStartNotices } from '../../agents/start-notices.ts';
import { judgeRun, type Verdict } from '../../domain/run-verdict.ts';
import { codeOf } from '../../files/failure.ts';
import { describeWhatIsLeft } from '../../integration/gate.ts';
import { subtaskWarnings } from '../../integration/subtask-warnings.ts';
import { runPaths } from '../../process/run-directory.ts';
import type { RunExit } from '../../process/wait-for-exit.ts';
import type { Run } from '../../store/task-store.ts';
import type { RunContext } from '../context.ts';
import type { RunOutcome } from '../outcome.ts';

type Parts = Pick<RunContext, 'store'>;

/** What of stderr goes into an error message, in bytes. */
const stderrTailBytes = 4096;

const stderrTail = async (directory: string): Promise<string> => {
  let file;
  try {
    file = await open(runPaths(directory).err, 'r');
  } catch (error) {
    // Somebody removed the run's directory: the run is judged by what the log has of it.
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(stderrTailBytes), 0, stderrTailBytes, Math.max(0, size - stderrTailBytes));
    return withoutStartNotices(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
};

/** An orchestrator finishes by saying so; one that only stops talking has finished if nothing is left to do and not all of it failed. */
const holdToDone = async (context: Parts, task: Task, verdict: Verdict): Promise<Verdict> => {
  if (verdict.status !== 'done' || !task.isOrchestrator) return verdict;
  const left =
    (await describeWhatIsLeft(context, task)) ??
    (await subtaskWarnings(context, task)).find(({ code }) => code === 'SUBTASKS_FAILED')?.message ??
    null;
  return left === null ? verdict : { status: 'failed', errorMessage: `The orchestrator ended without finishing: ${left}` };
};

/** How the run of an agent ended, by what it said and how its process went: whoever asked for a stop is not asked, nor its subtasks. */
export const judgeProcess = async (run: Run, { progress, exit }: Extract<RunOutcome, { exit: RunExit }>): Promise<Verdict> =>
  judgeRun(progress, {
    exitCode: exit.exitCode,
    stopRequested: false,
    endedByDaemon: run.endedByDaemon || run.stopRequested !== null,
    stderrTail: await stderrTail(run.directory),
  });

/** What a run comes to for its task: as judgeProcess says, unless a stop was asked for or an orchestrator has left something. */
export const judge = async (context: Parts, task: Task, run: Run, outcome: RunOutcome): Promise<Verdict> => {
  const asked = run.stopRequested;
  if (asked === 'interrupted') return { status: 'interrupted', errorMessage: null };
  const overBudget: Verdict = { status: 'failed', errorMessage: run.stopReason };
  if (asked === 'failed') return overBudget;
  if ('lost' in outcome) return asked === null ? { status: 'failed', errorMessage: outcome.lost } : overBudget;
  const judged = await holdToDone(context, task, await judgeProcess(run, outcome));
  if (asked === null) return judged;
  // Its last turn was one that it would have ended with: the work is whole, whatever it has cost.
  const isToldMore = async (): Promise<boolean> => (await context.store.waitingMessages(task.id)).some(({ kind }) => kind !== 'inbox');
  const isWhole = judged.status === 'done' && !(await isToldMore());
  return isWhole ? judged : overBudget;
};
