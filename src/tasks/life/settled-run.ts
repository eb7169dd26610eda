import { MakimaError } from '../../errors.ts';
import type { Needs } from '../parts.ts';

/** How long the last run's end is waited for, in milliseconds: its task is terminal a moment before all of it is cleared away. */
const endingTime = 10_000;

/** Waits until nothing of a task's last run is left. @throws MakimaError TASK_ACTIVE where something still is after ten seconds */
export const requireSettledRun = async ({ runs }: Needs<'runs'>, taskId: string): Promise<void> => {
  if (!(await runs.settled(taskId, endingTime))) throw new MakimaError('TASK_ACTIVE', "The task's last run is still ending");
};
