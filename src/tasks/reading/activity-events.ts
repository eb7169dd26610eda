import type { EventType, TaskEvent } from '../../../schemas/event.ts';
import {
  chunkOf,
  feedOf,
  madeEvent,
  readPlace,
  type EventChunk,
  type EventFeed,
  type EventPlace,
  type StoredEvent,
} from '../../events/event-log.ts';
import type { Needs } from '../parts.ts';
import { AgentLines, isOutput, type OutputEvent } from './agent-lines.ts';
import { boundActivity } from './bound-activity.ts';

type Uses = Needs<'store' | 'log' | 'drivers'>;
/** Of so many tasks it is known how their last line and their last text began; elsewhere it is looked for again. */
const maxTasks = 1000;

/** The types that are read of logs, for a reader that wants these. */
export const typesWithLines = (types: readonly EventType[]): readonly EventType[] => [...new Set([...types, 'output' as const])];

/**
 * Adds to the events of logs what agents do by their lines, each before the event that its line ends with. They have the id of
 * that event, and a part of it as their place: so a reader that was cut off between two of them gets those that it has not had.
 * @param feed - has all output in it
 * @param options.types - what the reader wants
 * @param options.after - where the reader goes on
 */
export const withActivities = (
  parts: Uses,
  feed: EventFeed,
  { types, after, signal }: { types: readonly EventType[]; after: EventPlace | null; signal: AbortSignal },
): EventFeed => {
  const wanted = new Set<string>(types);
  const resumed = after === null ? null : readPlace(after);
  /** null where nobody knows the agent. */
  const tasks = new Map<string, AgentLines | null>();

  const begin = async ({ taskId }: OutputEvent): Promise<AgentLines | null> => {
    const task = await parts.store.getTask(taskId);
    const driver = task === null ? null : parts.drivers.find(task.agent);
    const lines = driver === null ? null : new AgentLines(parts.log, driver);
    tasks.set(taskId, lines);
    for (const oldest of tasks.keys()) if (tasks.size > maxTasks) tasks.delete(oldest);
    return lines;
  };

  const activitiesOf = async (event: OutputEvent): Promise<StoredEvent[]> => {
    const known = tasks.get(event.taskId);
    const lines = known === undefined ? await begin(event) : known;
    if (lines === null) return [];
    const { id, taskId, at } = event;
    return (await lines.take(event)).flatMap(({ activity, isPiece, goesOn }, index) => {
      const part = index + 1;
      // These came before the reader was cut off.
      if (id === resumed?.id && part <= (resumed.part ?? Infinity)) return [];
      const { isCut, ...bound } = boundActivity(activity);
      const made: TaskEvent = {
        id,
        taskId,
        type: 'activity',
        at,
        ...bound,
        ...(isPiece && { isContinued: goesOn }),
        ...(isCut && { isCut }),
        part,
      };
      return madeEvent({ event: made, json: JSON.stringify(made), part }, parts.log.counting());
    });
  };

  async function* chunks(): AsyncGenerator<EventChunk> {
    for await (const chunk of feed.chunks) {
      const events: StoredEvent[] = [];
      // Put aside at once: what a chunk is of may be used again as soon as somebody else has had it.
      for (const stored of [...chunk]) {
        const { event } = stored;
        if (isOutput(event)) events.push(...(await activitiesOf(event)));
        if (wanted.has(stored.type) || stored.type === 'snapshot') events.push(stored);
      }
      if (events.length > 0) yield chunkOf(events);
    }
  }
  return feedOf(chunks(), () => signal.aborted);
};
