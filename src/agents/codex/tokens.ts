import type { Usage } from '../../../schemas/task.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import { amountAt, objectAt, stringAt } from '../json-line.ts';

/** What a run has used, of what `thread/tokenUsage/updated` tells after each answer of the model. */
export interface TokenTally {
  /** @param isOwn - it is of the agent's own thread, and not of a subagent's */
  take(params: JsonObject, isOwn: boolean): void;
  readonly usage: Usage;
}

/** Threads of which one is told, far beyond what a run has. */
const maxThreads = 1000;

const count = (tokens: JsonObject, key: string): number => Math.trunc(amountAt(tokens, key));

/** `inputTokens` counts those of the cache, `outputTokens` those of the reasoning. What it costs codex does not say. */
const usageOf = (tokens: JsonObject, isOwn: boolean): Usage => {
  const [cacheReadTokens, cacheWriteTokens] = [count(tokens, 'cachedInputTokens'), count(tokens, 'cacheWriteInputTokens')];
  return {
    inputTokens: Math.max(0, count(tokens, 'inputTokens') - cacheReadTokens - cacheWriteTokens),
    outputTokens: count(tokens, 'outputTokens'),
    cacheReadTokens,
    cacheWriteTokens,
    costUsd: 0,
    turns: isOwn ? 1 : 0,
  };
};

/** `total` goes on over runs of a session, and is told again at the start of each: `last` counts, where the total has changed. */
export const tokenTally = (): TokenTally => {
  let usage = noUsage;
  const totals = new Map<string, number>();
  return {
    take(params, isOwn) {
      const told = objectAt(params, 'tokenUsage') ?? {};
      const thread = stringAt(params, 'threadId') ?? '';
      const total = count(objectAt(told, 'total') ?? {}, 'totalTokens');
      if (totals.get(thread) === total || (totals.size >= maxThreads && !totals.has(thread))) return;
      totals.set(thread, total);
      usage = addUsage(usage, usageOf(objectAt(told, 'last') ?? {}, isOwn));
    },
    get usage() {
      return usage;
    },
  };
};
