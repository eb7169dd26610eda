import { Type, type Static } from '@sinclair/typebox';
import { ApprovalStatus, approvalDeciders, approvalKinds } from './approval.ts';
import { Nullable, StringEnum, Timestamp, Uuid, described, ref } from './common.ts';
import { MergeConflict } from './merge.ts';
import { MessageKind } from './message.ts';
import { budgetLimits, Completion, ListedTask, TaskStatus, Usage } from './task.ts';

/** What is in the log of a task. */
export const loggedTypes = [
  'output',
  'status',
  'usage',
  'budget',
  'merge',
  'completion',
  'tool-key',
  'message',
  'approval',
  'silence',
  'limit',
  'end',
] as const;
export const LoggedType = StringEnum(loggedTypes);
export type LoggedType = Static<typeof LoggedType>;
/** Those are sent unasked; the others are made for who asks for them. */
export const eventTypes = [...loggedTypes, 'task', 'activity'] as const;
export const EventType = StringEnum(eventTypes);
export type EventType = Static<typeof EventType>;

export const outputStreams = ['stdout', 'stderr', 'system', 'stdin'] as const;
export const OutputStream = StringEnum(outputStreams);
export type OutputStream = Static<typeof OutputStream>;

/** What differs from type to type, without the envelope. */
export const OutputPayload = Type.Object({
  type: Type.Literal('output'),
  stream: described(OutputStream, 'stdout and stderr of the agent, system of makima, stdin: what the agent was told'),
  content: Type.String({ description: 'One line without its newline; bytes that are not UTF-8 are shown as U+FFFD' }),
  jsonType: Type.Optional(Type.String({ description: 'The type field, where the line is a JSON object' })),
  partial: Type.Optional(
    Type.Literal(true, { description: 'The line is longer than one event holds; it goes on in the next output event of this stream' }),
  ),
  replayed: Type.Optional(
    Type.Literal(true, {
      description: 'By the line, or the one that ends here, the agent tells again what was in an earlier run of its session',
    }),
  ),
  base64: Type.Optional(Type.String({ description: 'The exact bytes, where the line is not UTF-8' })),
  level: Type.Optional(StringEnum(['info', 'warning', 'error'] as const, { description: 'Of a system line that is more than a notice' })),
});
/** One line of output. */
export type OutputPayload = Static<typeof OutputPayload>;
export const StatusPayload = Type.Object({
  type: Type.Literal('status'),
  from: described(TaskStatus, 'Before'),
  to: described(TaskStatus, 'After'),
  reason: Type.Optional(Type.String({ description: 'Why, where there is more to say' })),
});
export const UsagePayload = Type.Object({ type: Type.Literal('usage'), usage: Usage });
export const BudgetPayload = Type.Object({
  type: Type.Literal('budget'),
  budgetTaskId: described(Uuid, 'The task whose budget it is; what was used is of all at and below it'),
  limit: StringEnum(budgetLimits, { description: 'Which of its limits' }),
  percent: Type.Integer({
    description: 'How much of the limit is used up, at the least: 80 is a warning; at 100 every task under the budget ends with its turn',
  }),
  used: Type.Number({ description: 'What was used by then' }),
  max: Type.Number({ description: 'The limit' }),
});
export type BudgetPayload = Static<typeof BudgetPayload>;
export const CompletionPayload = Type.Object({ type: Type.Literal('completion'), completion: Completion });
export const ToolKeyPayload = Type.Object({
  type: Type.Literal('tool-key'),
  keyId: described(Uuid, 'Of the key'),
  action: StringEnum(['created', 'revoked'] as const, { description: 'What was done' }),
  label: Nullable(Type.String({ description: 'What it is for' })),
});
export const MergePayload = Type.Object({
  type: Type.Literal('merge'),
  action: StringEnum(['started', 'conflict', 'resolved', 'committed', 'aborted', 'skipped'] as const, { description: 'What was done' }),
  subtaskId: described(Uuid, 'Whose work is merged'),
  sourceBranch: Nullable(Type.String({ description: 'The branch that is merged' })),
  commitSha: Nullable(Type.String({ description: 'Of committed: the commit' })),
  conflicts: Type.Array(Type.Object(MergeConflict.properties), {
    description: 'Of conflict: the files, the first 100 of them; of resolved: the file',
  }),
  conflictsLeft: Nullable(Type.Integer({ description: 'Of conflict and resolved: how many files have one' })),
  reason: Nullable(Type.String({ description: 'Why it was skipped, or undone by the daemon' })),
});
export type MergePayload = Static<typeof MergePayload>;
export const ApprovalPayload = Type.Object({
  type: Type.Literal('approval'),
  approvalId: described(Uuid, 'By which it is read and decided'),
  kind: StringEnum(approvalKinds, { description: 'tool: whether it may use one; question: what its user thinks' }),
  tool: Type.String({ description: 'As the agent calls it' }),
  what: Nullable(Type.String({ description: 'What it would do with the tool, or asks, in a line' })),
  status: described(ApprovalStatus, 'pending: it is asked now; else what became of it'),
  decidedBy: Nullable(StringEnum(approvalDeciders, { description: 'Who decided; null: nobody has' })),
});
export type ApprovalPayload = Static<typeof ApprovalPayload>;
export const MessagePayload = Type.Object({
  type: Type.Literal('message'),
  messageId: described(Uuid, 'Of the message'),
  action: StringEnum(['queued', 'delivered', 'withdrawn'] as const, {
    description: 'What became of it; queued again where the run that was given it ended and its agent did not have it',
  }),
  kind: described(MessageKind, 'What it is'),
});
export const silenceReasons = ['start', 'turn', 'after-result'] as const;
export type SilenceReason = (typeof silenceReasons)[number];
export const SilencePayload = Type.Object({
  type: Type.Literal('silence'),
  reason: StringEnum(silenceReasons, {
    description:
      'start: its session has not begun; turn: in a turn; after-result: it does not answer what it was told since, does not end, or its work in the background says nothing',
  }),
  since: described(Timestamp, 'When it was heard of last'),
  message: Type.String({ description: 'How long, and what it is likely to be at' }),
  interrupts: Type.Optional(Type.Literal(true, { description: 'It is interrupted for it, and ended where it does not give up' })),
});
export type SilencePayload = Static<typeof SilencePayload>;
export const LimitPayload = Type.Object({
  type: Type.Literal('limit'),
  action: StringEnum(['reached', 'parked', 'lifted'] as const, {
    description: 'reached: its account came to a limit; parked: the task waits for its end; lifted: it goes on',
  }),
  agent: Type.String({ description: 'Whose account it is' }),
  until: Nullable(described(Timestamp, 'When it is over; null where nobody knows, and of lifted')),
});
export type LimitPayload = Static<typeof LimitPayload>;
export const EndPayload = Type.Object({ type: Type.Literal('end'), status: described(TaskStatus, 'How it ended') });

export const EventPayload = Type.Union([
  OutputPayload,
  StatusPayload,
  UsagePayload,
  BudgetPayload,
  CompletionPayload,
  ToolKeyPayload,
  MergePayload,
  ApprovalPayload,
  MessagePayload,
  SilencePayload,
  LimitPayload,
  EndPayload,
]);
/** An event before it has its place in the log. */
export type EventPayload = Static<typeof EventPayload>;

/** Not in a log: made of the task's row, where a reader wants it. */
export const TaskPayload = Type.Object({
  type: Type.Literal('task'),
  task: Type.Optional(ref(ListedTask)),
  deleted: Type.Optional(Type.Literal(true, { description: 'The task is no more; in the place of the task' })),
});
export type TaskPayload = Static<typeof TaskPayload>;

export const activityKinds = ['text', 'thinking', 'tool', 'tool-result', 'plan', 'error'] as const;
/** Not in a log: made of a line of the agent's output, where a reader wants it. */
export const ActivityPayload = Type.Object({
  type: Type.Literal('activity'),
  kind: StringEnum(activityKinds, { description: 'plan: what it means to do, also where it tells that by a tool' }),
  text: Nullable(Type.String({ description: 'What is said; of a result what came out; of a plan its steps, a line each' })),
  tool: Nullable(
    Type.Object(
      {
        name: Type.String({ description: 'As the agent calls it' }),
        input: Type.Object({}, { additionalProperties: true, description: 'What it was given' }),
      },
      { description: 'Of a tool, and of a plan that is told by one' },
    ),
  ),
  callId: Nullable(Type.String({ description: "The agent's own name of a call: a tool and its result have the same" })),
  parentCallId: Nullable(Type.String({ description: 'Of what a subagent does: the call of a tool by which it was asked to' })),
  isError: Type.Boolean({ description: 'Of a result: the tool failed, or was not let' }),
  isContinued: Type.Optional(
    Type.Boolean({
      description:
        'Of a text that comes in pieces, word by word: true where it goes on right where that of the activity before it in this task ends, false where it begins one',
    }),
  ),
  isCut: Type.Optional(Type.Literal(true, { description: 'The text or the input is longer; the line of output has all of it' })),
  part: Type.Integer({ description: 'Which it is of those that its line makes, from 1; the id is that of the line' }),
});
export type ActivityPayload = Static<typeof ActivityPayload>;

const Envelope = Type.Object({
  id: Type.Integer({
    description:
      'Grows over all tasks and restarts of this daemon; gaps mean nothing. The id of a stream has also the name of what it was counted in',
  }),
  taskId: described(Uuid, 'The task that it happened to'),
  at: described(Timestamp, 'When'),
});
/** `{id, taskId, type, at, …}`: one thing that happened to a task. */
export type TaskEvent = Static<typeof Envelope> & (EventPayload | TaskPayload | ActivityPayload);
export const TaskEvent = Type.Unsafe<TaskEvent>(
  Type.Intersect([Envelope, Type.Union([...EventPayload.anyOf, TaskPayload, ActivityPayload])], {
    $id: 'Event',
    description: 'One thing that happened to a task',
  }),
);

/** The end of a snapshot in a stream over all tasks. */
export const SnapshotEnd = Type.Object(
  {
    type: Type.Literal('snapshot'),
    id: Type.Integer({ description: 'Of the latest event before it' }),
    at: described(Timestamp, 'When it was sent'),
    tasks: Type.Integer({
      description: 'How many task events it had, which are the last right before it: what a reader knows beside them was deleted',
    }),
  },
  { $id: 'SnapshotEnd', description: 'The end of a snapshot in a stream over all tasks' },
);
export type SnapshotEnd = Static<typeof SnapshotEnd>;

/** What the stream ends with where a reader comes too late. It has no id. */
export const Gap = Type.Object(
  {
    type: Type.Literal('gap'),
    code: Type.Literal('EVENTS_GONE'),
    message: Type.String({ description: 'What happened and what to do next' }),
    trimmedThrough: Type.Integer({ description: 'The id up to which events are gone' }),
  },
  { $id: 'Gap', additionalProperties: true, description: 'What a stream ends with where a reader comes too late' },
);

/** What a log gives a reader, or is made for it. */
export type StreamEvent = TaskEvent | SnapshotEnd;
/** The data of one server-sent event. */
export const StreamEvent = Type.Unsafe<StreamEvent | Static<typeof Gap>>(
  Type.Union([ref(TaskEvent), ref(SnapshotEnd), ref(Gap)], { $id: 'StreamEvent', description: 'The data of one server-sent event' }),
);
