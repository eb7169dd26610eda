import type { Task, TaskStatus } from '../../schemas/task.ts';
import type { Run } from '../store/task-store.ts';
import type { RunContext } from './context.ts';

/**
 * Stops what is below an orchestrator whose run does not end well: nobody is left to look at it. The run's keys are dead by
 * then, so that nothing new comes. Called before the run is settled, so that a daemon that dies in between does it again.
 * @param run - where it was stopped, whoever asked has said what becomes of the subtasks
 */
export const endSubtasks = async (
  context: Pick<RunContext, 'below' | 'keepSubtasks'>,
  task: Task,
  run: Pick<Run, 'keepSubtasks'>,
  status: TaskStatus,
): Promise<void> => {
  if (status === 'done' || !task.isOrchestrator) return;
  const keep = status === 'interrupted' ? run.keepSubtasks : context.keepSubtasks;
  if (!keep) await context.below.stop(task);
};
