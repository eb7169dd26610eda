import type { AgentDriver, AgentLaunch } from '../../agents/driver.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import type { Run } from '../../store/task-store.ts';
import type { RunContext } from '../context.ts';

/** What the earlier runs of a run's session have used, for an agent that tells what all of it has; nothing is asked for any other. */
export const sessionUsage = async (
  { store }: Pick<RunContext, 'store'>,
  { countsSession }: Pick<AgentDriver, 'countsSession'>,
  run: Pick<Run, 'taskId' | 'number' | 'resume'>,
): Promise<Pick<AgentLaunch, 'sessionUsage'>> => {
  if (!countsSession || !run.resume) return {};
  const earlier = (await store.listRuns(run.taskId)).filter(({ number }) => number < run.number);
  const began = earlier.findLastIndex(({ resume }) => !resume);
  return { sessionUsage: earlier.slice(Math.max(0, began)).reduce((sum, { usage }) => addUsage(sum, usage ?? noUsage), noUsage) };
};
