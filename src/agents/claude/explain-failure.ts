interface Remedy {
  says: RegExp;
  todo: string;
}

/** How to get credentials to claude, without its last full stop. */
export const signIn =
  'Run `claude` once in a terminal of the same user and sign in with /login, or set ANTHROPIC_API_KEY in the environment that makima is started in';

/** What claude says when it cannot work, in the words of 2.1.100 to 2.1.330, and how to get on. The first that fits is taken. */
const remedies: readonly Remedy[] = [
  // What the reader says comes first: it quotes a hook or a rule, whose words could be anything.
  {
    says: /^The prompt was refused by a hook|^The agent was stopped by a hook/,
    todo: "Look for the hook in ~/.claude/settings.json and in the repository's .claude/settings.json (UserPromptSubmit, PreToolUse), change it or the plan, then start the task again",
  },
  {
    says: /^Every tool that the agent tried was denied/,
    todo: "Allow them under permissions in ~/.claude/settings.json or the repository's .claude/settings.json (rules, disableBypassPermissionsMode, PreToolUse hooks), and leave MAKIMA_ENABLE_PERMISSIONS unset unless the rules allow all that the work needs; then start the task again",
  },
  { says: /not logged in|please run \/login|(oauth token|login|session) (has |is )?(expired|revoked)/i, todo: signIn },
  {
    says: /invalid (x-)?api[- ]key|authentication_(failed|error)|failed to authenticate|api error: 401|disabled organization|organization has been disabled/i,
    todo: `The credentials were refused. ${signIn}; an ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL that is set wins over a login`,
  },
  {
    says: /cannot be used with root\/sudo/i,
    todo: 'Start makima as an ordinary user, or, where this machine is itself a sandbox such as a container, set MAKIMA_AGENT_ENV=\'{"IS_SANDBOX":"1"}\', or set MAKIMA_ENABLE_PERMISSIONS=true',
  },
  { says: /requires --verbose/i, todo: 'This version of claude needs --verbose: leave MAKIMA_DISABLE_VERBOSE unset' },
  {
    says: /credit balance is too low|billing_error|api error: 402|out of (extra )?usage|spend limit|usage credit limit|requires usage credits|usage credits (required|ran out)|doesn't include (extra )?usage|usage allocation has been disabled|usage limit is set to \$0/i,
    todo: "Add credit or raise the limit (of a subscription at claude.ai/settings/usage, of an API key at console.anthropic.com; an organization's admin may have to), or sign in with another account, then start the task again: its worktree is kept",
  },
  {
    says: /maximum budget/i,
    todo: "Raise --max-budget-usd in MAKIMA_CLAUDE_ARGS where it is set there; where it came from the task's budget, that was raised since. Then start the task again: it goes on in the same worktree",
  },
  {
    says: /maximum number of turns|error_max_turns/i,
    todo: 'Raise --max-turns in MAKIMA_CLAUDE_ARGS, or start the task again: it goes on in the same worktree',
  },
  {
    says: /\b(opus|sonnet|haiku|fable) limit\b/i,
    todo: `Wait until the limit of this model is reset, or choose another one, such as MAKIMA_CLAUDE_ARGS='["--model","sonnet"]', then start the task again: its worktree is kept`,
  },
  {
    says: /temporarily limiting requests|experiencing high load/i,
    todo: 'This is usually over in a few minutes: start the task again, its worktree is kept. MAKIMA_MAX_CONCURRENT_TASKS makes fewer agents run at once',
  },
  {
    says: /(usage|session|weekly|5-hour|rate) limit|hit your limit|api error: 429|rejected \(429\)|rate_limit_error/i,
    todo: 'Wait until the limit is reset and start the task again: its worktree is kept. MAKIMA_MAX_CONCURRENT_TASKS makes fewer agents run at once',
  },
  {
    says: /request[ _]too[ _]large|api error: 413|exceeds the maximum (allowed )?(number of bytes|size)/i,
    todo: 'The conversation does not fit into one request any more, mostly for images and large files that the agent has read: start the task again, which begins a new conversation in the same worktree',
  },
  {
    says: /issue with the selected model|may not exist or you may not have access|model_not_found|api error: 404|model \S+ is not available|not available with the claude \w+ plan/i,
    todo: 'Choose a model that the account has: --model in MAKIMA_CLAUDE_ARGS, ANTHROPIC_MODEL, or `model` in ~/.claude/settings.json and the .claude/settings.json of the repository',
  },
  {
    says: /prompt is too long|context_length_exceeded/i,
    todo: 'Make the plan shorter, or put what it quotes into a file of the repository',
  },
  {
    says: /request timed out|stream idle timeout|no data arrived for more than/i,
    todo: `Check the network, the proxy settings and ANTHROPIC_BASE_URL; where the API or a gateway is only slow, raise MAKIMA_AGENT_ENV='{"API_TIMEOUT_MS":"1200000"}'; then start the task again: its worktree is kept`,
  },
  {
    says: /unable to connect|connection (error|refused|to the api was lost)|socket connection was closed|econnrefused|econnreset|etimedout|enotfound|fetch failed/i,
    todo: 'Check the network, the proxy settings and ANTHROPIC_BASE_URL, then start the task again',
  },
  { says: /api error: 5\d\d|overloaded/i, todo: 'This is usually over in a few minutes: start the task again, its worktree is kept' },
  {
    says: /no conversation found with session id/i,
    todo: 'The agent has lost this session: start the task again without resume, which begins a new one in the same worktree, from its plan',
  },
  {
    says: /session never began/,
    todo: 'Run `claude -p hello` in a terminal of the same user, in a worktree of the repository, to see why',
  },
  {
    says: /(unknown|unrecognized) option/i,
    todo: 'Check MAKIMA_CLAUDE_PRE_ARGS and MAKIMA_CLAUDE_ARGS, and that claude is up to date: `claude update`',
  },
];

/** Only the start of a message is looked at: what claude itself says is short, and a long one quotes someone else. */
const maxLookedAt = 2000;

/** The agent's own failure message, with what to do about it where that is known. */
export const explainFailure = (message: string): string => {
  const remedy = remedies.find(({ says }) => says.test(message.slice(0, maxLookedAt)));
  if (remedy === undefined) return message;
  return `${message.trimEnd().replace(/[.:]$/, '')}. ${remedy.todo}.`;
};
