import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Uuid, noNul, noOption, notBlank } from './common.ts';
import { CompletionAction } from './task.ts';

const Name = Type.String({ minLength: 1, maxLength: 300, pattern: notBlank });
const Plan = Type.String({ minLength: 1, maxLength: 2_000_000, pattern: notBlank });
const Priority = Type.Integer({ minimum: -1000, maximum: 1000, description: 'Higher starts first; 0 where left out' });
const Branch = Type.String({ minLength: 1, maxLength: 250, pattern: noNul });
/** Words for the agent's command line: what begins with a dash would be an option there. */
const AgentWord = (description: string) => Type.String({ minLength: 1, maxLength: 200, pattern: noOption, description });
const Model = AgentWord('A name or alias as the agent takes it');
const Effort = AgentWord('As the agent names it: claude has low, medium, high, xhigh and max');
const Summary = Type.String({ maxLength: 100_000, pattern: noNul });

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
    baseBranch: Type.Optional(Branch),
    targetBranch: Type.Optional(Branch),
    targetRepoPath: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, pattern: noNul })),
    completionAction: Type.Optional(CompletionAction),
    isOrchestrator: Type.Optional(Type.Boolean()),
    parentTaskId: Type.Optional(Uuid),
    continueFromTaskId: Type.Optional(Uuid),
    copyFiles: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 4096, pattern: noNul }), { maxItems: 1000 })),
    dependsOn: Type.Optional(Type.Array(Uuid, { maxItems: 100 })),
    priority: Type.Optional(Priority),
    agent: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: noNul })),
    model: Type.Optional(Model),
    effort: Type.Optional(Effort),
    start: Type.Optional(Type.Boolean({ description: 'Start it at once' })),
  },
  { $id: 'CreateTask', additionalProperties: false },
);
export type CreateTask = Static<typeof CreateTask>;

export const UpdateTask = Type.Object(
  {
    name: Type.Optional(Name),
    plan: Type.Optional(Plan),
    priority: Type.Optional(Priority),
    model: Type.Optional(Nullable(Model)),
    effort: Type.Optional(Nullable(Effort)),
    progressSummary: Type.Optional(Summary),
    status: Type.Optional(StringEnum(['done', 'completed'] as const)),
    force: Type.Optional(Type.Boolean({ description: 'Finish although work of subtasks is not integrated' })),
  },
  { $id: 'UpdateTask', additionalProperties: false, minProperties: 1 },
);
export type UpdateTask = Static<typeof UpdateTask>;

export const StartTask = Type.Object({}, { $id: 'StartTask', additionalProperties: false, description: 'Nothing is to be said yet' });

export const StopTask = Type.Object(
  {
    graceful: Type.Optional(Type.Boolean({ description: 'false leaves the interrupt out and terminates at once' })),
    subtasks: Type.Optional(StringEnum(['stop', 'keep'] as const)),
  },
  { $id: 'StopTask', additionalProperties: false },
);
export type StopTask = Static<typeof StopTask>;

export const SendMessage = Type.Object(
  { message: Type.String({ minLength: 1, maxLength: 1_000_000, pattern: notBlank }) },
  { $id: 'SendMessage', additionalProperties: false },
);
export type SendMessage = Static<typeof SendMessage>;

export const SiblingContext = Type.Object(
  { siblingTaskId: Uuid, summary: Type.Optional(Summary) },
  { $id: 'SiblingContext', additionalProperties: false },
);
export type SiblingContext = Static<typeof SiblingContext>;

export const CreateToolKey = Type.Object(
  { label: Type.Optional(Type.String({ maxLength: 200, pattern: noNul })), expiresAt: Type.Optional(Type.String({ format: 'date-time' })) },
  { $id: 'CreateToolKey', additionalProperties: false },
);
export type CreateToolKey = Static<typeof CreateToolKey>;

export const CloneWorktree = Type.Object(
  { targetDir: Type.String({ minLength: 1, maxLength: 4096, pattern: noNul }) },
  { $id: 'CloneWorktree', additionalProperties: false },
);
export type CloneWorktree = Static<typeof CloneWorktree>;
