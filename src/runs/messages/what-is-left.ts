import type { Task } from '../../../schemas/task.ts';
import { describeWhatIsLeft } from '../../integration/gate.ts';
import { subtaskWarnings } from '../../integration/subtask-warnings.ts';
import type { RunContext } from '../context.ts';

/** What an orchestrator's agent is told once that ends its turn with something left to do; null where nothing is. */
export const whatIsLeft = async (context: Pick<RunContext, 'store'>, task: Task): Promise<string | null> => {
  const left = [await describeWhatIsLeft(context, task), ...(await subtaskWarnings(context, task)).map(({ message }) => message)].filter(
    (each) => each !== null,
  );
  return left.length === 0
    ? null
    : `You ended your turn, but the task is not finished: ${left.join('. ')}. Go on, and finish with .makima/orchestrate.sh done (or "$MAKIMA_ORCHESTRATE" done).`;
};
