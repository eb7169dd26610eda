import type { TaskEvent } from '../../schemas/event.ts';
import type { WebhookMessage } from '../../schemas/webhook.ts';
import { placeOf } from '../events/ids/event-place.ts';
import type { NewDelivery } from '../store/task-store.ts';

const longestText = 2000;
const mostItems = 20;

/** A value of an event, no larger than a receiver wants to read: who needs all of it asks for it by the id. */
const shortened = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText).toWellFormed()}…` : value;
  if (Array.isArray(value)) return value.slice(0, mostItems).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return shortenedFields(value);
};

const shortenedFields = (value: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item)]));

const bodyOf = (message: WebhookMessage): string => JSON.stringify(message);

/** An event as one webhook is told it. @param place - as a stream tells it: with the name of what its id was counted in */
export const messageOfEvent = (webhookId: string, event: TaskEvent, place: string): NewDelivery => {
  const { id, taskId, type, at, ...fields } = event;
  return {
    webhookId,
    messageId: place,
    eventId: id,
    taskId,
    body: bodyOf({ type, timestamp: at, data: { ...shortenedFields(fields), id, taskId } }),
  };
};

/** That events up to this id may be missing. @param counting - what it was counted in */
export const messageOfGap = (
  webhookId: string,
  { through, at, counting }: { through: number; at: string; counting: string },
): NewDelivery => ({
  webhookId,
  messageId: `gap-${placeOf(through, counting)}`,
  eventId: through,
  taskId: '',
  body: bodyOf({ type: 'gap', timestamp: at, data: { id: through, taskId: null } }),
});
