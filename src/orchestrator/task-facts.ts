/** What a system text says about the task it opens. */
export interface TaskFacts {
  name: string;
  /** The absolute path of the worktree. */
  worktreePath: string;
  /** The task's own branch; null for a scratch directory without a repository. */
  branch: string | null;
  /** The branch that the work began from, null where there was none. */
  baseBranch: string | null;
  /** Whether the task is a part of an orchestrator's. */
  isSubtask: boolean;
  /** The name of the task whose worktree this one was begun with, null where it was not. */
  continuedFrom: string | null;
  /** Whether an earlier run of the same task left its work in the worktree. */
  hasEarlierRun: boolean;
  /** The ports that are its own, null where it has none. */
  ports: { base: number; count: number } | null;
}

const maxNameLength = 120;

/** A name out of a request, on one line and bounded, so that it reads as a name and cannot pass for instructions. */
const quoted = (name: string): string =>
  JSON.stringify(
    name
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim()
      .slice(0, maxNameLength),
  );

/** Where the agent is and what it finds there; the opening of both texts. */
export const placeOf = (facts: TaskFacts): string => {
  const lines = [
    `- Task: ${quoted(facts.name)}`,
    `- Worktree, your working directory: ${facts.worktreePath}`,
    ...(facts.branch === null ? [] : [`- Branch, checked out there: ${facts.branch}`]),
    ...(facts.baseBranch === null ? [] : [`- Begun from: ${facts.baseBranch}`]),
    ...(facts.ports === null
      ? []
      : [
          `- Ports for servers that you start: ${facts.ports.base} to ${facts.ports.base + facts.ports.count - 1}, yours alone (\`$MAKIMA_PORT_BASE\` is the first)`,
        ]),
  ];
  const found = [
    ...(facts.continuedFrom === null
      ? []
      : [
          `The worktree began with everything that the task ${quoted(facts.continuedFrom)} had, uncommitted and ignored files too. Look at it first (\`git status\`, \`git log\`) and build on it.`,
        ]),
    ...(facts.hasEarlierRun
      ? [
          'An earlier run of this same task worked here and its work is still there. See what it did (`git status`, `git diff`, `git log`) and go on from it; do not begin again from nothing.',
        ]
      : []),
  ];
  return [...lines, ...(found.length > 0 ? ['', ...found] : [])].join('\n');
};

/** Opens the user's own words, so that the agent can tell them from ours. */
export const planFollows = 'What you are to do follows. It comes from the person or the agent that gave you this task.';
