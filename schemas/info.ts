import { Type, type Static } from '@sinclair/typebox';
import { Nullable } from './common.ts';

export const Info = Type.Object(
  {
    id: Type.String({ description: 'Of this daemon; made on its first start' }),
    version: Type.String(),
    home: Type.String(),
    startedAt: Type.String({ format: 'date-time' }),
    agents: Type.Array(
      Type.Object({
        name: Type.String(),
        command: Type.String(),
        path: Nullable(Type.String()),
        version: Nullable(Type.String()),
        problem: Nullable(
          Type.String({
            description:
              'Why it cannot be used, or is not signed in, and how to get there. Where it was not signed in it is asked again after a minute, else after ten',
          }),
        ),
      }),
    ),
    limits: Type.Record(Type.String(), Type.Number()),
    disk: Type.Object(
      { freeBytes: Type.Integer(), totalBytes: Type.Integer(), logBytes: Type.Integer() },
      { description: 'The disk of the home, and what the logs of all tasks take of it' },
    ),
    counts: Type.Record(Type.String(), Type.Integer(), { description: 'Tasks by status' }),
  },
  { $id: 'Info' },
);
export type Info = Static<typeof Info>;
