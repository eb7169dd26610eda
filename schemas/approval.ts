import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, described, noNul } from './common.ts';

export const approvalKinds = ['tool', 'question'] as const;
export const approvalStatuses = ['pending', 'allowed', 'denied', 'withdrawn', 'expired'] as const;
export const ApprovalStatus = StringEnum(approvalStatuses);
export type ApprovalStatus = Static<typeof ApprovalStatus>;
export const approvalDeciders = ['owner', 'orchestrator', 'remembered', 'makima'] as const;
export const rememberScopes = ['task', 'tree'] as const;

export const ApprovalQuestion = Type.Object(
  {
    question: Type.String({ description: 'In words; answers name it by them' }),
    header: Nullable(Type.String({ description: 'What it is about, in a word' })),
    options: Type.Array(
      Type.Object({
        label: Type.String({ description: 'What is answered with it' }),
        description: Nullable(Type.String({ description: 'What it means' })),
      }),
      { description: 'What the agent thinks of; any other words are an answer too' },
    ),
    multiSelect: Type.Boolean({ description: 'Whether several may be chosen: their labels with commas between' }),
  },
  { description: 'What an agent asks its user' },
);
export type ApprovalQuestion = Static<typeof ApprovalQuestion>;

export const ApprovalRule = Type.Object(
  {
    tool: Type.String({ description: 'Which tool' }),
    rule: Nullable(Type.String({ description: 'For which inputs, as the agent writes it, such as git add *; null: for this very input' })),
  },
  { description: 'What is decided once and for all with remember' },
);
export type ApprovalRule = Static<typeof ApprovalRule>;

const FreeObject = (description: string) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true, description });
const Answers = (description: string) =>
  Type.Unsafe<Readonly<Record<string, string>>>({ type: 'object', additionalProperties: { type: 'string' }, description });

export const Approval = Type.Object(
  {
    id: described(Uuid, 'By which it is decided'),
    taskId: described(Uuid, 'Whose agent asks'),
    kind: StringEnum(approvalKinds, { description: 'tool: whether it may use one; question: what its user thinks' }),
    tool: Type.String({ description: 'As the agent calls it' }),
    input: FreeObject('What the tool would be given'),
    questions: Nullable(Type.Array(ApprovalQuestion, { description: 'Of a question: what is asked; null of a tool' })),
    suggestions: Type.Array(ApprovalRule, { description: 'What remember decides with it; empty: it can only be decided by itself' }),
    status: described(
      ApprovalStatus,
      'pending: the agent waits; withdrawn: it does no more, or has ended; expired: nobody has decided in time, and it was told no',
    ),
    message: Nullable(
      Type.String({ description: 'Of a no: what the agent was told; of a yes: the words that came with it, which it has as a message' }),
    ),
    answers: Nullable(Answers('To its questions, by the question')),
    updatedInput: Nullable(FreeObject('What the tool was given in the place of its input')),
    remember: Nullable(StringEnum(rememberScopes, { description: 'For what else it was decided' })),
    createdAt: described(Timestamp, 'When it was asked'),
    decidedAt: Nullable(described(Timestamp, 'When it was decided, withdrawn or expired')),
    decidedBy: Nullable(
      StringEnum(approvalDeciders, {
        description: 'owner; orchestrator: the key of a task above; remembered: an earlier decision; makima: its settings, or its bounds',
      }),
    ),
  },
  { $id: 'Approval', description: 'What an agent asks, and what was decided' },
);
export type Approval = Static<typeof Approval>;

/** Beyond it an agent would have to read more than its own tools give it. */
export const maxAnswerLength = 10_000;

export const DecideApproval = Type.Object(
  {
    decision: StringEnum(['allow', 'deny'] as const, { description: 'Of a question, allow is that it is answered' }),
    message: Type.Optional(
      Type.String({
        maxLength: 100_000,
        pattern: noNul,
        description:
          'Of a no: why, in words for the agent. Of a question: the answer to what answers does not answer. Of a tool: told the agent with the yes',
      }),
    ),
    updatedInput: Type.Optional(
      Type.Unsafe<Record<string, unknown>>({
        type: 'object',
        additionalProperties: true,
        description: 'Of a tool that is allowed: what it is given in the place of its input, as a whole',
      }),
    ),
    answers: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        maxProperties: 20,
        additionalProperties: { type: 'string', minLength: 1, maxLength: maxAnswerLength, pattern: noNul },
        description:
          'To questions, by the question, its header or its number from 1: a label of its options, several with commas, or any words',
      }),
    ),
    remember: Type.Optional(
      StringEnum(rememberScopes, {
        description:
          'Decide what suggestions name in the same way from now on: of this task, or of its whole tree; for an orchestrator of all below it',
      }),
    ),
  },
  { $id: 'DecideApproval', additionalProperties: false, description: 'What an agent is answered' },
);
export type DecideApproval = Static<typeof DecideApproval>;
