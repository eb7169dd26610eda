import type { TaskStatus } from '../../schemas/task.ts';

/** What an agent's own output says of how far it is. */
export interface RunProgress {
  /** It printed at least one line. */
  sawOutput: boolean;
  /** A turn began, or one ended well: it has read what it was given first. */
  begun: boolean;
  /** A turn began and has no result yet. */
  turnOpen: boolean;
  /** The last result; several can come on one process, the last one counts. */
  lastTurn: { isError: boolean; message: string | null; limit?: { until: string | null } } | null;
  /** How many turns have ended. */
  results: number;
  /** Messages that it has taken and its model was not given, by their ids. */
  unread: readonly string[];
  /** Tools that the agent was denied, in words. */
  denied: readonly string[];
  /** Background tasks that will be reported on unasked. */
  background: number;
}

export const noProgress: RunProgress = {
  sawOutput: false,
  begun: false,
  turnOpen: false,
  lastTurn: null,
  results: 0,
  unread: [],
  denied: [],
  background: 0,
};

export interface RunEnd {
  /** null where the process is gone and left no status. */
  exitCode: number | null;
  /** Somebody asked for the stop. */
  stopRequested: boolean;
  /** The daemon ended a process that lingered after its last result. */
  endedByDaemon: boolean;
  /** The last of what it said on stderr. */
  stderrTail: string;
}

export interface Verdict {
  /** queued: its account has come to a limit, for whose end the task waits. */
  status: Extract<TaskStatus, 'done' | 'failed' | 'interrupted' | 'queued'>;
  errorMessage: string | null;
  /** Of queued: until when, in ISO 8601; null where nobody knows. */
  until?: string | null;
}

const failed = (errorMessage: string): Verdict => ({ status: 'failed', errorMessage });

/**
 * How a run ended, from what the agent said and how its process went. A result is judged by `is_error`, and the exit
 * status only where it contradicts: a process that is interrupted from outside in mid-turn exits with 0 and no result.
 */
export const judgeRun = (progress: RunProgress, end: RunEnd): Verdict => {
  if (end.stopRequested) return { status: 'interrupted', errorMessage: null };
  const said = end.stderrTail.trim();
  if (!progress.sawOutput && !progress.lastTurn && end.exitCode !== null) {
    return failed(said === '' ? `The agent exited with status ${end.exitCode} before it printed anything` : said);
  }
  if (progress.lastTurn?.isError === true && progress.lastTurn.limit && !progress.turnOpen)
    return { status: 'queued', errorMessage: null, until: progress.lastTurn.limit.until };
  if (progress.lastTurn?.isError === true) return failed(progress.lastTurn.message ?? 'The agent reported an error without saying which');
  if (end.exitCode === null)
    return failed("The agent's process is gone and left no exit status: it was killed from outside, or the machine was restarted");
  if (end.endedByDaemon && progress.lastTurn) return { status: 'done', errorMessage: null };
  if (progress.turnOpen)
    return failed(`The agent exited with status ${end.exitCode} in the middle of a turn${said === '' ? '' : `: ${said}`}`);
  if (end.exitCode !== 0) return failed(`The agent exited with status ${end.exitCode}${said === '' ? '' : `: ${said}`}`);
  // A program that prints something and ends well is no agent that has done its work.
  if (!progress.lastTurn)
    return failed(`The agent exited with status 0 without a result: its session never began${said === '' ? '' : `: ${said}`}`);
  return { status: 'done', errorMessage: null };
};

/** Whether the agent has ended its turn; work of its own may go on in the background. */
export const isBetweenTurns = (progress: RunProgress): boolean => progress.lastTurn !== null && !progress.turnOpen;

/** Whether the agent has nothing left to do, so that its stdin can be closed and it ends. */
export const isAtRest = (progress: RunProgress): boolean => isBetweenTurns(progress) && progress.background === 0;
