/** What the daemon tells its callers to call, as whoever types commands does it: the longer before what it begins with. */
const inCommands: readonly (readonly [said: RegExp, typed: string])[] = [
  [
    /GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/merge says what is; POST there starts a merge/g,
    '`makima merge <task> <subtask>` starts one',
  ],
  [/GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/merge\b/g, '`makima merge status <task>`'],
  [/GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/branches\b/g, '`makima branches <task>`'],
  [/GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/diff has them; side "old"/g, '`makima diff <task>` has them; --old-comment'],
  [
    /Run the action again as merge with this branch as targetBranch/g,
    '`makima complete <task> --action merge --target-branch <this branch>`',
  ],
  [/GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/tool-keys\b/g, '`makima keys ls <task>`'],
  [/POST (?:\/api\/v1\/mesh)?\/tasks\/\{\w+\}\/worktree\/restore\b/g, '`makima restore <id>`'],
  [/with \?parentTaskId=none\b/g, 'with --without-parent'],
  [/POST (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/completion\b/g, '`makima complete <task>`'],
  [/GET \/(?:\S*\/)?api\/v1\/mesh\/tasks\b(?!\/)/g, '`makima ls --all`'],
  [/GET \/(?:\S*\/)?api\/v1\/mesh\/info\b/g, '`makima info`'],
  [/GET \/(?:\S*\/)?api\/v1\/mesh\/webhooks\b(?!\/)/g, '`makima webhooks ls`'],
  [
    /PUT the task that has the budget with a larger one, or with null for none, and start again: with resume true it goes on where it was/g,
    '`makima budget <task>` raises it, or takes it away; then `makima start --resume <task>` has it go on where it was',
  ],
  [/DELETE (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/messages\/\{messageId\}/g, '`makima messages <task> --withdraw <id>`'],
  [/GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/messages\b/g, '`makima messages <task>`'],
  [/GET (?:\/api\/v1\/mesh)?\/tasks\/\{taskId\}\/approvals\b/g, '`makima approvals <task> --all`'],
  [/\bresume true\b/g, '--resume'],
  [/\bwithout resume\b/g, 'without --resume'],
  [/GET the task for its status/g, '`makima show <task>` says how it stands'],
  [/; \/docs shows the shape of every request/g, ''],
  [/as targetRepoPath the path of/g, 'with --target-repo the path of'],
];

/** What stands behind an error's words, where they do not say by which command one goes on. */
const nextSteps: Readonly<Record<string, string>> = {
  MERGE_CONFLICT:
    '`makima merge resolve <task> <file> ours|theirs|manual` for each, then `makima merge commit <task>`; or `makima merge abort <task>`.',
  CONFLICTS_LEFT: '`makima merge resolve <task> <file> ours|theirs|manual` does so.',
  MERGE_IN_PROGRESS: '`makima merge status <task>` shows it; `makima merge commit <task>` or `makima merge abort <task>` ends it.',
};

/**
 * An error of the daemon's in the words of somebody at a terminal.
 * @param message - what it said, with what to call
 */
export const inWordsOfCommands = (code: string, message: string): string => {
  const said = inCommands.reduce((text, [pattern, typed]) => text.replace(pattern, () => typed), message);
  const next = nextSteps[code];
  return next === undefined ? said : `${said}\n  ${next}`;
};
