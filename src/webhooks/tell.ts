import type { WebhookRecord } from '../store/task-store.ts';
import { deliver, type Deliverer, type DeliverParts } from './deliver.ts';
import { lookAtEvents, type LookParts } from './look.ts';

/** Webhooks at work: one that looks at events for all of them, and for each one that delivers. */
export interface Telling {
  add: (webhook: WebhookRecord) => void;
  remove: (id: string) => Promise<void>;
  /** How many of them are told. */
  count: () => number;
  keep: (taskIds: readonly string[]) => Promise<void>;
  end: () => Promise<void>;
}

export const tell = (parts: DeliverParts & LookParts, first: readonly WebhookRecord[]): Telling => {
  const told = new Map<string, { webhook: WebhookRecord; deliverer: Deliverer }>();
  const ringAll = (): void => {
    for (const { deliverer } of told.values()) deliverer.ring();
  };
  const begin = (webhook: WebhookRecord): void => {
    const switchedOff = (): void => {
      told.delete(webhook.id);
      looking.changed();
    };
    told.set(webhook.id, { webhook, deliverer: deliver(parts, webhook, switchedOff) });
  };
  const looking = lookAtEvents(parts, () => [...told.values()].map(({ webhook }) => webhook), ringAll);
  for (const webhook of first) begin(webhook);
  looking.changed();
  return {
    add(webhook) {
      begin(webhook);
      looking.changed();
    },
    async remove(id) {
      const gone = told.get(id);
      told.delete(id);
      looking.changed();
      await gone?.deliverer.end();
    },
    count: () => told.size,
    keep: looking.keep,
    async end() {
      await looking.end();
      await Promise.all([...told.values()].map(({ deliverer }) => deliverer.end()));
    },
  };
};
