import type { Usage } from '../../../schemas/task.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import { amountAt, fieldAt, objectAt, stringAt, type JsonObject } from '../json-line.ts';

/** What a run has used, by what its agent tells of it. */
export interface UsageTally {
  /** A `usage_update`. */
  take(update: JsonObject): void;
  /** The answer to a prompt, which ends its turn; an error has none. */
  end(result: JsonObject): void;
  readonly usage: Usage;
}

const whole = (object: JsonObject, key: string): number => Math.trunc(amountAt(object, key));

/**
 * The tokens of a turn, in the shapes in which agents tell them: `usage` of the answer, as the protocol has it; `_meta.quota.token_count`
 * (gemini). What the model thought was written by it, too.
 */
const tokensOf = (result: JsonObject): Omit<Usage, 'turns' | 'costUsd'> => {
  const usage = objectAt(result, 'usage');
  if (usage !== null)
    return {
      inputTokens: whole(usage, 'inputTokens'),
      outputTokens: whole(usage, 'outputTokens') + whole(usage, 'thoughtTokens'),
      cacheReadTokens: whole(usage, 'cachedReadTokens'),
      cacheWriteTokens: whole(usage, 'cachedWriteTokens'),
    };
  const count = objectAt(objectAt(objectAt(result, '_meta') ?? {}, 'quota') ?? {}, 'token_count') ?? {};
  return { ...noUsage, inputTokens: whole(count, 'input_tokens'), outputTokens: whole(count, 'output_tokens') };
};

/** The session's cost so far; null where it tells none in dollars. */
const costOf = (update: JsonObject): number | null => {
  const cost = objectAt(update, 'cost') ?? {};
  const amount = fieldAt(cost, 'amount');
  return stringAt(cost, 'currency') === 'USD' && typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 ? amount : null;
};

/** Less than an agent tells of a cost, in dollars: sums of fractions differ by it. */
const rounding = 1e-9;

/**
 * Tokens are told turn by turn, the cost of the session as it stands: what earlier runs of it have cost is none of this one's.
 * @param before - what its session has cost by earlier runs, in dollars
 */
export const usageTally = (before: number): UsageTally => {
  let told = noUsage;
  let cost = 0;
  /** What the session's cost was when it was last told. */
  let last = before;

  return {
    take(update) {
      const total = costOf(update);
      if (total === null) return;
      // A smaller one than before means that the agent began to count anew.
      cost += total < last - rounding ? total : Math.max(0, total - last);
      last = total;
    },
    end(result) {
      told = addUsage(told, { ...tokensOf(result), costUsd: 0, turns: 1 });
    },
    get usage() {
      return { ...told, costUsd: cost };
    },
  };
};
