import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentLimit } from '../driver.ts';
import { fieldAt, objectAt, stringAt, typeOf } from '../json-line.ts';
import { isLimitText, resetInText } from './limit-text.ts';
import { isFailure, messageOfResult } from './result-line.ts';

/**
 * What claude says of the limits of its account, measured with 2.1.330 against an API that refuses (all with exit 1):
 *
 * | signed in by | 429 with | `rate_limit_event` | the result's text | its `api_error` |
 * | --- | --- | --- | --- | --- |
 * | a token | `anthropic-ratelimit-unified-*`: rejected | `rejected`, `resetsAt`, `rateLimitType` | You've hit your 5-hour limit · resets 1:10pm (Europe/Berlin) | `usage_limit_reached` |
 * | a token | the same without a reset | `rejected`, `rateLimitType` | You've hit your 5-hour limit | `usage_limit_reached` |
 * | a token | nothing of that kind | `rejected`, neither | API Error: Server is temporarily limiting requests (not your usage limit) · … | none |
 * | an API key | whatever it says | none | API Error: Request rejected (429) · … | none |
 *
 * The first two are not tried again by claude itself, the others are, as often as CLAUDE_CODE_MAX_RETRIES says; a 529 is no limit and
 * has no such line. `rateLimitType` is `five_hour`, `seven_day`, `overage`, or a week of one model (`seven_day_opus`: "your Opus limit").
 * The event comes where what is left of the allowance changes, so that a second turn that is refused has none; with `isUsingOverage` the
 * request was served and is paid for. Before 2.1.45 there is no such event, and the text alone tells (limit-text.ts).
 */

/** Above it a time is no date for JavaScript. */
const maxSeconds = 8.64e12;

/** A limit of one model has its name behind the window: `seven_day_opus`. */
const ofOneModel = /^(?:five_hour|seven_day)_(?!oauth_apps$).+/;

const timeAt = (info: JsonObject, key: string): number | null => {
  const seconds = fieldAt(info, key);
  return typeof seconds === 'number' && seconds > 0 && seconds < maxSeconds ? seconds * 1000 : null;
};

/** The limit in a `rate_limit_info`, null where there is none. */
const limitInInfo = (info: JsonObject): AgentLimit | null => {
  if (stringAt(info, 'status') !== 'rejected' || fieldAt(info, 'isUsingOverage') === true) return null;
  const type = stringAt(info, 'rateLimitType');
  // The server is busy, and the account has come to nothing.
  if (type === null && fieldAt(info, 'resetsAt') === undefined && fieldAt(info, 'isUsingOverage') === false) return null;
  // What is paid for beside the allowance may be had again before that is.
  const resets = [timeAt(info, 'resetsAt'), timeAt(info, 'overageResetsAt')].filter((each) => each !== null);
  return {
    until: resets.length === 0 ? null : new Date(Math.min(...resets)).toISOString(),
    ...(type !== null && ofOneModel.test(type) && { ofModel: true as const }),
  };
};

/** What was said so far of the account's limit, by which a turn that ends is judged. The same lines give the same. */
export interface LimitMemory {
  /** @returns the limit that a line tells of first, null where it tells of none */
  take(line: JsonObject): AgentLimit | null;
  /** @returns the limit because of which a turn ended, and whether it was told in the turn; null where it did not */
  ofResult(result: JsonObject): { limit: AgentLimit; isNew: boolean } | null;
}

export const limitMemory = (): LimitMemory => {
  let last: AgentLimit | null = null;
  let toldInTurn = false;
  /** When the last line was written, as it says itself: a text has a time of day alone. */
  let at: number | null = null;

  const endedByLimit = (result: JsonObject): boolean => {
    if (!isFailure(result)) return false;
    if (stringAt(result, 'api_error') === 'usage_limit_reached') return true;
    return isLimitText(messageOfResult(result) ?? '') || (toldInTurn && fieldAt(result, 'api_error_status') === 429);
  };

  return {
    take(line) {
      const written = Date.parse(stringAt(line, 'timestamp') ?? '');
      if (!Number.isNaN(written)) at = written;
      if (typeOf(line) !== 'rate_limit_event') return null;
      const limit = limitInInfo(objectAt(line, 'rate_limit_info') ?? {});
      last = limit;
      toldInTurn ||= limit !== null;
      return limit;
    },
    ofResult(result) {
      const isNew = !toldInTurn;
      const limit = endedByLimit(result) ? (last ?? { until: resetInText(messageOfResult(result) ?? '', at) }) : null;
      toldInTurn = false;
      return limit && { limit, isNew };
    },
  };
};
