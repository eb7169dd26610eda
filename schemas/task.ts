import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, described } from './common.ts';

export const taskStatuses = [
  'pending',
  'queued',
  'initializing',
  'starting',
  'running',
  'paused',
  'blocked',
  'done',
  'failed',
  'interrupted',
] as const;
export const TaskStatus = StringEnum(taskStatuses);
export type TaskStatus = Static<typeof TaskStatus>;

export const completionActions = ['none', 'branch', 'merge', 'pr'] as const;
export const CompletionAction = StringEnum(completionActions);
export type CompletionAction = Static<typeof CompletionAction>;

export const Usage = Type.Object(
  {
    inputTokens: Type.Integer({ description: 'Tokens that the model read, without those of the cache' }),
    outputTokens: Type.Integer({ description: 'Tokens that it wrote' }),
    cacheReadTokens: Type.Integer({ description: 'Tokens that it had from the cache' }),
    cacheWriteTokens: Type.Integer({ description: 'Tokens that went into the cache' }),
    costUsd: Type.Number({ description: 'In US dollars, as the agent says' }),
    turns: Type.Integer({ description: 'How many turns the agent took' }),
  },
  { description: 'What the agent used, over all runs of the task' },
);
export type Usage = Static<typeof Usage>;

export const Completion = Type.Object(
  {
    action: described(CompletionAction, 'What was asked for'),
    status: StringEnum(['running', 'succeeded', 'failed'] as const, { description: 'How far it is' }),
    message: Nullable(Type.String({ description: 'What was done, or why not' })),
    prUrl: Nullable(Type.String({ description: 'The address of the pull request' })),
    commitSha: Nullable(Type.String({ description: 'The commit that the branch is at' })),
    branch: Nullable(Type.String({ description: "The branch with the task's work" })),
  },
  { description: 'The result of the completion action' },
);
export type Completion = Static<typeof Completion>;

export const Warning = Type.Object(
  {
    code: Type.String({ description: 'Stable, such as SUBTASKS_UNATTENDED' }),
    message: Type.String({ description: 'What was found, and what to do' }),
  },
  { description: 'What somebody should look at' },
);
export type Warning = Static<typeof Warning>;

export const waitKinds = ['slot', 'dependency', 'subtasks', 'approval', 'limit'] as const;
export const WaitsFor = Type.Object(
  {
    kind: StringEnum(waitKinds, {
      description:
        'slot: for its turn; dependency: for tasks that it stands on; subtasks: its agent waits for their ends; approval: for an answer; limit: until its account may go on',
    }),
    taskIds: Type.Optional(Type.Array(Uuid, { description: 'Of dependency and subtasks: those that have not ended' })),
    approvalIds: Type.Optional(Type.Array(Uuid, { description: 'Of approval: what is to be decided' })),
    until: Type.Optional(Nullable(described(Timestamp, 'Of limit: when it is over; null where nobody knows'))),
    position: Type.Optional(Type.Integer({ minimum: 1, description: 'Of slot: its place among those of its depth; 1 starts next' })),
  },
  { description: 'Why it does not go on' },
);
export type WaitsFor = Static<typeof WaitsFor>;

export const budgetLimits = ['maxCostUsd', 'maxTokens', 'maxTurns', 'maxMinutes'] as const;
export const Budget = Type.Object(
  {
    maxCostUsd: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, description: 'In US dollars, as the agents say' })),
    maxTokens: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Tokens read and written, those of the cache too' }),
    ),
    maxTurns: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'Turns of agents' })),
    maxMinutes: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 10_000_000, description: 'Minutes in which its runs went on' })),
  },
  { additionalProperties: false, description: 'What the task and all below it may use, together' },
);
export type Budget = Static<typeof Budget>;

export const Task = Type.Object(
  {
    id: described(Uuid, 'Made by the daemon'),
    name: Type.String({ description: 'For people, and for the name of the branch' }),
    plan: Type.String({ description: 'What the agent is to do, in words' }),
    status: described(TaskStatus, 'Where it is in its life; done, failed and interrupted are final until it is started again'),
    waitsFor: Nullable(WaitsFor),
    isOrchestrator: Type.Boolean({ description: 'Whether it may have subtasks' }),
    parentTaskId: Nullable(described(Uuid, 'The orchestrator that it is below; null at the top of a tree')),
    depth: Type.Integer({ description: '0 is the top of a tree' }),
    agent: Type.String({ description: 'The name of its agent, as info lists them' }),
    model: Nullable(Type.String({ description: 'What the agent is asked to run with; null: its own default' })),
    effort: Nullable(Type.String({ description: 'How hard it is to think, as the agent names it; null: its own default' })),
    budget: Nullable(Budget),
    repositoryUrl: Nullable(Type.String({ description: 'What it works on: a path, a clone URL or new://name; null: a scratch directory' })),
    baseBranch: Nullable(Type.String({ description: 'The branch that its work begins at; null: the default one' })),
    targetBranch: Nullable(Type.String({ description: 'The branch that its completion is for; null: the default one of the target' })),
    targetRepoPath: Nullable(Type.String({ description: 'The repository on this machine that its work is brought into' })),
    completionAction: described(CompletionAction, 'What becomes of its work when it ends well'),
    continueFromTaskId: Nullable(described(Uuid, 'The task whose worktree it begins with')),
    copyFiles: Type.Array(Type.String(), { description: "Files and directories that it is given from its parent's worktree" }),
    dependsOn: Type.Array(Uuid, { description: 'Tasks that have to be done before it begins' }),
    priority: Type.Integer({ description: 'Higher starts first' }),
    overlayPath: Nullable(
      Type.String({ description: 'The absolute path of the worktree; null as long as there is none, and while its files are put away' }),
    ),
    branch: Nullable(Type.String({ description: 'Of its worktree' })),
    continuesBranch: Nullable(
      Type.String({
        description:
          'The branch of its source, or the pull request, that it goes on with, as it is found again; null: its branch is its own',
      }),
    ),
    baseCommit: Nullable(Type.String({ description: 'The commit that its work began at, and its diff is against' })),
    sessionId: Nullable(Type.String({ description: "The agent's own session id" })),
    progressSummary: Nullable(Type.String({ description: 'What it says of its progress, and of its end' })),
    errorMessage: Nullable(Type.String({ description: 'Why it failed or was interrupted, and what to do' })),
    warnings: Type.Array(Warning, { description: 'Of the last run, the first 50' }),
    exitCode: Nullable(Type.Integer({ description: 'Of the last run of its agent' })),
    usage: Nullable(Usage),
    completion: Nullable(Completion),
    createdAt: described(Timestamp, 'When it was made'),
    updatedAt: Type.String({
      format: 'date-time',
      description: 'When a field of it changed last; never earlier than that of a change before',
    }),
    queuedAt: Nullable(described(Timestamp, 'When it was started last')),
    startedAt: Nullable(described(Timestamp, 'When its last run began')),
    completedAt: Nullable(described(Timestamp, 'When its last run ended')),
  },
  { $id: 'Task', description: 'A plan for an agent, where it works, and what became of it' },
);
export type Task = Static<typeof Task>;

/** A task of a list, which may be asked for without plans: one can be two million characters long. */
export const ListedTask = Type.Object(
  { ...Task.properties, plan: Type.Optional(Type.String({ description: 'Left out with view=summary' })) },
  { $id: 'ListedTask', description: 'A task of a list, which may be without its plan' },
);
export type ListedTask = Static<typeof ListedTask>;
