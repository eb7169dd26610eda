import type { AgentDriver, AgentLaunch } from '../../agents/driver.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import type { Run } from '../../store/task-store.ts';

type Earlier = Pick<Run, 'number' | 'resume' | 'handle' | 'usage'>;

/**
 * What the earlier runs of a run's session have used, for an agent that tells what all of it has; nothing is asked for any other. A run that
 * came to no process began no session: the one before it is still the task's.
 */
export const sessionUsage = async (
  { store }: { store: { listRuns(taskId: string): Promise<readonly Earlier[]> } },
  { countsSession }: Pick<AgentDriver, 'countsSession'>,
  run: Pick<Run, 'taskId' | 'number' | 'resume'>,
): Promise<Pick<AgentLaunch, 'sessionUsage'>> => {
  if (!countsSession || !run.resume) return {};
  const earlier = (await store.listRuns(run.taskId)).filter(({ number }) => number < run.number);
  const began = earlier.findLastIndex(({ resume, handle }) => !resume && handle !== null);
  return { sessionUsage: earlier.slice(Math.max(0, began)).reduce((sum, { usage }) => addUsage(sum, usage ?? noUsage), noUsage) };
};
