import { Type, type Static } from '@sinclair/typebox';
import { ApprovalStatus } from './approval.ts';
import { StringEnum, Uuid, described, eventPlacePattern, noNul, uuidPattern } from './common.ts';
import { eventTypes } from './event.ts';
import { taskStatuses } from './task.ts';

const TaskId = described(Uuid, 'Of the task');
export const TaskParams = Type.Object({ taskId: TaskId });
export const ToolKeyParams = Type.Object({ taskId: TaskId, keyId: described(Uuid, 'Of the key') });
export const MessageParams = Type.Object({ taskId: TaskId, messageId: described(Uuid, 'Of the message') });
export const WebhookParams = Type.Object({ webhookId: described(Uuid, 'Of the webhook') });

/** A number in JSON, as generated clients have the ids of events; in an address it is text in any case. */
const EventPlace = Type.Union(
  [Type.String({ pattern: eventPlacePattern }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  {
    description:
      'The id of an event, alone or as a stream tells it, with the name of what it was counted in (120-k3f9x2ab): what comes after it is sent. One whose name says that it was counted elsewhere is 410 EVENTS_GONE',
  },
);

export const ApprovalParams = Type.Object({ taskId: TaskId, approvalId: described(Uuid, 'Of the approval') });

export const ApprovalsQuery = Type.Object(
  {
    status: Type.Optional(Type.Array(ApprovalStatus, { maxItems: 20, description: 'Repeated for several; all where left out' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'The newest so many; 100 where left out' })),
  },
  { additionalProperties: false },
);

export const ListTasksQuery = Type.Object(
  {
    status: Type.Optional(
      Type.Array(StringEnum([...taskStatuses, 'completed'] as const), {
        maxItems: 20,
        description: 'Repeated for several; completed is read as done',
      }),
    ),
    parentTaskId: Type.Optional(
      Type.String({ pattern: `${uuidPattern}|^none$`, description: 'A task: those right below it. none: those at the top of a tree' }),
    ),
    updatedSince: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'Those that changed then or later: a poll gives the latest updatedAt that it has seen',
      }),
    ),
    view: Type.Optional(StringEnum(['full', 'summary'] as const, { description: 'summary: without the plans; full where left out' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '50 where left out' })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, pattern: noNul, description: 'nextCursor of the page before' })),
  },
  { additionalProperties: false },
);

export const DeleteTaskQuery = Type.Object(
  { worktree: Type.Optional(StringEnum(['keep', 'delete'] as const, { description: 'keep leaves the directory where it is' })) },
  { additionalProperties: false },
);

export const RestoreQuery = Type.Object(
  {
    parentTaskId: Type.Optional(
      StringEnum(['none'] as const, { description: 'none: a subtask whose parent was deleted, too, comes back as a task of its own' }),
    ),
  },
  { additionalProperties: false },
);

export const WaitQuery = Type.Object(
  {
    until: Type.Optional(
      StringEnum(['terminal', 'end'] as const, {
        description: 'terminal where left out: the status is final. end: the completion action is over too, and the log complete',
      }),
    ),
    timeout: Type.Optional(
      Type.Number({ minimum: 0, maximum: 3600, description: 'Seconds, 30 where left out; the task is answered as it then is' }),
    ),
  },
  { additionalProperties: false },
);

/** Types of events with commas between. */
export const eventTypesPattern = `^(?:${eventTypes.join('|')})(?:,(?:${eventTypes.join('|')}))*$`;

const eventsQuery = {
  after: Type.Optional(EventPlace),
  types: Type.Optional(
    Type.String({
      pattern: eventTypesPattern,
      maxLength: 200,
      description: `Comma-separated, of ${eventTypes.join(', ')}. Where left out, all but those that are made for who asks for them: task, activity`,
    }),
  ),
  view: Type.Optional(
    StringEnum(['full', 'summary'] as const, { description: 'Of task events. summary: without the plans; full where left out' }),
  ),
};

/** Of one task. */
export const TaskEventsQuery = Type.Object(eventsQuery, { additionalProperties: false });

/** Of all tasks. */
export const EventsQuery = Type.Object(
  {
    ...eventsQuery,
    snapshot: Type.Optional(
      Type.Boolean({ description: 'First a task event for each task, then one after each change of one, beside what types asks for' }),
    ),
  },
  { additionalProperties: false },
);

export const EventsHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: eventPlacePattern,
      description: 'The id of the last event of the stream before, as it was sent; wins over after',
    }),
  ),
});

export const OutputQuery = Type.Object(
  {
    after: Type.Optional(EventPlace),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Of a JSON page, 100 where left out; with tail as many as that, up to 1000' }),
    ),
    tail: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: 'The last so many events of output, of those after `after`; with follow, then what comes',
      }),
    ),
    follow: Type.Optional(Type.Boolean({ description: 'Of the streamed forms: go on with what comes, until the task has ended' })),
  },
  { additionalProperties: false },
);

export const TargetQuery = Type.Object(
  { targetDir: Type.String({ minLength: 1, maxLength: 4096, pattern: noNul, description: 'A path on this machine; ~ is the home' }) },
  { additionalProperties: false },
);

export const printablePattern = '^[\\x20-\\x7e]+$';

/** RFC-draft `Idempotency-Key`: printable ASCII, so that it can stand in a log as it is. */
export const CreateTaskHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: printablePattern,
      description: 'A repeat with the same key is answered with the first task',
    }),
  ),
});

/** RFC 9110: the ETag of an answer that the caller has. */
export const KnownAnswer = Type.Object({
  'if-none-match': Type.Optional(Type.String({ description: 'The ETag of an answer before: 304 where it is still true' })),
});

export type ListTasksQuery = Static<typeof ListTasksQuery>;
