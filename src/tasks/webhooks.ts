import type { CreateWebhook, NewWebhook, Webhook } from '../../schemas/webhook.ts';
import { canonicalId } from '../domain/names/canonical-id.ts';
import { MakimaError } from '../errors.ts';
import { findTask, requireOwner, type Caller } from './access.ts';
import type { Needs } from './parts.ts';

const unknown = (webhookId: string): MakimaError => new MakimaError('WEBHOOK_NOT_FOUND', `There is no webhook ${webhookId}`);

/**
 * Has events posted to an address, from now on. Its secret is in the answer alone.
 * @throws MakimaError FORBIDDEN, TASK_NOT_FOUND, VALIDATION_FAILED (url), WEBHOOK_ADDRESS_REFUSED, WEBHOOK_HOST_UNKNOWN, TOO_MANY_WEBHOOKS
 */
export const createWebhook = async (parts: Needs<'store' | 'webhooks'>, caller: Caller, request: CreateWebhook): Promise<NewWebhook> => {
  requireOwner(caller);
  const task = request.taskId === undefined ? null : await findTask(parts, request.taskId);
  return parts.webhooks.add({ ...request, ...(task && { taskId: task.id }) });
};

/** All webhooks, the oldest first, and how it goes with each. @throws MakimaError FORBIDDEN */
export const listWebhooks = async ({ webhooks }: Needs<'webhooks'>, caller: Caller): Promise<Webhook[]> => {
  requireOwner(caller);
  return webhooks.list();
};

/** @throws MakimaError FORBIDDEN, WEBHOOK_NOT_FOUND */
export const getWebhook = async (parts: Needs<'webhooks'>, caller: Caller, webhookId: string): Promise<Webhook> => {
  const webhook = (await listWebhooks(parts, caller)).find(({ id }) => id === canonicalId(webhookId));
  if (!webhook) throw unknown(webhookId);
  return webhook;
};

/** Ends a webhook at once: what it has not been told it is not told any more. @throws MakimaError FORBIDDEN, WEBHOOK_NOT_FOUND */
export const deleteWebhook = async ({ webhooks }: Needs<'webhooks'>, caller: Caller, webhookId: string): Promise<void> => {
  requireOwner(caller);
  if (!(await webhooks.remove(canonicalId(webhookId)))) throw unknown(webhookId);
};
