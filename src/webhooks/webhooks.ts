import { randomBytes } from 'node:crypto';
import { usualWebhookTypes, type CreateWebhook, type NewWebhook, type Webhook } from '../../schemas/webhook.ts';
import { MakimaError } from '../errors.ts';
import { placeOf } from '../events/ids/event-place.ts';
import type { WebhookRecord } from '../store/task-store.ts';
import type { DeliverParts, DeliveryTimes } from './deliver.ts';
import type { LookParts } from './look.ts';
import type { Telling } from './tell.ts';

/** How many there may be: each holds a connection now and then, and what it has not taken. */
const mostWebhooks = 100;

export interface WebhookParts extends Omit<DeliverParts & LookParts, 'policy'> {
  /** Hosts, addresses and networks that may be told although they are not public. */
  allow: readonly string[];
  newId: () => string;
}

/** Addresses to which events are posted. Nothing of it is loaded, and no event looked at, while there are none. */
export interface Webhooks {
  /** Takes up those that there are. */
  begin: () => Promise<void>;
  /** @throws MakimaError VALIDATION_FAILED, WEBHOOK_ADDRESS_REFUSED, WEBHOOK_HOST_UNKNOWN, TOO_MANY_WEBHOOKS */
  add: (request: CreateWebhook) => Promise<NewWebhook>;
  /** Oldest first. */
  list: () => Promise<Webhook[]>;
  /** @returns whether there was one */
  remove: (id: string) => Promise<boolean>;
  /** Keeps what is yet to be told of tasks whose logs are removed now. */
  keep: (taskIds: readonly string[]) => Promise<void>;
  close: () => Promise<void>;
}

/** What of it may be shown. */
const shown = ({ secret: _, since: _since, ...webhook }: WebhookRecord & { pending: number }): Webhook => webhook;

const readUrl = (text: string): URL => {
  const refuse = (why: string): MakimaError =>
    new MakimaError('VALIDATION_FAILED', `The field "url" ${why}`, { details: { in: 'body', field: 'url', rule: 'url' } });
  if (!URL.canParse(text)) throw refuse('is no address');
  const url = new URL(text);
  // It is shown whenever webhooks are listed.
  if (url.username !== '' || url.password !== '') throw refuse('holds a user or a password: the signature says who sends it');
  url.hash = '';
  return url;
};

export const createWebhooks = (parts: WebhookParts): Webhooks => {
  const { store, log, now, newId, allow } = parts;
  const policy = async () => (await import('./addresses.ts')).addressPolicy(allow);
  let telling: Telling | null = null;
  let isClosed = false;
  /** One change after the other: the first of them decides from where on events are looked at. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  const told = async (webhooks: readonly WebhookRecord[]): Promise<void> => {
    if (webhooks.length === 0 || isClosed) return;
    if (telling) for (const webhook of webhooks) telling.add(webhook);
    else telling = (await import('./tell.ts')).tell({ ...parts, policy: await policy() }, webhooks);
  };

  return {
    begin: () => inTurn(async () => told((await store.listWebhooks()).filter(({ disabledAt }) => disabledAt === null))),
    async add(request) {
      const url = readUrl(request.url);
      const { hostOf } = await import('./addresses.ts');
      await (await policy()).check(hostOf(url));
      return inTurn(async () => {
        const isFirst = telling === null || telling.count() === 0;
        // Whoever looked for others has ended them; how far it has looked is of no use any more.
        if (isFirst) await telling?.end();
        if (isFirst) telling = null;
        const webhook: WebhookRecord = {
          id: newId(),
          url: url.href,
          types: [...new Set(request.types ?? usualWebhookTypes)],
          taskId: request.taskId ?? null,
          secret: `whsec_${randomBytes(32).toString('base64')}`,
          since: log.lastId(),
          createdAt: now().toISOString(),
          lastDeliveredAt: null,
          lastError: null,
          lastErrorAt: null,
          disabledAt: null,
          reason: null,
        };
        await store.insertWebhook(webhook, { most: mostWebhooks, lookFrom: isFirst ? placeOf(webhook.since, log.counting()) : null });
        await told([webhook]);
        return { ...shown({ ...webhook, pending: 0 }), secret: webhook.secret };
      });
    },
    list: async () => (await store.listWebhooks()).map(shown),
    remove: (id) =>
      inTurn(async () => {
        const wasThere = await store.deleteWebhook(id);
        await telling?.remove(id);
        return wasThere;
      }),
    async keep(taskIds) {
      // Those that there are may be yet to be taken up.
      await last;
      await telling?.keep(taskIds);
    },
    async close() {
      isClosed = true;
      await last;
      await telling?.end();
    },
  };
};

export type { DeliveryTimes };
