import type { Task, TaskStatus } from '../../schemas/task.ts';
import type { Run } from '../store/task-store.ts';
import { stopBelow, type Stopping } from './stop-below.ts';

/**
 * Stops what is below an orchestrator whose run does not end well: nobody is left to look at it. The run's keys are dead by
 * then, so that nothing new comes. Called before the run is settled, so that a daemon that dies in between does it again.
 * @param run - where it was stopped, whoever asked has said what becomes of the subtasks
 */
export const endSubtasks = async (
  parts: Stopping & { keepSubtasks: boolean },
  task: Task,
  run: Pick<Run, 'stopRequested' | 'keepSubtasks'>,
  status: TaskStatus,
): Promise<void> => {
  if (status === 'done' || !task.isOrchestrator) return;
  const keep = run.stopRequested === null ? parts.keepSubtasks : run.keepSubtasks;
  if (keep) return;
  const stopped = await stopBelow(parts, task, { graceful: true, again: false });
  if (stopped > 0) parts.ledger.say(task.id, `Its ${stopped} active subtasks are stopped with it (MAKIMA_KEEP_SUBTASKS=true keeps them)`);
};
