import { isTerminal } from '../../domain/status-machine.ts';
import type { RunContext, RunOfTask } from '../context.ts';
import { whatFollows } from './what-follows.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'tellParents' | 'now' | 'newId' | 'reached'>;

/**
 * Has a task go on in the queue whose agent works one turn a process and has ended that well: its run is over, its log is not, and its
 * next run goes on with the agent's session. One transaction ends the run, so that it happens once whatever dies in between; and nobody may ask
 * for a stop, or say something, while it is decided.
 * @param of.task - as it was before this end was looked at
 * @param end.results - how many the agent has given
 * @returns false where nothing follows, or somebody has asked for a stop
 */
export const goOn = async (
  context: Parts,
  of: RunOfTask,
  { exitCode, results, ranUntil }: { exitCode: number | null; results: number; ranUntil: string },
): Promise<boolean> => {
  const { store, ledger } = context;
  const task = (await store.getTask(of.task.id)) ?? of.task;
  const run = (await store.getRun(of.run.runId)) ?? of.run;
  if (run.stopRequested !== null || isTerminal(task.status)) return false;
  const following = await whatFollows(context, { ...of, task, run }, results);
  if (following === null) return false;
  // Its process may have ended in the moment in which it was paused, or while a call of its waited.
  if (task.status !== 'running') await ledger.transition(task.id, { to: 'running' });
  const endedAt = context.now().toISOString();
  const { waitsFor, words, message, changes } = following;
  await ledger.transition(task.id, {
    to: 'queued',
    from: ['running'],
    reason: words,
    resume: true,
    // What was found beside its work in the middle of it may be brought in by its end, which looks again.
    patch: { waitsFor, queuedAt: endedAt, exitCode, warnings: of.task.warnings },
    ranUntil,
    ...(message && { messages: [message] }),
    run: { runId: run.runId, changes: { state: 'ended', endedAt, exitCode, ...changes } },
    events: [{ type: 'output', stream: 'system', content: words }],
  });
  context.reached('going on stored');
  return true;
};
