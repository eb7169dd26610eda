import type { AgentSignal } from '../driver.ts';
import { fieldAt, objectAt, stringAt, type JsonObject } from './json-line.ts';

/** UUIDs in practice; what is longer could not be answered as a file's name has it. */
const maxIdLength = 200;
const maxToolLength = 200;

/** Above it a time is no date for JavaScript. */
const maxSeconds = 8.64e12;

/** A `control_request` asks for what stdin answers (stdin.ts): of its kinds `can_use_tool` alone is one that somebody has to decide. */
export const requestOf = (line: JsonObject): AgentSignal[] => {
  const request = objectAt(line, 'request') ?? {};
  const [id, tool] = [stringAt(line, 'request_id'), stringAt(request, 'tool_name')];
  if (stringAt(request, 'subtype') !== 'can_use_tool' || id === null || id === '' || id.length > maxIdLength) return [];
  const isQuestion = fieldAt(request, 'requires_user_interaction') === true;
  return [
    {
      kind: 'asked',
      request: { id, tool: (tool ?? 'a tool').slice(0, maxToolLength), input: objectAt(request, 'input') ?? {}, isQuestion },
    },
  ];
};

/** After an interrupt claude waits for the answer no more. */
export const withdrawalOf = (line: JsonObject): AgentSignal[] => {
  const requestId = stringAt(line, 'request_id');
  return requestId === null ? [] : [{ kind: 'withdrawn', requestId }];
};

/**
 * A `rate_limit_event` comes at each change of what is left of a subscription's allowance, and is a limit only where a request was
 * rejected and no paid usage goes on in its place. `resetsAt` is in seconds. Measured with 2.1.330, signed in by a token, where the API
 * answers 429 with `anthropic-ratelimit-unified-status: rejected`: then the turn ends with an error.
 */
export const limitOf = (line: JsonObject): AgentSignal[] => {
  const info = objectAt(line, 'rate_limit_info') ?? {};
  if (stringAt(info, 'status') !== 'rejected' || fieldAt(info, 'isUsingOverage') === true) return [];
  const resetsAt = fieldAt(info, 'resetsAt');
  const known = typeof resetsAt === 'number' && resetsAt > 0 && resetsAt < maxSeconds;
  return [{ kind: 'limited', until: known ? new Date(resetsAt * 1000).toISOString() : null }];
};
