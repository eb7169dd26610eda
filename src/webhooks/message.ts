import type { TaskEvent } from '../../schemas/event.ts';
import type { WebhookMessage } from '../../schemas/webhook.ts';
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

/**
 * An event as one webhook is told it.
 * @param home - the short name of the home in which events are counted: an id of another one is another event
 */
export const messageOfEvent = (webhookId: string, event: TaskEvent, home: string): NewDelivery => {
  const { id, taskId, type, at, ...fields } = event;
  return {
    webhookId,
    messageId: `${id}-${home}`,
    eventId: id,
    taskId,
    body: bodyOf({ type, timestamp: at, data: { ...shortenedFields(fields), id, taskId } }),
  };
};

/** That events up to this id may be missing. */
export const messageOfGap = (webhookId: string, { through, at, home }: { through: number; at: string; home: string }): NewDelivery => ({
  webhookId,
  messageId: `gap-${through}-${home}`,
  eventId: through,
  taskId: '',
  body: bodyOf({ type: 'gap', timestamp: at, data: { id: through, taskId: null } }),
});
