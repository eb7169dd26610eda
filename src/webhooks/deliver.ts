import { Webhook as Signer } from 'standardwebhooks';
import { messageOf } from '../errors.ts';
import { Bell } from '../events/bell.ts';
import type { Delivery, TaskStore, WebhookRecord } from '../store/task-store.ts';
import type { AddressPolicy } from './addresses.ts';
import { longestWishMs, post, type Outcome } from './post.ts';

export interface DeliveryTimes {
  /** From the first try in vain to the next; each further pause is four times as long. */
  firstPauseMs: number;
  /** The longest pause. */
  longestPauseMs: number;
  /** For one try. */
  timeoutMs: number;
  /** An event that could not be told for so long switches its webhook off. */
  giveUpMs: number;
}

export interface DeliverParts {
  store: TaskStore;
  policy: AddressPolicy;
  times: DeliveryTimes;
  version: string;
  now: () => Date;
  reached: (point: string) => void;
  report: (what: string, error: unknown) => void;
}

/** The deliveries of one webhook. */
export interface Deliverer {
  /** Something more waits. */
  ring: () => void;
  /** Breaks off what is under way; it is tried again by whoever comes next. */
  end: () => Promise<void>;
}

/** One time in five longer or shorter, so that what failed together does not come together again. */
const about = (milliseconds: number): number => milliseconds * (0.8 + 0.4 * Math.random());

/** A machine may have been off for days: nothing is given up that was not tried so often. */
const leastTries = 10;

const later = (at: Date, milliseconds: number): string => new Date(at.getTime() + milliseconds).toISOString();

/**
 * Tells a webhook what waits for it, one thing after the other. What is not taken waits, longer each time, with all else of its task; the
 * others go on. A receiver that takes none is left alone as long as any of them: after what it takes again, nothing waits any more.
 */
export const deliver = (
  { store, policy, times, version, now, reached, report }: DeliverParts,
  webhook: Pick<WebhookRecord, 'id' | 'url' | 'secret'>,
  switchedOff: () => void,
): Deliverer => {
  const ending = new AbortController();
  const bell = new Bell(ending.signal);
  const signer = new Signer(webhook.secret);
  const url = new URL(webhook.url);
  /** How many tries in a row were in vain, of whatever. */
  let failures = 0;
  /** When the receiver may be asked again at all, in milliseconds since 1970. */
  let restUntil = 0;

  const mostWait = 2 * Math.max(times.longestPauseMs, longestWishMs);
  const pauseAfter = (tries: number): number => about(Math.min(times.firstPauseMs * 4 ** (tries - 1), times.longestPauseMs));

  const rest = async (milliseconds: number): Promise<void> => {
    const timer = setTimeout(bell.ring, milliseconds);
    await bell.wait();
    clearTimeout(timer);
  };

  const settle = async (delivery: Delivery, outcome: Outcome): Promise<void> => {
    const at = now();
    if (outcome.is === 'taken') {
      await store.settleDelivery(delivery, { at: at.toISOString(), hurry: failures > 1 });
      reached('delivery settled');
      failures = 0;
      restUntil = 0;
      return;
    }
    const { error } = outcome;
    const failingSince = delivery.failingSince ?? at.toISOString();
    const isTooLong = delivery.tries >= leastTries && at.getTime() - Date.parse(failingSince) >= times.giveUpMs;
    if (outcome.is === 'ended' || isTooLong) {
      const reason =
        outcome.is === 'ended'
          ? 'The receiver answered 410: it wants no more'
          : `The event ${delivery.eventId} could not be delivered since ${failingSince}`;
      await store.disableWebhook(webhook.id, { at: at.toISOString(), reason, error });
      ending.abort();
      switchedOff();
      return;
    }
    failures += 1;
    restUntil = at.getTime() + Math.max(pauseAfter(failures), outcome.notBefore);
    const nextAt = later(at, Math.max(pauseAfter(delivery.tries + 1), outcome.notBefore));
    await store.postponeDelivery(delivery, { error: error.slice(0, 500), at: at.toISOString(), failingSince, nextAt });
  };

  /** @returns how long to wait before there is something to do, in milliseconds; null where nothing waits */
  const step = async (): Promise<number | null> => {
    const at = now();
    const delivery = await store.nextDelivery(webhook.id, at.toISOString());
    if (delivery === null) return null;
    const wait = Math.max(restUntil, delivery.nextAt === null ? 0 : Date.parse(delivery.nextAt)) - at.getTime();
    // What seems further away than any pause was noted before the clock was set back.
    if (wait > 0 && wait <= mostWait) return wait;
    reached('delivery begun');
    const outcome = await post(delivery, { url, policy, signer, version, now: at, timeoutMs: times.timeoutMs, signal: ending.signal });
    // Broken off by us: nobody failed.
    if (ending.signal.aborted && outcome.is === 'failed') return null;
    if (outcome.is === 'taken') reached('delivery taken');
    await settle(delivery, outcome);
    return 0;
  };

  const isOver = (): boolean => ending.signal.aborted;
  const run = async (): Promise<void> => {
    while (!isOver()) {
      let wait: number | null;
      try {
        wait = await step();
      } catch (error) {
        // The store could not be read or written: what was taken may be told once more.
        if (isOver()) break;
        report(`delivering to the webhook ${webhook.id}: ${messageOf(error)}`, error);
        wait = 10 * times.firstPauseMs;
      }
      if (wait === null) await bell.wait();
      else if (wait > 0) await rest(wait);
    }
    bell.release();
  };
  const running = run();

  return {
    ring: bell.ring,
    end: () => {
      ending.abort();
      return running;
    },
  };
};
