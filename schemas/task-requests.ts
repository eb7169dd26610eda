import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Uuid, described, noNul, noOption, notBlank } from './common.ts';
import { Budget, CompletionAction } from './task.ts';

const Name = Type.String({ minLength: 1, maxLength: 300, pattern: notBlank, description: 'For people, and for the name of the branch' });
const Plan = Type.String({ minLength: 1, maxLength: 2_000_000, pattern: notBlank, description: 'What the agent is to do, in words' });
const Priority = Type.Integer({ minimum: -1000, maximum: 1000, description: 'Higher starts first; 0 where left out' });
const Branch = Type.String({ minLength: 1, maxLength: 250, pattern: noNul });
/** Words for the agent's command line: what begins with a dash would be an option there. */
const AgentWord = (description: string) => Type.String({ minLength: 1, maxLength: 200, pattern: noOption, description });
const Model = AgentWord('A name or alias as the agent takes it');
const Effort = AgentWord('As the agent names it: claude has low, medium, high, xhigh and max');
const Summary = (description: string) => Type.String({ maxLength: 100_000, pattern: noNul, description });

const DependsOn = Type.Array(Uuid, {
  maxItems: 100,
  description: 'Tasks that have to be done, completion action and all, before it begins; one that fails, is stopped or deleted fails it',
});

export const CreateTask = Type.Object(
  {
    name: Name,
    plan: Plan,
    repositoryUrl: Type.Optional(
      Type.String({
        maxLength: 4096,
        pattern: noNul,
        description: 'A path (~ is the home), a clone URL, new:// or new://name; left out: a scratch directory',
      }),
    ),
    baseBranch: Type.Optional(described(Branch, 'Where the work begins; the default branch where left out')),
    branch: Type.Optional(
      described(
        Branch,
        'A branch of the repository to go on with, in place of a new one: its name, or a pull request at its origin by number (#7) or address. The work begins at its tip, and the completion action brings that branch forward',
      ),
    ),
    targetBranch: Type.Optional(described(Branch, 'What the completion action is for; the default branch of the target where left out')),
    targetRepoPath: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        pattern: noNul,
        description: 'The repository on this machine that the completion action acts on; repositoryUrl where left out',
      }),
    ),
    completionAction: Type.Optional(described(CompletionAction, 'What becomes of the work when the task ends well; not of a subtask')),
    isOrchestrator: Type.Optional(Type.Boolean({ description: 'Whether it may have subtasks, and its agent gets .makima/orchestrate.sh' })),
    parentTaskId: Type.Optional(described(Uuid, 'The orchestrator that it is a subtask of')),
    continueFromTaskId: Type.Optional(
      described(Uuid, 'A task whose worktree it begins with, uncommitted files too; one that has not ended is waited for'),
    ),
    copyFiles: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 4096, pattern: noNul }), {
        maxItems: 1000,
        description: "Of a subtask: files and directories of its parent's worktree that it is given, uncommitted ones too",
      }),
    ),
    dependsOn: Type.Optional(DependsOn),
    priority: Type.Optional(Priority),
    agent: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: noNul, description: 'By its name, as info lists them' })),
    model: Type.Optional(Model),
    effort: Type.Optional(Effort),
    budget: Type.Optional(described(Budget, 'What it and all below it may use, together; no limit where left out')),
    start: Type.Optional(Type.Boolean({ description: 'Start it at once' })),
  },
  { $id: 'CreateTask', additionalProperties: false, description: 'A task to be made' },
);
export type CreateTask = Static<typeof CreateTask>;

export const UpdateTask = Type.Object(
  {
    name: Type.Optional(Name),
    plan: Type.Optional(Plan),
    priority: Type.Optional(Priority),
    dependsOn: Type.Optional(DependsOn),
    model: Type.Optional(Nullable(Model)),
    effort: Type.Optional(Nullable(Effort)),
    budget: Type.Optional(Nullable(described(Budget, 'In the place of the one before, at any time; null: no limit'))),
    progressSummary: Type.Optional(Summary('How far it is, or what came of it')),
    status: Type.Optional(StringEnum(['done', 'completed'] as const, { description: 'done finishes the task; completed is read as done' })),
    force: Type.Optional(Type.Boolean({ description: 'Finish although work of subtasks is not integrated' })),
  },
  { $id: 'UpdateTask', additionalProperties: false, minProperties: 1, description: 'What of a task is to be another' },
);
export type UpdateTask = Static<typeof UpdateTask>;

const Message = (description: string) => Type.String({ minLength: 1, maxLength: 1_000_000, pattern: notBlank, description });

export const StartTask = Type.Object(
  {
    resume: Type.Optional(
      Type.Boolean({
        description: 'Of a task that has ended: go on with the session of its agent, instead of beginning again with the plan',
      }),
    ),
    message: Type.Optional(Message('What the agent is told, after the plan where it begins anew')),
  },
  { $id: 'StartTask', additionalProperties: false, description: 'How the run begins' },
);
export type StartTask = Static<typeof StartTask>;

export const StopTask = Type.Object(
  {
    graceful: Type.Optional(Type.Boolean({ description: 'false leaves the interrupt out and terminates at once' })),
    subtasks: Type.Optional(
      StringEnum(['stop', 'keep'] as const, { description: 'Whether the subtasks stop with it; MAKIMA_KEEP_SUBTASKS where left out' }),
    ),
  },
  { $id: 'StopTask', additionalProperties: false, description: 'How a task is stopped' },
);
export type StopTask = Static<typeof StopTask>;

export const SendMessage = Type.Object(
  {
    message: Message('In words, as the plan is'),
    resume: Type.Optional(Type.Boolean({ description: 'A task that has ended goes on for it, with the session of its agent' })),
  },
  { $id: 'SendMessage', additionalProperties: false, description: 'What the agent is told' },
);
export type SendMessage = Static<typeof SendMessage>;

export const SiblingContext = Type.Object(
  {
    siblingTaskId: described(
      Uuid,
      'Another task of its tree that is not above it, or, of a task at the top, another one at the top of the same repository',
    ),
    summary: Type.Optional(Summary('What it did; its own summary where left out')),
  },
  { $id: 'SiblingContext', additionalProperties: false, description: 'What a sibling did' },
);
export type SiblingContext = Static<typeof SiblingContext>;

export const CreateToolKey = Type.Object(
  {
    label: Type.Optional(Type.String({ maxLength: 200, pattern: noNul, description: 'What it is for' })),
    expiresAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'Until when it is to open anything; as long as the task where left out' }),
    ),
  },
  { $id: 'CreateToolKey', additionalProperties: false, description: 'A tool key to be made' },
);
export type CreateToolKey = Static<typeof CreateToolKey>;

export const CloneWorktree = Type.Object(
  {
    targetDir: Type.String({
      minLength: 1,
      maxLength: 4096,
      pattern: noNul,
      description: 'Where to; ~ is the home, and nothing may be there yet',
    }),
  },
  { $id: 'CloneWorktree', additionalProperties: false, description: 'A copy of a worktree to be made' },
);
export type CloneWorktree = Static<typeof CloneWorktree>;
