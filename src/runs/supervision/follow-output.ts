import type { OutputStream } from '../../../schemas/event.ts';
import type { AgentSignal } from '../../agents/driver.ts';
import type { Appended } from '../../events/event-log.ts';
import type { Piece } from '../../process/split-lines.ts';
import type { RunExit } from '../../process/wait-for-exit.ts';
import type { RunContext, RunOfTask } from '../context.ts';
import { untilDone } from '../until-done.ts';
import type { AgentProcess } from './agent-process.ts';
import type { ProgressTracker } from './progress.ts';

const nothingMeant = { jsonType: null, isReplayed: false };

/** A piece as it goes into the log: its bytes as they are, where they are a text. */
const outputEvent = (
  stream: OutputStream,
  { text, source, from, to, base64, partial }: Piece,
  { jsonType, isReplayed }: { jsonType: string | null; isReplayed: boolean } = nothingMeant,
): Appended => {
  const marks = {
    ...(jsonType !== null && { jsonType }),
    ...(isReplayed && { replayed: true as const }),
    ...(partial && { partial: true as const }),
  };
  return base64 === undefined
    ? { type: 'output', stream, line: source, from, to, ...marks }
    : { type: 'output', stream, content: text, ...marks, base64 };
};

/** How far a run's files are in the log, null where nothing of this run is. */
export const loggedOffsets = (context: Pick<RunContext, 'log'>, taskId: string, runId: string): { out: number; err: number } => {
  const position = context.log.position(taskId);
  return position?.run === runId ? { out: position.out, err: position.err } : { out: 0, err: 0 };
};

/**
 * Moves what the agent writes into the task's log, each line with the offset it came from, until the process has
 * ended and all is read.
 * @returns how the process ended; null where the daemon let go of it
 */
export const followOutput = async (
  context: Pick<RunContext, 'log' | 'ledger' | 'maxLogBytes' | 'reached' | 'report'>,
  options: {
    task: RunOfTask['task'];
    run: RunOfTask['run'];
    agent: AgentProcess;
    tracker: ProgressTracker;
    /** Called for every batch of lines. */
    heard: () => void;
    /** Called with what stdout's lines mean, where that is something, after they are in the log. */
    learn: (signals: readonly AgentSignal[]) => Promise<void>;
    detach: AbortSignal;
  },
): Promise<RunExit | null> => {
  const { task, run, agent, tracker, detach } = options;
  const offsets = loggedOffsets(context, task.id, run.runId);
  let cutOff = false;

  /** What of the events still goes into the log: nothing once it is full, and a word about that where it begins. */
  const withinBound = (events: Appended[]): Appended[] => {
    if (context.log.size(task.id) < context.maxLogBytes) return events;
    if (cutOff) return [];
    return [
      {
        type: 'output',
        stream: 'system',
        level: 'warning',
        content: `The log has reached ${context.maxLogBytes} bytes and is cut off here: what the agent prints from now on is not kept. The agent goes on`,
      },
    ];
  };

  const log = (which: 'out' | 'err', events: Appended[], end: number): Promise<void> =>
    untilDone(
      context,
      `logging the output of task ${task.id}`,
      () => {
        const kept = withinBound(events);
        cutOff = kept !== events;
        context.ledger.append(task.id, kept, { run: run.runId, ...offsets, [which]: end });
        context.reached('output logged');
        // Only now: the other stream's records must never claim lines that are not in the log.
        offsets[which] = end;
      },
      detach,
    );

  const takeStdout = async (pieces: Piece[]): Promise<void> => {
    const signals: AgentSignal[] = [];
    const events = pieces.map((piece) => {
      const taken = tracker.take(piece);
      signals.push(...taken.signals);
      return outputEvent('stdout', piece, taken);
    });
    await log('out', events, pieces.at(-1)?.end ?? offsets.out);
    options.heard();
    if (signals.length > 0)
      await untilDone(context, `noting what the agent of task ${task.id} reported`, () => options.learn(signals), detach);
  };
  const takeStderr = async (pieces: Piece[]): Promise<void> => {
    await log(
      'err',
      pieces.map((piece) => outputEvent('stderr', piece)),
      pieces.at(-1)?.end ?? offsets.err,
    );
    options.heard();
  };
  await Promise.all([agent.follow('out', offsets.out, takeStdout), agent.follow('err', offsets.err, takeStderr)]);
  return detach.aborted ? null : agent.exit;
};
