import type { EventFeed, FollowAllOptions, FollowOptions } from '../../events/event-log.ts';
import { placeOf } from '../../events/ids/event-place.ts';
import { maySee, requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { typesWithLines, withActivities } from './activity-events.ts';
import { stateOfTask, statesOfAll, type TaskView } from './task-states.ts';

type Uses = Needs<'store' | 'log' | 'ledger' | 'drivers' | 'now'>;

/** How much of a task its own events tell, where they are asked for. */
interface Viewed {
  view?: TaskView;
}

/**
 * The events of one task, those that are there and those that come, until it has ended or the signal fires. With the type `task` also the
 * task itself, at first and after each change; with `activity` what its agent does, made of its lines.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, EVENTS_GONE
 */
export const followTask = async (
  parts: Uses,
  caller: Caller,
  taskId: string,
  { view = 'full', ...options }: Omit<FollowOptions, 'beside'> & Viewed,
): Promise<EventFeed> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  const { types } = options;
  const beside = types?.includes('task') === true ? { beside: stateOfTask(parts, task.id, view) } : {};
  if (types?.includes('activity') !== true) return parts.log.follow(task.id, { ...options, ...beside });
  const feed = parts.log.follow(task.id, { ...options, ...beside, types: typesWithLines(types) });
  return withActivities(parts, feed, { ...options, types });
};

/** The place that all events from now on come after: who follows from there on misses none. */
export const lastPlace = ({ log }: Needs<'log'>): string => placeOf(log.lastId(), log.counting());

/**
 * The events of all tasks that the caller may see, until the signal fires. With the type `task`, and with a snapshot, also each task itself
 * after each change of it.
 * @param options.snapshot - each task is told at first. So it is where a reader comes back that asks for the type `task`: of what changed
 *   meanwhile nothing else tells
 * @param options.taskIds - of these alone; null or left out for all
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN of one that is named, EVENTS_GONE
 */
export const followAll = async (
  parts: Uses,
  caller: Caller,
  {
    snapshot = false,
    view = 'full',
    taskIds = null,
    ...options
  }: Omit<FollowAllOptions, 'visible' | 'beside'> & Viewed & { snapshot?: boolean; taskIds?: readonly string[] | null },
): Promise<EventFeed> => {
  const named = taskIds && new Set<string>();
  for (const taskId of taskIds ?? []) named?.add((await requireTask(parts, caller, taskId, 'read')).id);
  const seen = new Map<string, Promise<boolean>>();
  const visible = (taskId: string): Promise<boolean> => {
    const known = seen.get(taskId);
    if (known) return known;
    const answer = named?.has(taskId) === false ? Promise.resolve(false) : maySee(parts, caller, taskId);
    seen.set(taskId, answer);
    return answer;
  };
  const { types } = options;
  const isAsked = snapshot || types?.includes('task') === true;
  const states = { snapshot: snapshot || options.after !== null, view, visible };
  const followed = { ...options, visible, ...(isAsked && { beside: statesOfAll(parts, caller, states) }) };
  const begin = options.after === null ? { begin: lastPlace(parts) } : {};
  if (types?.includes('activity') !== true) return { ...(await parts.log.followAll(followed)), ...begin };
  const feed = await parts.log.followAll({ ...followed, types: typesWithLines(types) });
  return { ...withActivities(parts, feed, { ...options, types: isAsked ? [...types, 'task'] : types }), ...begin };
};
