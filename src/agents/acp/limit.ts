import type { AgentLimit } from '../driver.ts';
import type { RpcError } from '../json-rpc.ts';

/** What agents and the APIs behind them say where an account may do no more for now; what is only busy says other things. */
const limitWords =
  /\b429\b|rate[- _]?limit|too many requests|usage limit|quota|resource[- _]?exhausted|limit (?:reached|exceeded)|hit your (?:[\w-]+ )?limit|insufficient[_ ]credits?/i;

/** An error of an agent is short; a long one quotes somebody. */
const maxLimitText = 4000;

/** A date and time in ISO 8601 behind a word of it: nothing else says when without a clock. */
const resets =
  /\b(?:resets?|retry|again|until|available)\b[^\n]{0,40}?(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))/i;

/** The limit because of which a prompt failed, null where it failed for something else. The protocol has no word for it. */
export const limitIn = ({ code, words }: RpcError): AgentLimit | null => {
  const text = words.slice(0, maxLimitText);
  if (code !== 429 && !limitWords.test(text)) return null;
  const at = resets.exec(text)?.[1];
  const time = at === undefined ? NaN : Date.parse(at);
  return { until: Number.isNaN(time) ? null : new Date(time).toISOString() };
};
