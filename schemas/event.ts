import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid } from './common.ts';
import { MergeConflict } from './merge.ts';
import { Completion, TaskStatus, Usage } from './task.ts';

export const eventTypes = ['output', 'status', 'usage', 'merge', 'completion', 'tool-key', 'end'] as const;
export const EventType = StringEnum(eventTypes);
export type EventType = Static<typeof EventType>;

export const outputStreams = ['stdout', 'stderr', 'system', 'stdin'] as const;
export const OutputStream = StringEnum(outputStreams);
export type OutputStream = Static<typeof OutputStream>;

/** What differs from type to type, without the envelope. */
export const OutputPayload = Type.Object({
  type: Type.Literal('output'),
  stream: OutputStream,
  content: Type.String({ description: 'One line without its newline; bytes that are not UTF-8 are shown as U+FFFD' }),
  jsonType: Type.Optional(Type.String({ description: 'The type field, where the line is a JSON object' })),
  partial: Type.Optional(
    Type.Literal(true, { description: 'The line is longer than one event holds; it goes on in the next output event of this stream' }),
  ),
  base64: Type.Optional(Type.String({ description: 'The exact bytes, where the line is not UTF-8' })),
  level: Type.Optional(StringEnum(['info', 'warning', 'error'] as const, { description: 'Of a system line that is more than a notice' })),
});
/** One line of output. */
export type OutputPayload = Static<typeof OutputPayload>;
export const StatusPayload = Type.Object({
  type: Type.Literal('status'),
  from: TaskStatus,
  to: TaskStatus,
  reason: Type.Optional(Type.String()),
});
export const UsagePayload = Type.Object({ type: Type.Literal('usage'), usage: Usage });
export const CompletionPayload = Type.Object({ type: Type.Literal('completion'), completion: Completion });
export const ToolKeyPayload = Type.Object({
  type: Type.Literal('tool-key'),
  keyId: Uuid,
  action: StringEnum(['created', 'revoked'] as const),
  label: Nullable(Type.String()),
});
export const MergePayload = Type.Object({
  type: Type.Literal('merge'),
  action: StringEnum(['started', 'conflict', 'resolved', 'committed', 'aborted', 'skipped'] as const),
  subtaskId: Uuid,
  sourceBranch: Nullable(Type.String()),
  commitSha: Nullable(Type.String()),
  conflicts: Type.Array(Type.Object(MergeConflict.properties), {
    description: 'Of conflict: the files, the first 100 of them; of resolved: the file',
  }),
  conflictsLeft: Nullable(Type.Integer({ description: 'Of conflict and resolved: how many files have one' })),
  reason: Nullable(Type.String({ description: 'Why it was skipped, or undone by the daemon' })),
});
export type MergePayload = Static<typeof MergePayload>;
export const EndPayload = Type.Object({ type: Type.Literal('end'), status: TaskStatus });

export const EventPayload = Type.Union([
  OutputPayload,
  StatusPayload,
  UsagePayload,
  CompletionPayload,
  ToolKeyPayload,
  MergePayload,
  EndPayload,
]);
/** An event before it has its place in the log. */
export type EventPayload = Static<typeof EventPayload>;

const Envelope = Type.Object({
  id: Type.Integer({
    description: 'Grows over all tasks and restarts of this daemon; gaps mean nothing. The id of a stream has also the name of what it was counted in',
  }),
  taskId: Uuid,
  at: Timestamp,
});
/** `{id, taskId, type, at, …}`: one thing that happened to a task. */
export type TaskEvent = Static<typeof Envelope> & EventPayload;
export const TaskEvent = Type.Unsafe<TaskEvent>(Type.Intersect([Envelope, EventPayload], { $id: 'Event' }));
