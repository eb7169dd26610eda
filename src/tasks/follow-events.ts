import { maySee, requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** The events of one task, or of all that the caller may see, as they happen. */
export const followEvents = (context: TaskContext): Pick<Actions, 'followTask' | 'followAll'> => ({
  async followTask(caller, taskId, options) {
    const task = await requireTask(context, caller, taskId, 'read');
    return context.log.follow(task.id, options);
  },
  async followAll(caller, options) {
    const seen = new Map<string, Promise<boolean>>();
    return context.log.followAll({
      ...options,
      visible: (taskId) => {
        const known = seen.get(taskId);
        if (known) return known;
        const answer = maySee(context, caller, taskId);
        seen.set(taskId, answer);
        return answer;
      },
    });
  },
});
