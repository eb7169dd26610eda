import type { OneTurnProtocol } from './protocol.ts';

/** What the APIs of all makers say, in the words of those that pass it on. */
export const remediesOfApis: OneTurnProtocol['remedies'] = [
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
