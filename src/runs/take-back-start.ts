import type { Task } from '../../schemas/task.ts';
import { messageOf } from '../errors.ts';
import { removeRunDirectory } from '../process/run-directory.ts';
import { endSubtasks } from './end-subtasks.ts';
import { failureLines } from './failure-lines.ts';
import { undoAll, type RunHook, type Start } from './hooks/hook.ts';
import { warnOfMessages } from './messages/settle-messages.ts';
import type { Stopping } from './stop-below.ts';

/** Why a start is taken back: it failed, or the daemon died in the middle of it and it is to be done again. */
export type Reason = { failure: unknown } | { again: string };

/**
 * Takes back what a start did, and settles its run and its task: as failed, or queued once more, or interrupted where
 * somebody stopped it. Can be repeated, also by a later daemon.
 * @returns the task as it is then, null where that was done before
 */
export const takeBackStart = async (
  context: Stopping & { keepSubtasks: boolean },
  hooks: readonly RunHook[],
  start: Start,
  reason: Reason,
): Promise<Task | null> => {
  const { task, run } = start;
  if ((await context.store.getRun(run.runId))?.state === 'ended') return null;
  await undoAll(hooks, start);
  await removeRunDirectory(run.directory);
  // What it was to be told first waits again.
  if (context.store.mayHaveMessages(task.id)) await context.ledger.commit(context.store.settleMessages(task.id, run.runId, 'none'));
  // Asked last: somebody may stop it while this goes on.
  const stored = (await context.store.getRun(run.runId)) ?? run;
  const stopped = stored.stopRequested !== null;
  const to = stopped ? 'interrupted' : 'again' in reason ? 'queued' : 'failed';
  if (to !== 'queued') {
    await endSubtasks(context, task, stored, to);
    await warnOfMessages(context, task.id);
  }
  if ('again' in reason) context.ledger.say(task.id, stopped ? 'The daemon was restarted while the task was being stopped' : reason.again);
  const errorMessage = stopped || 'again' in reason ? null : messageOf(reason.failure);
  const endedAt = context.now().toISOString();
  return context.ledger.transition(task.id, {
    to,
    run: { runId: run.runId, changes: { state: 'ended', endedAt } },
    ...(to === 'queued' && { patch: { waitsFor: { kind: 'slot' as const } } }),
    ...(to !== 'queued' && {
      patch: { completedAt: endedAt, errorMessage },
      ...(errorMessage !== null && { reason: errorMessage }),
      events: [...failureLines(errorMessage), { type: 'end' as const, status: to }],
    }),
  });
};
