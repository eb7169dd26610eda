import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, described, ref } from './common.ts';
import { OutputPayload } from './event.ts';
import { ListedTask, Task } from './task.ts';

export const TaskPage = Type.Object(
  {
    items: Type.Array(ref(ListedTask), { description: 'Newest first' }),
    nextCursor: Nullable(Type.String({ description: 'The cursor of the next page; null: this is the last' })),
  },
  { $id: 'TaskPage', description: 'A page of tasks' },
);
export type TaskPage = Static<typeof TaskPage>;

/** A task and everything below it. */
export const TaskTree = Type.Object(
  { ...Task.properties, subtasks: Type.Array(Type.Unsafe<unknown>({ $ref: 'TaskTree#' }), { description: 'Oldest first' }) },
  { $id: 'TaskTree', description: 'A task with everything below it' },
);

/** An output event with its envelope, flat: the serializer needs no union for it. */
export const OutputEvent = Type.Object(
  {
    id: Type.Integer({ description: 'Of the event; grows' }),
    taskId: described(Uuid, 'Whose output it is'),
    at: described(Timestamp, 'When the line was read'),
    ...OutputPayload.properties,
  },
  { $id: 'OutputEvent', description: 'One line of output' },
);

export const OutputPage = Type.Object(
  {
    items: Type.Array(ref(OutputEvent), { description: 'In their order' }),
    nextCursor: Nullable(Type.String({ description: 'What after is for the next page; null: there is no more so far' })),
  },
  { $id: 'OutputPage', description: 'A page of output' },
);

export const Delivered = Type.Object(
  {
    id: described(Uuid, 'Of the message'),
    delivered: Type.Boolean({ description: 'Whether the agent has it already; false: it is kept and follows' }),
  },
  { $id: 'Delivered', description: 'What became of a message' },
);

export const Health = Type.Object(
  { status: StringEnum(['ok'] as const, { description: 'ok' }) },
  { $id: 'Health', description: 'All is well' },
);
