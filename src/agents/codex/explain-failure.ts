interface Remedy {
  says: RegExp;
  todo: string;
}

/** How to get credentials to codex, without its last full stop. */
export const signIn =
  'Run `codex login` in a terminal of the same user, or `printenv OPENAI_API_KEY | codex login --with-api-key`: a key that is only in the environment codex does not take';

/** What codex says when it cannot work, in the words of 0.171.0, and how to get on. The first that fits is taken. */
const remedies: readonly Remedy[] = [
  { says: /^Every tool that the agent tried was denied/, todo: 'Start the task again, and let it use what its work needs' },
  {
    says: /unrecognized subcommand|unexpected argument 'app-server'|unknown variant `thread\/(?:start|resume)`/i,
    todo: 'This codex is too old: `npm install -g @openai/codex@latest`, or `codex update`',
  },
  {
    says: /missing environment variable/i,
    todo: "Set it in the environment that makima is started in, or by MAKIMA_AGENT_ENV: a provider of codex's settings (config.toml) takes its key from there",
  },
  {
    says: /401 unauthorized|not logged in|please (log|sign) in|token (was|has been|is) (revoked|expired)|refresh token|sign(ed)? out/i,
    todo: signIn,
  },
  {
    says: /no rollout found|invalid session id|thread not found|no conversation found/i,
    todo: 'The agent has lost this session: start the task again without resume, which begins a new one in the same worktree, from its plan',
  },
  {
    says: /usage limit|quota exceeded|credits/i,
    todo: 'Wait until the limit is reset, add credit, or sign in with another account, then start the task again: its worktree is kept',
  },
  {
    says: /429 too many requests|rate limit/i,
    todo: 'Start the task again in a while: its worktree is kept. MAKIMA_MAX_CONCURRENT_TASKS makes fewer agents run at once',
  },
  {
    says: /model .*(does not exist|not found|not supported|not available)|do not have access to/i,
    todo: "Choose a model that the account has: the task's model, or `model` in ~/.codex/config.toml; `codex debug models` lists them",
  },
  { says: /reasoning[._ ]effort|unsupported value/i, todo: 'Choose an effort that the model takes: `codex debug models` lists them' },
  { says: /input exceeds the maximum length/i, todo: 'Make the plan shorter, or put what it quotes into a file of the repository' },
  {
    says: /ran out of room in the model|context window/i,
    todo: 'Start the task again without resume: that begins a new conversation in the same worktree. Where the plan itself is too long, put what it quotes into a file of the repository',
  },
  {
    says: /stream disconnected|error sending request|connection (failed|refused|reset)|dns error|timed? ?out/i,
    todo: 'Check the network and the proxy settings, then start the task again: its worktree is kept',
  },
  {
    says: /high demand|overloaded|5\d\d (internal|bad gateway|service)|internal server error/i,
    todo: 'This is usually over in a few minutes: start the task again, its worktree is kept',
  },
  { says: /CODEX_HOME points to/, todo: 'Make that folder, or correct CODEX_HOME in the environment of makima or in MAKIMA_AGENTS' },
  {
    says: /--profile only applies/,
    todo: 'An app-server has no profiles: put what that one says into -c among the arguments of codex in MAKIMA_AGENTS, as ["-c", "model=gpt-6"]',
  },
  {
    says: /(error loading|failed to load) config|config\.toml|unexpected argument/i,
    todo: "Correct codex's settings (~/.codex/config.toml, or the -c among its arguments in MAKIMA_AGENTS)",
  },
];

/** Only the start of a message is looked at: what codex itself says is short, and a long one quotes someone else. */
const maxLookedAt = 2000;

/** The agent's own failure message, with what to do about it where that is known. */
export const explainFailure = (whole: string): string => {
  // With RUST_BACKTRACE where it came from follows, as addresses.
  const message = whole.replace(/\n+Stack backtrace:\n[^]*$/, '');
  const remedy = remedies.find(({ says }) => says.test(message.slice(0, maxLookedAt)));
  if (remedy === undefined) return message;
  return `${message.trimEnd().replace(/[.:]$/, '')}. ${remedy.todo}.`;
};
