import type { AgentSettings } from '../agent-settings.ts';

type Named = Pick<AgentSettings, 'name' | 'command' | 'args'>;

interface Remedy {
  says: RegExp;
  todo: (agent: Named) => string;
}

/** How somebody gives each of them credentials, without its last full stop. */
const signIn: Readonly<Record<string, string>> = {
  gemini:
    'Run `gemini` once in a terminal of the same user and sign in, or set GEMINI_API_KEY in the environment that makima is started in',
  opencode:
    'Run `opencode auth login` in a terminal of the same user, or set the key of its provider in the environment that makima is started in',
  qwen: 'Run `qwen` once in a terminal of the same user and sign in, or set OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL in the environment that makima is started in',
  copilot:
    'Run `copilot` once in a terminal of the same user and sign in with /login, or set GH_TOKEN in the environment that makima is started in',
  goose: 'Run `goose configure` in a terminal of the same user',
};

const signInto = ({ name, command }: Named): string =>
  (Object.hasOwn(signIn, name) ? signIn[name] : undefined) ??
  `Run \`${command}\` once in a terminal of the same user and sign in, or set its key in the environment that makima is started in`;

/** What agents say when they cannot work, and what this side says of them. The first that fits is taken. */
const remedies: readonly Remedy[] = [
  {
    says: /^The agent cannot go on with an earlier session/,
    todo: () => 'Start the task again without resume, which begins a new one in the same worktree, from its plan',
  },
  {
    says: /cannot be gone on with|session not found|invalid session identifier/i,
    todo: () =>
      'The agent has lost this session: start the task again without resume, which begins a new one in the same worktree, from its plan',
  },
  {
    says: /of the Agent Client Protocol, and makima/,
    todo: ({ name }) => `Install a version of ${name} that speaks that one, or update makima`,
  },
  {
    says: /^The agent (?:does not have|lets no) /,
    todo: ({ name }) => `Start the task again with another one, or without, so that ${name}'s own settings count`,
  },
  {
    says: /not signed in|not logged in|auth(?:entication|orization)?[ _](?:is )?(?:required|failed|error)|unauthori[sz]ed|\b401\b|api[-_ ]?key|no auth|credentials|login required|sign in/i,
    todo: signInto,
  },
  {
    says: /\b429\b|rate[- _]?limit|quota|usage limit|resource[- _]?exhausted|too many requests/i,
    todo: () =>
      'Wait until the limit is over and start the task again: its worktree is kept. MAKIMA_MAX_CONCURRENT_TASKS makes fewer agents run at once',
  },
  {
    says: /\b402\b|billing|credit balance|payment required|insufficient (?:credit|funds|balance)/i,
    todo: () => 'Add credit to its account, or use another one, then start the task again: its worktree is kept',
  },
  {
    says: /model.{0,60}(?:not found|not exist|not available|not supported|unknown|invalid)|unknown model|\b404\b/i,
    todo: ({ name }) => `Choose a model that the account has, with the task's model or in ${name}'s own settings`,
  },
  {
    says: /context.{0,20}(?:length|window)|too many tokens|prompt is too long|max_tokens|write no more at once/i,
    todo: () => 'Make the plan shorter, or split the task',
  },
  {
    says: /econnrefused|econnreset|etimedout|enotfound|fetch failed|unable to connect|network|socket|connection (?:error|refused)/i,
    todo: () => 'Check the network and the proxy settings, then start the task again: its worktree is kept',
  },
  {
    says: /overloaded|\b50[0234]\b|service unavailable|internal server error/i,
    todo: () => 'This is usually over in a few minutes: start the task again, its worktree is kept',
  },
  {
    says: /exited with status \d+ before it printed anything|session never began|unknown (?:option|argument|command)|unrecognized|unexpected argument/i,
    todo: ({ command, args }) =>
      `Run \`${[command, ...args].join(' ')}\` in a terminal of the same user to see why: it may be too old for the Agent Client Protocol, or not set up`,
  },
];

/** Only the start of a message is looked at: what an agent itself says is short, and a long one quotes someone else. */
const maxLookedAt = 2000;

/** The agent's own failure message, with what to do about it where that is known. */
export const explainFailure = (message: string, agent: Named): string => {
  const remedy = remedies.find(({ says }) => says.test(message.slice(0, maxLookedAt)));
  return remedy === undefined ? message : `${message.trimEnd().replace(/[.:]$/, '')}. ${remedy.todo(agent)}.`;
};
