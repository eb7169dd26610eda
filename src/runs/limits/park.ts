import type { Task } from '../../../schemas/task.ts';
import type { Run, Transition } from '../../store/task-store.ts';

/**
 * How a task is parked whose agent's account has come to a limit: its run is over, its worktree and session stay, and it waits in the queue
 * to go on with them. One whose agent has no session yet begins anew.
 */
export const park = (of: {
  task: Task;
  run: Pick<Run, 'runId'>;
  exitCode: number | null;
  endedAt: string;
  ranUntil: string;
  until: string | null;
}): Transition => {
  const { task, until, endedAt, exitCode } = of;
  const end = until === null ? 'nobody knows when it is over' : `it is over at ${until}`;
  return {
    to: 'queued',
    from: ['running'],
    reason: `Its agent's account has come to a limit: ${end}`,
    resume: task.sessionId !== null,
    patch: { waitsFor: { kind: 'limit', until }, queuedAt: endedAt, exitCode, errorMessage: null },
    ranUntil: of.ranUntil,
    run: { runId: of.run.runId, changes: { state: 'ended', endedAt, exitCode } },
    events: [
      {
        type: 'output',
        stream: 'system',
        level: 'warning',
        content: `Parked: the agent's account has come to a limit, and ${end}. The worktree and the session are kept; a start has the task go on before, and MAKIMA_RESUME_AFTER_LIMIT by itself after it`,
      },
      { type: 'limit', action: 'parked', agent: task.agent, until },
    ],
  };
};
