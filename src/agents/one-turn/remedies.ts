import { objectAt, parseLine, stringAt, amountAt } from '../json-line.ts';

interface Remedy {
  says: RegExp;
  /** Without its last full stop. */
  todo: string;
}

/** Only the start of a message is looked at: what an agent itself says is short, and a long one quotes someone else. */
const maxLookedAt = 2000;

/** An answer of an API that a message quotes as it came: `[API Error: {"error":{"code":400,"message":"…"}}]`. */
const quoted = /^(\[?[\w ]*:? ?)(\{.*\})\]?$/s;

/** A failure in words, also where the agent hands on what its API has answered as JSON. */
export const plainFailure = (message: string): string => {
  const [, before = '', json = ''] = quoted.exec(message.trim()) ?? [];
  const error = objectAt(parseLine(json) ?? {}, 'error');
  const words = error === null ? null : stringAt(error, 'message');
  if (error === null || words === null) return message;
  const code = amountAt(error, 'code');
  return `${before.replace(/^\[|:? ?$/g, '') || 'API error'}${code > 0 ? ` ${code}` : ''}: ${words}`;
};

/** An agent's own failure message, with what to do about it where that is known. @param own - in its own words; the first that fits is taken */
export const explainBy =
  (own: readonly Remedy[]) =>
  (message: string): string => {
    const remedy = [...own, ...remediesOfApis].find(({ says }) => says.test(message.slice(0, maxLookedAt)));
    return remedy === undefined ? message : `${message.trimEnd().replace(/[.:]$/, '')}. ${remedy.todo}.`;
  };

/** What the APIs of all makers say, in the words of those that pass it on. */
const remediesOfApis: readonly Remedy[] = [
  {
    says: /\b401\b|invalid[ _](x-)?api[- _]key|API key not valid|unauthorized|authentication/i,
    todo: 'Its credentials were refused: sign in anew, or correct its key in the environment that makima is started in, or in MAKIMA_AGENTS',
  },
  {
    says: /\b429\b|rate.?limit|quota|resource.?exhausted|usage limit/i,
    todo: 'Wait until the limit is reset and start the task again: its worktree is kept',
  },
  {
    says: /model.{0,40}(not found|not exist|not supported)|\b404\b|ModelNotFound/i,
    todo: "Choose a model that the account has: the task's `model`, or the agent's own settings",
  },
  {
    says: /context.?(length|window)|prompt is too long|too many tokens/i,
    todo: 'Make the plan shorter, or put what it quotes into a file of the repository; a start without resume begins a new conversation',
  },
  {
    says: /stream disconnected|unable to connect|connection|econnrefused|econnreset|etimedout|enotfound|fetch failed|error sending request/i,
    todo: 'Check the network, the proxy settings and the address of its API, then start the task again',
  },
  { says: /\b5\d\d\b|overloaded|unavailable/i, todo: 'This is usually over in a few minutes: start the task again, its worktree is kept' },
];
