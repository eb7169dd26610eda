import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid } from './common.ts';

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
    inputTokens: Type.Integer(),
    outputTokens: Type.Integer(),
    cacheReadTokens: Type.Integer(),
    cacheWriteTokens: Type.Integer(),
    costUsd: Type.Number(),
    turns: Type.Integer(),
  },
  { description: 'What the agent used, over all runs of the task' },
);
export type Usage = Static<typeof Usage>;

export const Completion = Type.Object(
  {
    action: CompletionAction,
    status: StringEnum(['running', 'succeeded', 'failed'] as const),
    message: Nullable(Type.String()),
    prUrl: Nullable(Type.String()),
    commitSha: Nullable(Type.String()),
    branch: Nullable(Type.String()),
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

export const Task = Type.Object(
  {
    id: Uuid,
    name: Type.String(),
    plan: Type.String(),
    status: TaskStatus,
    isOrchestrator: Type.Boolean(),
    parentTaskId: Nullable(Uuid),
    depth: Type.Integer({ description: '0 is the top of a tree' }),
    agent: Type.String(),
    model: Nullable(Type.String({ description: 'What the agent is asked to run with; null: its own default' })),
    effort: Nullable(Type.String({ description: 'How hard it is to think, as the agent names it; null: its own default' })),
    repositoryUrl: Nullable(Type.String()),
    baseBranch: Nullable(Type.String()),
    targetBranch: Nullable(Type.String()),
    targetRepoPath: Nullable(Type.String()),
    completionAction: CompletionAction,
    continueFromTaskId: Nullable(Uuid),
    copyFiles: Type.Array(Type.String()),
    dependsOn: Type.Array(Uuid),
    priority: Type.Integer(),
    overlayPath: Nullable(Type.String({ description: 'The absolute path of the worktree' })),
    branch: Nullable(Type.String()),
    baseCommit: Nullable(Type.String()),
    sessionId: Nullable(Type.String({ description: "The agent's own session id" })),
    progressSummary: Nullable(Type.String()),
    errorMessage: Nullable(Type.String()),
    warnings: Type.Array(Warning, { description: 'Of the last run, the first 50' }),
    exitCode: Nullable(Type.Integer()),
    usage: Nullable(Usage),
    completion: Nullable(Completion),
    createdAt: Timestamp,
    updatedAt: Type.String({
      format: 'date-time',
      description: 'When a field of it changed last; never earlier than that of a change before',
    }),
    queuedAt: Nullable(Timestamp),
    startedAt: Nullable(Timestamp),
    completedAt: Nullable(Timestamp),
  },
  { $id: 'Task' },
);
export type Task = Static<typeof Task>;

/** A task of a list, which may be asked for without plans: one can be two million characters long. */
export const ListedTask = Type.Object(
  { ...Task.properties, plan: Type.Optional(Type.String({ description: 'Left out with view=summary' })) },
  { $id: 'ListedTask' },
);
export type ListedTask = Static<typeof ListedTask>;
