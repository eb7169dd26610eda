import type { EventType, StreamEvent, TaskEvent } from '../../../schemas/event.ts';
import type { AgentDriver } from '../../agents/driver.ts';
import { MakimaError } from '../../errors.ts';
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
import { boundActivity } from './bound-activity.ts';

type Uses = Needs<'store' | 'log' | 'drivers'>;
type OutputEvent = TaskEvent & { type: 'output' };

/** A line that goes on over more characters than this is none of an agent's. */
const maxLine = 32 * 1024 * 1024;
/** The pieces of a line follow one another, with few others between them. */
const piecesWithin = 2000;
/** Of so many tasks it is known how their last line began; elsewhere it is looked for again. */
const maxTasks = 1000;

/** The types that are read of logs, for a reader that wants these. */
export const typesWithLines = (types: readonly EventType[]): readonly EventType[] => [...new Set([...types, 'output' as const])];

const isLine = (event: StreamEvent): event is OutputEvent => event.type === 'output' && event.stream === 'stdout';

/** The lines of one task's agent, put together again where they were longer than an event. */
class Lines {
  #begun: string | null = null;

  /** @returns the line that ends with the event, null where it goes on or is too long */
  take({ content, partial }: OutputEvent): string | null {
    const line = (this.#begun ?? '') + content;
    if (partial === true) {
      this.#begun = line.length > maxLine ? null : line;
      return null;
    }
    this.#begun = null;
    return line;
  }
}

/** The lines of a task up to before an event, which may be in the middle of one: a reader may begin anywhere. */
const linesBefore = async ({ log }: Uses, { taskId, id, content }: OutputEvent): Promise<Lines> => {
  const lines = new Lines();
  // An agent's lines are JSON: what begins so is no line's middle.
  if (content.trimStart().startsWith('{')) return lines;
  try {
    const after = Math.max(0, id - piecesWithin);
    for await (const { event } of log.read(taskId, { after, types: ['output'], signal: new AbortController().signal })) {
      if (event.id >= id) break;
      if (isLine(event)) lines.take(event);
    }
  } catch (error) {
    // The line's begin was deleted.
    if (!(error instanceof MakimaError && error.code === 'EVENTS_GONE')) throw error;
  }
  return lines;
};

/** What is known of a task whose lines are read. */
interface Read {
  driver: AgentDriver | null;
  lines: Lines;
}

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
  const tasks = new Map<string, Read>();

  const begin = async (event: OutputEvent): Promise<Read> => {
    const task = await parts.store.getTask(event.taskId);
    const driver = task === null ? null : parts.drivers.find(task.agent);
    const read = { driver, lines: driver === null ? new Lines() : await linesBefore(parts, event) };
    tasks.set(event.taskId, read);
    for (const oldest of tasks.keys()) if (tasks.size > maxTasks) tasks.delete(oldest);
    return read;
  };

  const activitiesOf = async (event: OutputEvent): Promise<StoredEvent[]> => {
    const { driver, lines } = tasks.get(event.taskId) ?? (await begin(event));
    const line = lines.take(event);
    if (line === null || driver === null) return [];
    const { id, taskId, at } = event;
    return driver.activities(line).flatMap((activity, index) => {
      const part = index + 1;
      // These came before the reader was cut off.
      if (id === resumed?.id && part <= (resumed.part ?? Infinity)) return [];
      const { isCut, ...bound } = boundActivity(activity);
      const made: TaskEvent = { id, taskId, type: 'activity', at, ...bound, ...(isCut && { isCut }), part };
      return madeEvent({ event: made, json: JSON.stringify(made), part }, parts.log.counting());
    });
  };

  async function* chunks(): AsyncGenerator<EventChunk> {
    for await (const chunk of feed.chunks) {
      const events: StoredEvent[] = [];
      // Put aside at once: what a chunk is of may be used again as soon as somebody else has had it.
      for (const stored of [...chunk]) {
        const { event } = stored;
        if (isLine(event)) events.push(...(await activitiesOf(event)));
        if (wanted.has(stored.type) || stored.type === 'snapshot') events.push(stored);
      }
      if (events.length > 0) yield chunkOf(events);
    }
  }
  return feedOf(chunks(), () => signal.aborted);
};
