import type { Usage } from '../../../schemas/task.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import { amountAt, fieldAt, objectAt, stringAt } from '../json-line.ts';

/** What a run has used, by what its agent tells of it. */
export interface UsageTally {
  /** An update of the session, whatever its kind. @param isReplay - of what earlier runs have done: what that has used was told of them */
  take(update: JsonObject, isReplay: boolean): void;
  /** The answer to a prompt, which ends its turn; an error has none. */
  end(result: JsonObject): void;
  readonly usage: Usage;
}

const whole = (object: JsonObject, key: string): number => Math.trunc(amountAt(object, key));

/** What a `usage` of the protocol's shape has in it. What the model thought was written by it, too. */
const tokensIn = (usage: JsonObject): Usage => ({
  ...noUsage,
  inputTokens: whole(usage, 'inputTokens'),
  outputTokens: whole(usage, 'outputTokens') + whole(usage, 'thoughtTokens'),
  cacheReadTokens: whole(usage, 'cachedReadTokens'),
  cacheWriteTokens: whole(usage, 'cachedWriteTokens'),
});

/** The tokens of a turn as its answer tells them: `usage`, as the protocol has it, or `_meta.quota.token_count` (gemini); null where it does not. */
const tokensOf = (result: JsonObject): Usage | null => {
  const usage = objectAt(result, 'usage');
  if (usage !== null) return tokensIn(usage);
  const count = objectAt(objectAt(objectAt(result, '_meta') ?? {}, 'quota') ?? {}, 'token_count');
  return count && { ...noUsage, inputTokens: whole(count, 'input_tokens'), outputTokens: whole(count, 'output_tokens') };
};

/** The tokens of one request of its model, which qwen (0.24) tells in `_meta.usage` of a text without a letter, and in no answer. */
const tokensOfRequest = (update: JsonObject): Usage | null => {
  const usage = objectAt(objectAt(update, '_meta') ?? {}, 'usage');
  if (usage === null) return null;
  const { inputTokens, outputTokens, cacheReadTokens } = tokensIn(usage);
  const total = whole(usage, 'totalTokens');
  return {
    ...noUsage,
    // As OpenAI counts: what came out of a cache was read, too, and what was thought is or is not among what was written.
    inputTokens: Math.max(0, inputTokens - cacheReadTokens),
    outputTokens: total > inputTokens ? total - inputTokens : outputTokens,
    cacheReadTokens,
  };
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
  /** Of the requests since the last turn's end: they count where the answer that ends it tells nothing. */
  let ofRequests = noUsage;
  let cost = 0;
  /** What the session's cost was when it was last told. */
  let last = before;

  return {
    take(update, isReplay) {
      ofRequests = addUsage(ofRequests, (isReplay ? null : tokensOfRequest(update)) ?? noUsage);
      const total = stringAt(update, 'sessionUpdate') === 'usage_update' ? costOf(update) : null;
      if (total === null) return;
      // A smaller one than before means that the agent began to count anew.
      cost += total < last - rounding ? total : Math.max(0, total - last);
      last = total;
    },
    end(result) {
      told = addUsage(told, { ...(tokensOf(result) ?? ofRequests), turns: 1 });
      ofRequests = noUsage;
    },
    get usage() {
      return { ...told, costUsd: cost };
    },
  };
};
