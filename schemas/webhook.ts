import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Uuid, described, uuidPattern } from './common.ts';
import { LoggedType, type LoggedType as Name } from './event.ts';

/** What is told where a webhook does not say: what a server acts on. */
export const usualWebhookTypes: readonly Name[] = ['status', 'merge', 'completion', 'end'];

/** An address of HTTP, without blanks. */
export const webUrlPattern = '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s\\u0000]+$';

export const CreateWebhook = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2048,
      pattern: webUrlPattern,
      description: 'An http or https address. One of this machine or of a private network must be allowed by MAKIMA_WEBHOOK_ALLOW',
    }),
    types: Type.Optional(
      Type.Array(LoggedType, {
        minItems: 1,
        maxItems: 20,
        description: `The types of events to tell; ${usualWebhookTypes.join(', ')} where left out. Lines of output only where it names output`,
      }),
    ),
    taskId: Type.Optional(
      Type.String({
        format: 'uuid',
        pattern: uuidPattern,
        description: 'Only of this task and of those below it; of all tasks where left out',
      }),
    ),
  },
  { $id: 'CreateWebhook', additionalProperties: false, description: 'A webhook to be made' },
);
export type CreateWebhook = Static<typeof CreateWebhook>;

const fields = {
  id: described(Uuid, 'By which it is read and deleted'),
  url: Type.String({ description: 'Where events are posted to' }),
  types: Type.Array(LoggedType, { description: 'The types of events that it is told' }),
  taskId: Nullable(described(Uuid, 'Of this task and those below it alone; null: of all')),
  createdAt: described(Timestamp, 'When it was made'),
  pending: Type.Integer({ description: 'How many events it has not taken yet' }),
  lastDeliveredAt: Nullable(described(Timestamp, 'When it took an event last')),
  lastError: Nullable(Type.String({ description: 'Why the last try that failed did' })),
  lastErrorAt: Nullable(described(Timestamp, 'When that was')),
  disabledAt: Nullable(Type.String({ format: 'date-time', description: 'Since when it is told nothing any more' })),
  reason: Nullable(Type.String({ description: 'Why it was switched off' })),
};

export const Webhook = Type.Object(fields, {
  $id: 'Webhook',
  description: 'An address to which events are posted: its secret is shown once, when it is made',
});
export type Webhook = Static<typeof Webhook>;

export const NewWebhook = Type.Object(
  { ...fields, secret: Type.String({ description: 'What its bodies are signed with, `whsec_` and base64: shown this once' }) },
  { $id: 'NewWebhook', description: 'A webhook that was made, with its secret' },
);
export type NewWebhook = Static<typeof NewWebhook>;

/** What is posted. */
export const WebhookMessage = Type.Object(
  {
    type: Type.String({
      description: 'The type of the event, or gap: events up to data.id were lost to it, because too many waited or retention deleted them',
    }),
    timestamp: described(Timestamp, 'When the event was'),
    data: Type.Object(
      { id: Type.Integer({ description: 'The id of the event' }), taskId: Nullable(described(Uuid, 'Of the task')) },
      { additionalProperties: true, description: 'The fields of the event. Texts are cut after 2,000 characters and lists after 20 items' },
    ),
  },
  { $id: 'WebhookMessage', description: 'What is posted' },
);
export type WebhookMessage = Omit<Static<typeof WebhookMessage>, 'data'> & { data: Readonly<Record<string, unknown>> };
