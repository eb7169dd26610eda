import { Type } from '@sinclair/typebox';
import { ref } from '../schemas/common.ts';
import { WebhookParams } from '../schemas/requests.ts';
import { CreateWebhook, NewWebhook, Webhook } from '../schemas/webhook.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { answer, noContent } from '../src/http/answers/shapes.ts';

/** Addresses to which events are posted. */
export const webhookRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/webhooks',
    {
      config: { credentials: 'owner', errors: ['TASK_NOT_FOUND', 'WEBHOOK_ADDRESS_REFUSED', 'WEBHOOK_HOST_UNKNOWN', 'TOO_MANY_WEBHOOKS'] },
      schema: {
        operationId: 'createWebhook',
        summary: 'Have events posted to an address from now on; its secret is shown this once',
        tags: ['Webhooks'],
        body: ref(CreateWebhook),
        response: { 201: answer('The webhook', ref(NewWebhook)) },
      },
    },
    async (request, reply) => reply.code(201).send(await actions.createWebhook(caller(request), request.body)),
  );

  api.get(
    '/webhooks',
    {
      config: { credentials: 'owner' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'The webhooks, the oldest first, and how it goes with them',
        tags: ['Webhooks'],
        response: { 200: answer('The webhooks', Type.Array(ref(Webhook))) },
      },
    },
    async (request, reply) => reply.send(await actions.listWebhooks(caller(request))),
  );

  api.get(
    '/webhooks/:webhookId',
    {
      config: { credentials: 'owner', errors: ['WEBHOOK_NOT_FOUND'] },
      schema: {
        operationId: 'getWebhook',
        summary: 'One webhook, and how it goes with it',
        tags: ['Webhooks'],
        params: WebhookParams,
        response: { 200: answer('The webhook', ref(Webhook)) },
      },
    },
    async (request, reply) => reply.send(await actions.getWebhook(caller(request), request.params.webhookId)),
  );

  api.delete(
    '/webhooks/:webhookId',
    {
      config: { credentials: 'owner', errors: ['WEBHOOK_NOT_FOUND'] },
      schema: {
        operationId: 'deleteWebhook',
        summary: 'Post nothing more to it, what waits neither',
        tags: ['Webhooks'],
        params: WebhookParams,
        response: { 204: noContent('Deleted') },
      },
    },
    async (request, reply) => {
      await actions.deleteWebhook(caller(request), request.params.webhookId);
      return reply.code(204).send();
    },
  );
};
