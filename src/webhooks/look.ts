import { loggedTypes, type TaskEvent } from '../../schemas/event.ts';
import { Remembered } from '../domain/remembered.ts';
import { MakimaError } from '../errors.ts';
import { Bell } from '../events/bell.ts';
import type { EventLog, EventPlace, StoredEvent } from '../events/event-log.ts';
import { placeOf } from '../events/ids/event-place.ts';
import type { NewDelivery, TaskStore, WebhookRecord } from '../store/task-store.ts';
import { messageOfEvent, messageOfGap } from './message.ts';

/** Of how many tasks it is remembered what is above them. */
const rememberedPaths = 1000;
/** From a store or a log that could not be used to the next try, in milliseconds. */
const retryMs = 1000;
/** How often it is stored how far was looked, in milliseconds, where nobody wants what was seen. */
const noteEveryMs = 10_000;
/** Is looked at though nobody wants it: so the place that is stored is never far behind, and what was deleted in between by retention is no gap. */
const seldom = loggedTypes.filter((type) => type !== 'output');

export interface LookParts {
  store: TaskStore;
  log: Pick<EventLog, 'lastId' | 'counting' | 'followAll' | 'read'>;
  /** How many deliveries may wait for one webhook; the oldest go. */
  mostWaiting: number;
  now: () => Date;
  reached: (point: string) => void;
  report: (what: string, error: unknown) => void;
}

/** An event of a log, and the place that a stream tells of it. */
interface Found {
  event: TaskEvent;
  place: string;
}
const found = ({ event, place }: StoredEvent): Found[] => ('taskId' in event ? [{ event, place }] : []);

/** Who looks at the events of all tasks for the webhooks. */
export interface Looking {
  /** The webhooks are others now. */
  changed: () => void;
  /** Puts what is yet to be told of these tasks where it waits: their logs go now. */
  keep: (taskIds: readonly string[]) => Promise<void>;
  end: () => Promise<void>;
}

/**
 * Looks at every event once, for all webhooks, and puts what they want where it waits for them. How far it has looked is stored with that,
 * so that a daemon that is killed goes on exactly there.
 * @param webhooks - those that are told, as they are now
 * @param queued - told when something waits
 */
export const lookAtEvents = (
  { store, log, mostWaiting, now, reached, report }: LookParts,
  webhooks: () => readonly WebhookRecord[],
  queued: () => void,
): Looking => {
  const ending = new AbortController();
  const bell = new Bell(ending.signal);
  let reading = new AbortController();
  /** The event up to which all were looked at; null where nobody has asked yet. */
  let lookedAt: EventPlace | null = null;
  const position = async (): Promise<EventPlace> => (lookedAt ??= (await store.webhooksLookedAt()) ?? log.lastId());
  /** What of that is stored, and when it was, in milliseconds since 1970. */
  const noted: { place: EventPlace | null; at: number } = { place: null, at: 0 };

  const paths = new Remembered<Promise<ReadonlySet<string>>>(rememberedPaths);
  const pathOf = (taskId: string): Promise<ReadonlySet<string>> => {
    const known = paths.get(taskId);
    if (known !== undefined) return known;
    const path = store.ancestors(taskId).then((above) => new Set([taskId, ...above.map(({ id }) => id)]));
    path.catch(() => paths.delete(taskId));
    paths.set(taskId, path);
    return path;
  };
  const wants = async (webhook: WebhookRecord, event: TaskEvent): Promise<boolean> =>
    event.id > webhook.since &&
    webhook.types.some((type) => type === event.type) &&
    (webhook.taskId === null || (await pathOf(event.taskId)).has(webhook.taskId));

  const typesOf = (all: readonly WebhookRecord[]) => [...new Set(all.flatMap(({ types }) => types))];

  const queue = async (events: readonly Found[], through: string | null): Promise<void> => {
    const deliveries: NewDelivery[] = [];
    const told = new Set<string>();
    for (const webhook of webhooks())
      for (const { event, place } of events) {
        if (!(await wants(webhook, event))) continue;
        deliveries.push(messageOfEvent(webhook.id, event, place));
        told.add(webhook.id);
      }
    // What nobody wants need not be looked at twice after a restart either, but that is no reason to write each time.
    if (deliveries.length === 0 && now().getTime() - noted.at < noteEveryMs) return;
    await store.queueDeliveries(deliveries, through);
    if (through !== null) Object.assign(noted, { place: through, at: now().getTime() });
    for (const id of told)
      await store.boundDeliveries(id, mostWaiting, (lost) =>
        messageOfGap(id, { through: lost, at: now().toISOString(), counting: log.counting() }),
      );
    if (deliveries.length === 0) return;
    reached('deliveries queued');
    queued();
  };

  /** Events were deleted, or lost with the logs, before they were looked at. */
  const passOver = async (): Promise<void> => {
    const [through, counting] = [log.lastId(), log.counting()];
    const at = now().toISOString();
    // Where ids are counted anew, a webhook was made after events that are yet to come.
    for (const webhook of webhooks()) webhook.since = Math.min(webhook.since, through);
    await store.recountWebhooks(through);
    await store.queueDeliveries(
      webhooks().map(({ id }) => messageOfGap(id, { through, at, counting })),
      placeOf(through, counting),
    );
    lookedAt = placeOf(through, counting);
    queued();
  };

  const read = async (): Promise<void> => {
    if (webhooks().length === 0) return bell.wait();
    const types = [...new Set([...typesOf(webhooks()), ...seldom])];
    reading = new AbortController();
    const signal = AbortSignal.any([ending.signal, reading.signal]);
    try {
      const feed = await log.followAll({ after: await position(), types, visible: () => true, signal });
      for await (const chunk of feed.chunks) {
        const events = [...chunk].flatMap(found);
        const last = events.at(-1);
        if (last === undefined) continue;
        await queue(events, last.place);
        lookedAt = last.place;
      }
    } catch (error) {
      if (!(error instanceof MakimaError && error.code === 'EVENTS_GONE')) throw error;
      await passOver();
    }
  };

  const isOver = (): boolean => ending.signal.aborted;
  const run = async (): Promise<void> => {
    while (!isOver()) {
      try {
        await read();
      } catch (error) {
        if (isOver()) break;
        report('looking at events for webhooks', error);
        const timer = setTimeout(bell.ring, retryMs);
        await bell.wait();
        clearTimeout(timer);
      }
    }
    bell.release();
  };
  const running = run();

  return {
    changed() {
      reading.abort();
      bell.ring();
    },
    async keep(taskIds) {
      const types = typesOf(webhooks());
      if (types.length === 0) return;
      for (const taskId of taskIds) {
        const events: Found[] = [];
        try {
          const feed = log.read(taskId, { after: await position(), types, signal: ending.signal });
          for await (const stored of feed) events.push(...found(stored));
        } catch (error) {
          // Whoever reads on meets it as well, and says it.
          if (!(error instanceof MakimaError && error.code === 'EVENTS_GONE')) throw error;
        }
        await queue(events, null);
      }
    },
    async end() {
      ending.abort();
      await running;
      if (lookedAt === noted.place || typeof lookedAt !== 'string') return;
      // Without it the next start looks at some once more.
      await store.queueDeliveries([], lookedAt).catch((error: unknown) => report('noting how far events were looked at', error));
    },
  };
};
