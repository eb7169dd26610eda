import type { EventFeed, FollowAllOptions, FollowOptions } from '../../events/event-log.ts';
import { maySee, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/**
 * The events of one task, those that are there and those that come, until it has ended or the signal fires.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE
 */
export const followTask = async (
  parts: Needs<'store' | 'log'>,
  caller: Caller,
  taskId: string,
  options: FollowOptions,
): Promise<EventFeed> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return parts.log.follow(task.id, options);
};

/**
 * The events of all tasks that the caller may see, until the signal fires.
 * @throws MakimaError EVENTS_GONE
 */
export const followAll = (
  parts: Needs<'store' | 'log'>,
  caller: Caller,
  options: Omit<FollowAllOptions, 'visible'>,
): Promise<EventFeed> => {
  const seen = new Map<string, Promise<boolean>>();
  return parts.log.followAll({
    ...options,
    visible: (taskId) => {
      const known = seen.get(taskId);
      if (known) return known;
      const answer = maySee(parts, caller, taskId);
      seen.set(taskId, answer);
      return answer;
    },
  });
};
