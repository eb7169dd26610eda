import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, ref } from './common.ts';
import { OutputPayload } from './event.ts';
import { ListedTask, Task } from './task.ts';

export const TaskPage = Type.Object({ items: Type.Array(ref(ListedTask)), nextCursor: Nullable(Type.String()) }, { $id: 'TaskPage' });
export type TaskPage = Static<typeof TaskPage>;

/** A task and everything below it. */
export const TaskTree = Type.Object(
  { ...Task.properties, subtasks: Type.Array(Type.Unsafe<unknown>({ $ref: 'TaskTree#' })) },
  { $id: 'TaskTree' },
);

/** An output event with its envelope, flat: the serializer needs no union for it. */
export const OutputEvent = Type.Object(
  { id: Type.Integer(), taskId: Uuid, at: Timestamp, ...OutputPayload.properties },
  { $id: 'OutputEvent' },
);

export const OutputPage = Type.Object({ items: Type.Array(ref(OutputEvent)), nextCursor: Nullable(Type.String()) }, { $id: 'OutputPage' });

export const Delivered = Type.Object(
  { delivered: Type.Boolean({ description: 'Whether the agent has it already; false: it is kept and follows' }) },
  { $id: 'Delivered' },
);

export const Health = Type.Object({ status: StringEnum(['ok'] as const) }, { $id: 'Health' });
