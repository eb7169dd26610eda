import type { Usage } from '../../../schemas/task.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { roughTokens } from '../../domain/plan-size.ts';
import { noUsage } from '../../domain/usage.ts';
import { amountAt, fieldAt, objectAt, objectsAt, stringAt, typeOf } from '../json-line.ts';

/** What a turn has used that has no result yet. */
export interface OpenTurn {
  /** Takes an `assistant` line into account. */
  take(line: JsonObject): void;
  /** A result has told what was used. */
  end(): void;
  readonly usage: Usage;
}

/** Messages of one turn that are told apart, far beyond what one has. */
const maxMessages = 100_000;

/** What the model wrote, of which `usage.output_tokens` of these lines says nothing: it is that of the message's start. */
const written = (block: JsonObject): number => {
  if (typeOf(block) === 'tool_use') return roughTokens(JSON.stringify(objectAt(block, 'input') ?? {}));
  return roughTokens(stringAt(block, 'text') ?? stringAt(block, 'thinking') ?? '');
};

/**
 * A message comes as a line for each of its blocks, all with the same `usage`, whose tokens that were read count once. A message
 * of a subagent is used, too, and is no turn of the agent's: `num_turns` of a result counts the main loop alone.
 */
export const openTurn = (): OpenTurn => {
  let usage = noUsage;
  let messages = new Set<string>();

  return {
    take(line) {
      const message = objectAt(line, 'message') ?? {};
      const id = stringAt(message, 'id');
      // What claude says itself, such as an error of the API, no model has written.
      if (id === null || stringAt(message, 'model') === '<synthetic>') return;
      const output = objectsAt(message, 'content').reduce((sum, block) => sum + written(block), 0);
      const isNew = !messages.has(id) && messages.size < maxMessages;
      const read = isNew ? (objectAt(message, 'usage') ?? {}) : {};
      if (isNew) messages.add(id);
      usage = {
        inputTokens: usage.inputTokens + Math.trunc(amountAt(read, 'input_tokens')),
        outputTokens: usage.outputTokens + output,
        cacheReadTokens: usage.cacheReadTokens + Math.trunc(amountAt(read, 'cache_read_input_tokens')),
        cacheWriteTokens: usage.cacheWriteTokens + Math.trunc(amountAt(read, 'cache_creation_input_tokens')),
        costUsd: 0,
        turns: usage.turns + (isNew && typeof fieldAt(line, 'parent_tool_use_id') !== 'string' ? 1 : 0),
      };
    },
    end() {
      usage = noUsage;
      messages = new Set();
    },
    get usage() {
      return usage;
    },
  };
};
