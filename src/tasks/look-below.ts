import { describeWhatIsLeft } from '../integration/gate.ts';
import { subtaskWarnings } from '../integration/subtask-warnings.ts';
import type { Below } from '../runs/context.ts';
import type { TaskContext } from './context.ts';
import { stopBelow } from './stop-task.ts';

/** @param context - asked for at each call: runs are made before it is whole */
export const lookBelow = (context: () => TaskContext): Below => ({
  whatIsLeft: (task) => describeWhatIsLeft(context(), task),
  warnings: (task) => subtaskWarnings(context(), task),
  stop: async (task) => {
    const { ledger } = context();
    const stopped = await stopBelow(context(), task, { graceful: true, again: false });
    if (stopped > 0) ledger.say(task.id, `Its ${stopped} active subtasks are stopped with it (MAKIMA_KEEP_SUBTASKS=true keeps them)`);
  },
});
