import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentLimit } from '../driver.ts';
import { amountAt, fieldAt, objectAt } from '../json-line.ts';

/** Above it a time is no date for JavaScript. */
const maxSeconds = 8.64e12;

/** What `account/rateLimits/updated` has told of the account, by which a turn that the limit ended is judged (0.171.0). */
export interface LimitMemory {
  take(params: JsonObject): void;
  /**
   * The limit that a turn ended at: codex tells of it by the error's kind, which it has for a plan's windows and for credit that is used up.
   * That an API is asked too often for a moment is another.
   * @param error - of the turn
   */
  of(error: JsonObject): AgentLimit | null;
}

/** When a window is over, in milliseconds; null where it is not used up, or nobody knows. */
const endOf = (window: JsonObject): number | null => {
  const at = amountAt(window, 'resetsAt');
  return amountAt(window, 'usedPercent') >= 100 && at > 0 && at < maxSeconds ? at * 1000 : null;
};

export const limitMemory = (): LimitMemory => {
  // An update tells what has changed.
  const windows = new Map<string, JsonObject>();
  return {
    take(params) {
      const limits = objectAt(params, 'rateLimits') ?? {};
      for (const name of ['primary', 'secondary']) {
        const window = objectAt(limits, name);
        if (window !== null) windows.set(name, window);
      }
    },
    of(error) {
      if (fieldAt(error, 'codexErrorInfo') !== 'usageLimitExceeded') return null;
      const ends = [...windows.values()].map(endOf).filter((each) => each !== null);
      // Of two that are used up both have to be over.
      return { until: ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString() };
    },
  };
};
