import type { CreateWebhook, NewWebhook, Webhook, WebhookMessage } from '../../../../schemas/webhook.ts';
import { json, type OperationTexts } from './operation.ts';
import { at, endEvent, taskId } from './samples.ts';

const made: Webhook = {
  id: 'a7c3e9d1-4b52-4f08-9e6a-2d1c0b9f8e7d',
  url: 'https://example.com/makima',
  types: ['status', 'merge', 'completion', 'end'],
  taskId: null,
  createdAt: at.created,
  pending: 0,
  lastDeliveredAt: null,
  lastError: null,
  lastErrorAt: null,
  disabledAt: null,
  reason: null,
};
const secret: NewWebhook = { ...made, secret: `whsec_${'TWFraW1h'.repeat(5)}TWE=` };
const failing: Webhook = { ...made, pending: 3, lastDeliveredAt: at.started, lastError: 'It answered 502', lastErrorAt: at.ended };
const createWebhook = {
  usual: { summary: 'What a server acts on, of all tasks', value: { url: made.url } },
  ofATask: { summary: 'How one task and those below it end', value: { url: made.url, types: ['end'], taskId } },
} satisfies Record<string, { summary: string; value: CreateWebhook }>;
const message: WebhookMessage = { type: 'end', timestamp: endEvent.at, data: { status: 'done', id: endEvent.id, taskId } };

/** Addresses to which events are posted. */
export const webhookTexts: OperationTexts = {
  createWebhook: {
    description:
      'Bodies are signed as Standard Webhooks says. Each event is delivered at least once, those of a task in order, also over restarts; docs/webhooks.md says what holds. An address of this machine or of a private network must be allowed by `MAKIMA_WEBHOOK_ALLOW`.',
    requests: createWebhook,
    answers: { 201: json(secret) },
  },
  listWebhooks: { description: 'Without their secrets.', answers: { 200: json([made, failing]) } },
  getWebhook: {
    description: 'What waits, and why the last try that failed did; `disabledAt` and `reason` where it was switched off.',
    answers: { 200: json(failing) },
  },
  deleteWebhook: { description: 'What is on its way may still arrive.', answers: {} },
};

const header = (name: string, description: string) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } });

/** What is posted, as the document's own `webhooks` tell it. */
export const postedToWebhooks = {
  event: {
    post: {
      operationId: 'webhookEvent',
      summary: 'What is posted to a webhook for each event',
      description:
        'Signed as Standard Webhooks says, with the secret of the webhook. Any 2xx takes it; 410 switches the webhook off; anything else, and a silence of 15 s, is tried again with growing pauses.',
      tags: ['Webhooks'],
      parameters: [
        header('webhook-id', 'Of the event: the same at each try'),
        header('webhook-timestamp', 'Of the try, in seconds since 1970'),
        header('webhook-signature', '`v1,` and base64 of the HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`'),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/WebhookMessage' }, example: message } },
      },
      responses: { '204': { description: 'Taken' }, '410': { description: 'Send no more' } },
    },
  },
};
