import type { Usage } from '../../../schemas/task.ts';
import { isObject, type JsonObject } from '../../domain/json-object.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import { amountAt, fieldAt, objectAt, stringAt } from '../json-line.ts';

/** What an errorMessage or a summary may hold. */
const maxMessageLength = 100_000;

/**
 * Whether a result is a failure. `is_error` decides and not `subtype`: an API failure and "Not logged in" come as
 * `subtype: "success", is_error: true`. The subtype is asked only where a line has no `is_error` at all.
 */
export const isFailure = (result: JsonObject): boolean => {
  const isError = fieldAt(result, 'is_error');
  return typeof isError === 'boolean' ? isError : (stringAt(result, 'subtype')?.startsWith('error') ?? false);
};

/** What the agent said at the end: `result`, or `errors` of the error_* kinds, which have no `result`; null where it said nothing. */
export const messageOfResult = (result: JsonObject): string | null => {
  const errors = fieldAt(result, 'errors');
  const texts = [stringAt(result, 'result'), Array.isArray(errors) ? errors.filter((each) => typeof each === 'string').join('\n') : null];
  const message = texts.find((text) => text !== null && text.trim() !== '') ?? (isFailure(result) ? stringAt(result, 'subtype') : null);
  return message?.slice(0, maxMessageLength) ?? null;
};

/** The turn was given up because someone asked for it, so its error is no failure of the agent's. */
export const wasInterrupted = (result: JsonObject): boolean => stringAt(result, 'terminal_reason')?.startsWith('aborted_') ?? false;

/**
 * What was used since the result before, by every model and subagent; null where the line does not say (2.1.100).
 * `usage` counts the main loop alone and is 0 after a budget was exhausted, while this has the tokens in both cases.
 */
const usageSinceLastResult = (result: JsonObject): Omit<Usage, 'turns'> | null => {
  const byModel = objectAt(result, 'model_usage_since_last_result');
  if (byModel === null) return null;
  return Object.values(byModel)
    .filter(isObject)
    .map((model) => ({
      ...noUsage,
      inputTokens: Math.trunc(amountAt(model, 'inputTokens')),
      outputTokens: Math.trunc(amountAt(model, 'outputTokens')),
      cacheReadTokens: Math.trunc(amountAt(model, 'cacheReadInputTokens')),
      cacheWriteTokens: Math.trunc(amountAt(model, 'cacheCreationInputTokens')),
      costUsd: amountAt(model, 'costUSD'),
    }))
    .reduce(addUsage, noUsage);
};

/**
 * What one result adds to the run.
 * @param totalBefore - `total_cost_usd` of the result before, 0 at first. It accumulates over a process and is never summed;
 *   a smaller one than before means that `/clear` began again at 0.
 */
export const usageOfResult = (result: JsonObject, totalBefore: number): Usage => {
  const turns = Math.trunc(amountAt(result, 'num_turns'));
  const delta = usageSinceLastResult(result);
  if (delta !== null) return { ...delta, turns };
  const usage = objectAt(result, 'usage') ?? {};
  const total = amountAt(result, 'total_cost_usd');
  return {
    inputTokens: Math.trunc(amountAt(usage, 'input_tokens')),
    outputTokens: Math.trunc(amountAt(usage, 'output_tokens')),
    cacheReadTokens: Math.trunc(amountAt(usage, 'cache_read_input_tokens')),
    cacheWriteTokens: Math.trunc(amountAt(usage, 'cache_creation_input_tokens')),
    costUsd: total < totalBefore ? total : total - totalBefore,
    turns,
  };
};

/** A hook said `continue: false` in mid-turn: the turn ends as a success with an empty `result` (2.1.330). */
export const wasStoppedByHook = (result: JsonObject): boolean => stringAt(result, 'terminal_reason') === 'hook_stopped';

/**
 * Why a prompt never reached the model, from the `system/informational` line of 2.1.330 that comes before its result;
 * null for any other line. The result that follows quotes the whole prompt, and is a success of 0 turns.
 */
export const refusalOf = (line: JsonObject): string | null => {
  const outcome = stringAt(line, 'subtype') === 'informational' ? objectAt(line, 'prompt_submit_outcome') : null;
  if (outcome === null || !(stringAt(outcome, 'kind')?.endsWith('_by_hook') ?? false)) return null;
  const reason = stringAt(outcome, 'reason')?.trim().slice(0, maxMessageLength);
  return `The prompt was refused by a hook${reason ? `: ${reason}` : ''}`;
};
